import { type TokenUsage, tokenUsage } from '@actguard/core';

type Reported = Readonly<Record<string, unknown>>;

/**
 * The usage that an answer reports, in disjoint buckets. What OpenAI counts as input and output includes what was cached, thought
 * or spoken; some compatible servers leave what was thought out of the output and have it in the total alone.
 *
 * @returns `undefined` where no tokens are reported, or something that is no count: then nothing is known
 */
export function usageFrom(reported: unknown): TokenUsage | undefined {
  if (!isRecord(reported)) return undefined;
  const told = {
    prompt: reported['prompt_tokens'] ?? reported['input_tokens'],
    completion: reported['completion_tokens'] ?? reported['output_tokens'],
    total: reported['total_tokens'],
  };
  const prompt = countOf(told.prompt);
  const completion = countOf(told.completion);
  const total = countOf(told.total);
  // A transcription that is billed by its duration has no tokens.
  if (prompt === undefined && completion === undefined && total === undefined) return undefined;

  const details = recordOf(
    reported['prompt_tokens_details'] ?? reported['input_tokens_details'] ?? reported['input_token_details'],
  );
  const ofOutput = recordOf(reported['completion_tokens_details'] ?? reported['output_tokens_details']);
  const cached = details['cached_tokens'] ?? reported['prompt_cache_hit_tokens'] ?? reported['cached_tokens'];
  const { ttl_12h_tokens: longWrite } = recordOf(details['cache_write_tokens_details']);
  const { cache_write_tokens: write, audio_tokens: heard } = details;
  const { reasoning_tokens: thoughts, audio_tokens: spoken } = ofOutput;
  const counts = [told.prompt, told.completion, told.total, cached, write, longWrite, heard, thoughts, spoken];
  if (counts.some(isNoCount)) return undefined;

  const input = new Share(prompt ?? 0);
  const cachedInput = input.take(cached);
  const written = new Share(input.take(write));
  const cacheWrite1h = written.take(longWrite);
  const audioInput = input.take(heard);

  const unlisted = Math.max(0, (total ?? 0) - (prompt ?? 0) - (completion ?? 0));
  const thought = Math.max(0, (countOf(thoughts) ?? 0) - unlisted);
  const output = new Share(completion ?? 0);
  const reasoning = output.take(thought) + unlisted;
  const audioOutput = output.take(spoken);

  return tokenUsage({
    input: input.left,
    cachedInput,
    cacheWrite5m: written.left,
    cacheWrite1h,
    audioInput,
    output: output.left,
    reasoning,
    audioOutput,
  });
}

/** A count that parts are taken from: they never come to more than the whole, which is what is billed. */
class Share {
  left: number;

  constructor(whole: number) {
    this.left = whole;
  }

  take(wanted: unknown): number {
    const taken = Math.min(countOf(wanted) ?? 0, this.left);
    this.left -= taken;
    return taken;
  }
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function isNoCount(value: unknown): boolean {
  return value !== undefined && value !== null && countOf(value) === undefined;
}

function recordOf(value: unknown): Reported {
  return isRecord(value) ? value : {};
}

/** Whether a value has fields. */
export function isRecord(value: unknown): value is Reported {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
