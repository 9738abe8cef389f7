import type { TokenUsage } from '@actguard/core';
import type { AnswerReader } from '@actguard/metering';
import { isRecord, type JsonObject, recordOf, recordsIn } from './record.js';
import { CONTENT_COUNTS, contentUsage, tellsAll, tellsPrompt } from './usage.js';

/** Reads the answer of `generateContent`, or the chunks of one that is streamed. */
export class ContentReader implements AnswerReader {
  readonly #isStream: boolean;
  readonly #choices: number;
  readonly #finished = new Set<unknown>();
  #counts: JsonObject | undefined;
  #isCounted = false;
  #isBlocked = false;
  #isFailed = false;
  #model: string | undefined;
  #outputLength = 0;
  #hasOutput = false;

  /** @param choices how many candidates were asked for */
  constructor(isStream: boolean, choices: number) {
    this.#isStream = isStream;
    this.#choices = choices;
  }

  get usage(): TokenUsage | undefined {
    return this.#counts && tellsPrompt(this.#counts, CONTENT_COUNTS) ? contentUsage(this.#counts) : undefined;
  }
  get isFinal(): boolean {
    if (this.#counts === undefined || (this.#isStream && !this.#isCounted)) return false;
    return tellsAll(this.#counts, CONTENT_COUNTS, this.#hasOutput);
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
    const { usageMetadata, candidates, promptFeedback, modelVersion, error } = recordOf(data);
    if (isRecord(error)) this.#isFailed = true;
    if (typeof modelVersion === 'string') this.#model = modelVersion;
    if (isRecord(promptFeedback) && promptFeedback['blockReason'] !== undefined) this.#isBlocked = true;
    for (const candidate of recordsIn(candidates)) {
      this.#outputLength += lengthOf(candidate);
      this.#hasOutput ||= partsOf(candidate).some(isOutput);
      if (typeof candidate['finishReason'] === 'string') this.#finished.add(candidate['index'] ?? 0);
    }
    // The counts of a stream are running totals; those that a chunk leaves out stay as they are.
    if (isRecord(usageMetadata)) {
      this.#counts = { ...this.#counts, ...usageMetadata };
      this.#isCounted = this.#isBlocked || this.#finished.size >= this.#choices;
    }
    return true;
  }
}

function partsOf({ content }: JsonObject): readonly JsonObject[] {
  return recordsIn(recordOf(content)['parts']);
}

// The last chunk of a stream has an empty text.
function isOutput({ text, thought, thoughtSignature: _, ...rest }: JsonObject): boolean {
  if (thought === true) return false;
  return typeof text === 'string' ? text !== '' : Object.keys(rest).length > 0;
}

function lengthOf(candidate: JsonObject): number {
  let length = 0;
  for (const { text, functionCall, executableCode } of partsOf(candidate)) {
    if (typeof text === 'string') length += text.length;
    for (const call of [functionCall, executableCode]) if (isRecord(call)) length += JSON.stringify(call).length;
  }
  return length;
}
