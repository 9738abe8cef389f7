import type { TokenUsage } from '@actguard/core';
import type { AnswerReader } from '@actguard/metering';
import { isRecord, usageFrom } from './usage.js';

/** Finds the usage in an answer or in the events of a stream, of every kind of call. */
export class UsageReader implements AnswerReader {
  readonly #isUsageAdded: boolean;
  readonly #choices: number;
  /** Choices of a stream that are over, by their index. */
  #finished: Set<unknown> | undefined;
  #usage: TokenUsage | undefined;
  #model: string | undefined;
  #isFinal = false;
  #isFailed = false;
  #outputLength = 0;

  /**
   * @param isUsageAdded the caller did not ask for the usage of the stream, and is not to see it
   * @param choices how many answers are streamed side by side
   */
  constructor(isUsageAdded: boolean, choices: number) {
    this.#isUsageAdded = isUsageAdded;
    this.#choices = choices;
  }

  get usage(): TokenUsage | undefined {
    return this.#usage;
  }

  get isFinal(): boolean {
    return this.#isFinal;
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
    if (!isRecord(data)) return true;
    // Events of the Responses API carry the answer.
    const answer = isRecord(data['response']) ? data['response'] : data;
    if (typeof answer['model'] === 'string') this.#model = answer['model'];
    this.#outputLength += outputLengthOf(data);
    this.#isFailed ||= Boolean(answer['error']) || answer['status'] === 'failed' || data['type'] === 'error';
    const usage = usageFrom(answer['usage']);
    if (usage !== undefined) this.#usage = usage;
    const { choices } = data;
    const isOver = !isChunk(choices) || this.#isEnd(choices);
    this.#isFinal ||= usage !== undefined && isOver;
    if (!this.#isUsageAdded) return true;
    if (data['usage'] === null) delete (data as Record<string, unknown>)['usage'];
    return !(isRecord(data['usage']) && Array.isArray(choices) && choices.length === 0);
  }

  // Some servers tell the usage so far with every chunk: it is all when each of the answers is over.
  #isEnd(choices: readonly unknown[]): boolean {
    for (const choice of choices) {
      if (!isRecord(choice) || typeof choice['finish_reason'] !== 'string') continue;
      this.#finished ??= new Set();
      this.#finished.add(choice['index']);
    }
    return choices.length === 0 || (this.#finished?.size ?? 0) >= this.#choices;
  }
}

// An answer has messages; a chunk has differences, or nothing but the usage.
function isChunk(choices: unknown): choices is readonly unknown[] {
  return (
    Array.isArray(choices) &&
    choices.every((choice) => isRecord(choice) && ('delta' in choice || !('message' in choice)))
  );
}

function outputLengthOf(event: Readonly<Record<string, unknown>>): number {
  const { type, delta, choices } = event;
  // The text of a sound is told besides.
  if (typeof type === 'string' && type.endsWith('.delta') && !type.endsWith('audio.delta')) return lengthOf(delta);
  if (!Array.isArray(choices)) return 0;
  let length = 0;
  for (const choice of choices) {
    if (!isRecord(choice)) continue;
    length += lengthOf(choice['text']);
    if (isRecord(choice['delta'])) length += lengthOfDelta(choice['delta']);
  }
  return length;
}

// One by one: this is asked of every chunk.
function lengthOfDelta(delta: Readonly<Record<string, unknown>>): number {
  const { content, refusal, reasoning_content: thoughts, reasoning, audio, tool_calls: calls } = delta;
  let length = lengthOf(content) + lengthOf(refusal) + lengthOf(thoughts) + lengthOf(reasoning);
  if (isRecord(audio)) length += lengthOf(audio['transcript']);
  if (Array.isArray(calls)) for (const call of calls) length += argumentsLengthOf(call);
  return length;
}

function argumentsLengthOf(call: unknown): number {
  if (!isRecord(call)) return 0;
  const { function: called, custom } = call;
  if (isRecord(called)) return lengthOf(called['name']) + lengthOf(called['arguments']);
  return isRecord(custom) ? lengthOf(custom['input']) : 0;
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
