import type { MeterOptions, Operation, RequestBody } from '@actguard/metering';
import { chatCap, completionCap, responsesCap, type SetCap } from './output-cap.js';
import { boundOf } from './request-bound.js';
import { serverToolsOf, whyNotStateless } from './server-side.js';
import { isRecord } from './usage.js';
import { UsageReader } from './usage-reader.js';

/** Options of the meter for OpenAI. */
export interface OpenAIMeterOptions extends MeterOptions {
  /**
   * Streams of chat tell their usage only where `stream_options.include_usage` is set. The meter sets it where it is missing, and
   * hides the extra chunk. Some compatible servers refuse it: `false` leaves requests alone, and charges such streams an estimate.
   *
   * @default true
   */
  readonly streamUsage?: boolean;
}

/** A client, as its operations see it. */
export interface OperationContext {
  readonly provider: string;
  readonly options: OpenAIMeterOptions;
  /** Deployment of Azure that goes before the model of a request. */
  readonly deployment?: string | undefined;
}

type Bound = Operation['bound'];

/** The most that a legacy completion writes where the request does not say. */
const COMPLETION_TOKENS = 16;

/** The least that the Responses API takes as a cap. */
const LEAST_RESPONSE_TOKENS = 16;

/** Tiers that cost more than the price of the model: with one, it is a model with a price of its own. */
const DEARER_TIERS: ReadonlySet<unknown> = new Set(['priority', 'fast']);

const NO_CAP = 'calls of this kind have no cap of output';
const NO_USAGE = 'the answer does not say what was used';
const ZERO_CAP = 'a cap of 0 tokens of output is no cap for some servers';

/** Paths of calls that are billed and do not say what for: their estimate is charged, and a hard budget refuses them. */
const WITHOUT_USAGE: readonly (readonly [RegExp, string])[] = [
  [/\/audio\/speech$/, 'audio.speech'],
  [/\/images\/variations$/, 'images.variations'],
  [/\/videos(?:\/(?:edits|extensions|[^/]+\/remix))?$/, 'videos'],
  [/\/threads(?:\/[^/]+)?\/runs(?:\/[^/]+\/submit_tool_outputs)?$/, 'threads.runs'],
  [/\/agents\/sessions(?:\/[^/]+\/events)?$/, 'agents.sessions'],
  [/\/batches$/, 'batches'],
  [/\/fine_tuning\/jobs$/, 'fine_tuning.jobs'],
];

/**
 * Finds what a path bills; `undefined` for what is free. A path comes without query, fragment and trailing slash.
 */
export function operationsOf(context: OperationContext): (path: string) => Operation | undefined {
  const { provider, options } = context;
  const made = (name: string, known: (body: RequestBody) => Parameters<typeof boundOf>[3], cap?: SetCap): Operation =>
    operation(context, name, (body) => boundOf(provider, options, body, known(body)), cap);
  const uncapped = (name: string): Operation => made(name, () => ({ unbounded: NO_CAP }));
  const chat = streamed(made('chat.completions', chatBound, chatCap(provider)), options);
  const completions = streamed(made('completions', completionBound, completionCap), options);
  const responses = made('responses', responseBound, responsesCap);
  const compact = made('responses.compact', (body) => ({ unbounded: whyNotStateless(body) ?? NO_CAP }));
  const embeddings = made('embeddings', () => ({ outputTokens: 0 }));
  const images = uncapped('images');
  const transcriptions = uncapped('audio.transcriptions');
  const decisions = uncapped('decisions');
  const blind = WITHOUT_USAGE.map(([pattern, name]) => [pattern, made(name, () => ({ unbounded: NO_USAGE }))] as const);
  return (path) => {
    if (path.endsWith('/chat/completions')) return chat;
    if (path.endsWith('/completions')) return completions;
    if (path.endsWith('/responses')) return responses;
    if (path.endsWith('/responses/compact')) return compact;
    if (path.endsWith('/embeddings')) return embeddings;
    if (/\/images\/(?:generations|edits)$/.test(path)) return images;
    if (/\/audio\/(?:transcriptions|translations)$/.test(path)) return transcriptions;
    if (path.endsWith('/decisions')) return decisions;
    return blind.find(([pattern]) => pattern.test(path))?.[1];
  };
}

function operation(context: OperationContext, name: string, bound: Bound, cap?: SetCap): Operation {
  return {
    name,
    model: (body) => modelOf(body, context.deployment),
    bound,
    withOutputCap: (body, tokens) => cap?.(body, tokens) ?? body,
    reader: (isUsageAdded, body) => new UsageReader(isUsageAdded, choicesOf(body)),
  };
}

function streamed(operation: Operation, { streamUsage = true }: OpenAIMeterOptions): Operation {
  if (!streamUsage) return operation;
  return {
    ...operation,
    withStreamUsage(body) {
      const given = isRecord(body['stream_options']) ? body['stream_options'] : {};
      if (given['include_usage'] === true) return undefined;
      return { ...body, stream_options: { ...given, include_usage: true } };
    },
  };
}

function modelOf(body: RequestBody, deployment: string | undefined): string {
  const { model = 'unknown', service_tier: tier } = body;
  const name = deployment ?? String(model);
  return DEARER_TIERS.has(tier) ? `${name}:${String(tier)}` : name;
}

function chatBound(body: RequestBody): Parameters<typeof boundOf>[3] {
  const outputTokens = leastOf(body['max_completion_tokens'], body['max_tokens']);
  return {
    outputTokens,
    choices: (body['n'] ?? 1) as number,
    serverTools: serverToolsOf(body),
    moreAttachments: arrayOf(body['messages']).filter(namesSound).length,
    unbounded: isRecord(body['prediction'])
      ? 'a prediction that does not come true is billed as output beyond the cap'
      : whyNoCap(outputTokens),
  };
}

function completionBound(body: RequestBody): Parameters<typeof boundOf>[3] {
  const { n, best_of: bestOf, max_tokens: cap } = body;
  return {
    outputTokens: (cap ?? COMPLETION_TOKENS) as number,
    choices: promptsIn(body) * Math.max(Number(n ?? 1), Number(bestOf ?? 1)),
    unbounded: whyNoCap(cap),
  };
}

// A list of texts or of lists of tokens is as many prompts; a list of tokens is one.
function promptsIn({ prompt }: RequestBody): number {
  return Array.isArray(prompt) && typeof prompt[0] !== 'number' ? Math.max(1, prompt.length) : 1;
}

/** How many answers are streamed side by side. */
function choicesOf(body: RequestBody): number {
  const { n } = body;
  return promptsIn(body) * (typeof n === 'number' ? n : 1);
}

function responseBound(body: RequestBody): Parameters<typeof boundOf>[3] {
  return {
    outputTokens: (body['max_output_tokens'] ?? undefined) as number | undefined,
    minOutputTokens: LEAST_RESPONSE_TOKENS,
    serverTools: serverToolsOf(body),
    unbounded: whyNotStateless(body) ?? whyNoCap(body['max_output_tokens']),
  };
}

function whyNoCap(cap: unknown): string | undefined {
  return cap === 0 ? ZERO_CAP : undefined;
}

function leastOf(...caps: readonly unknown[]): number | undefined {
  const given = caps.filter((cap) => cap !== undefined && cap !== null);
  return given.length === 0 ? undefined : Math.min(...(given as number[]));
}

// What the model said before, by the id of its sound.
function namesSound(message: unknown): boolean {
  return isRecord(message) && isRecord(message['audio']);
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
