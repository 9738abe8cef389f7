import type { CallBound, TokenUsage } from '@actguard/core';
import { type AnswerReader, bytesOf, type Operation, type RequestBody, serverToolBound } from '@actguard/metering';
import { DEFAULT_OUTPUT_TOKENS, whyUndeclared } from './declared-maximum.js';
import type { GoogleMeterOptions } from './google-meter-options.js';
import { interactionMedia } from './media.js';
import { countOf, isGiven, isRecord, type JsonObject, recordOf, recordsIn } from './record.js';
import { INTERACTION_COUNTS, interactionUsage, tellsAll, tellsPrompt } from './usage.js';

/** What setting the cap may add to a request. */
const CAP_BYTES = bytesOf({ generation_config: { max_output_tokens: Number.MAX_SAFE_INTEGER } });

/** What a request may hold, or refer to, that the provider keeps: nothing here says how long it is. */
const KEPT_BY_PROVIDER = ['previous_interaction_id', 'continuation_token', 'agent', 'agent_config', 'environment'];

/** What the application runs. All else counts as run by the provider: also `computer_use`, for which the API adds functions. */
const CLIENT_TOOLS = new Set<unknown>(['function']);

/** `interactions.create`. */
export function interactionOperation(options: GoogleMeterOptions): Operation {
  const { uncappedThoughtTokens = 0 } = options;
  return {
    name: 'interactions.create',
    model: modelOf,
    bound: (body) => boundOf(body, options),
    withOutputCap: (body, cap) => ({
      ...body,
      generation_config: { ...recordOf(body['generation_config']), max_output_tokens: cap - uncappedThoughtTokens },
    }),
    reader: () => new InteractionReader(),
  };
}

function modelOf({ model, agent }: RequestBody): string {
  if (typeof model === 'string') return model.replace(/^models\//, '');
  return typeof agent === 'string' ? agent : 'unknown';
}

function boundOf(body: RequestBody, options: GoogleMeterOptions): CallBound {
  const { maxAttachmentTokens, uncappedThoughtTokens = 0 } = options;
  const { attachments, imageTokens, encodedLength } = interactionMedia(body, maxAttachmentTokens);
  const named = attachments + (isGiven(body['cached_content']) ? 1 : 0);
  const tools = serverToolBound(serverToolIn(body), options);
  const cap = countOf(recordOf(body['generation_config'])['max_output_tokens']);
  return {
    inputTokens:
      bytesOf(body) + CAP_BYTES - encodedLength + imageTokens + named * (maxAttachmentTokens ?? 0) + tools.inputTokens,
    outputTokens: cap === 0 ? undefined : cap + uncappedThoughtTokens,
    defaultOutputTokens: (options.defaultOutputTokens ?? DEFAULT_OUTPUT_TOKENS) + uncappedThoughtTokens,
    minOutputTokens: uncappedThoughtTokens + 1,
    extraUsd: tools.extraUsd,
    unbounded: whyUnbounded(body, named, options) ?? tools.unbounded,
  };
}

function whyUnbounded(body: RequestBody, named: number, options: GoogleMeterOptions): string | undefined {
  const kept = KEPT_BY_PROVIDER.find((field) => isGiven(body[field]));
  if (kept !== undefined) return `${kept} refers to what the provider holds`;
  if (body['background'] === true) return 'it goes on in the background, and its answer says nothing of its usage';
  if (makesPictures(body)) return 'pictures and videos in the output are billed by rates of their own';
  return whyUndeclared(named, options);
}

function serverToolIn(body: RequestBody): string | undefined {
  const tool = recordsIn(body['tools']).find(({ type }) => !CLIENT_TOOLS.has(type));
  return tool && String(tool['type']);
}

function makesPictures(body: RequestBody): boolean {
  const { response_modalities: modalities, response_format: format } = body;
  const asked = [
    ...(Array.isArray(modalities) ? modalities : []),
    ...(Array.isArray(format) ? recordsIn(format) : [recordOf(format)]).map(({ type }) => type),
  ];
  return (
    /image|banana|lyria|omni/i.test(modelOf(body)) ||
    isGiven(recordOf(body['generation_config'])['image_config']) ||
    asked.some((each) => each === 'image' || each === 'video')
  );
}

/** Reads an interaction, or the events of one that is streamed. */
class InteractionReader implements AnswerReader {
  #counts: JsonObject | undefined;
  #isOver = false;
  #hasOutput = false;
  #isFailed = false;
  #model: string | undefined;
  #outputLength = 0;

  get usage(): TokenUsage | undefined {
    return this.#counts && tellsPrompt(this.#counts, INTERACTION_COUNTS) ? interactionUsage(this.#counts) : undefined;
  }
  get isFinal(): boolean {
    if (this.#counts === undefined || !this.#isOver) return false;
    return tellsAll(this.#counts, INTERACTION_COUNTS, this.#hasOutput);
  }
  get isFailed(): boolean {
    return this.#isFailed;
  }
  get model(): string | undefined {
    return this.#model;
  }
  get outputLength(): number {
    return this.#outputLength;
  }

  read(data: unknown): boolean {
    const event = recordOf(data);
    const kind = event['event_type'];
    if (kind === 'step.delta') {
      const { text, arguments: args } = recordOf(event['delta']);
      for (const part of [text, args]) if (typeof part === 'string') this.#made(part.length);
    }
    const isWhole = kind === undefined || kind === 'interaction.status_update';
    const interaction = isWhole ? event : recordOf(event['interaction']);
    const { usage, model, status } = interaction;
    if (kind === undefined) for (const step of recordsIn(interaction['steps'])) this.#made(lengthOf(step));
    if (kind === 'error' || status === 'failed') this.#isFailed = true;
    if (typeof model === 'string') this.#model = model;
    if (isRecord(usage)) {
      this.#counts = { ...this.#counts, ...usage };
      if (kind === undefined || kind === 'interaction.completed') this.#isOver = true;
    }
    return true;
  }

  #made(length: number): void {
    this.#outputLength += length;
    this.#hasOutput ||= length > 0;
  }
}

function lengthOf({ type, content, arguments: args }: JsonObject): number {
  if (type === 'function_call') return JSON.stringify(args ?? {}).length;
  if (type !== 'model_output') return 0;
  return recordsIn(content).reduce((sum, { text }) => sum + (typeof text === 'string' ? text.length : 1), 0);
}
