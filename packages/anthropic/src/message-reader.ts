import type { TokenUsage } from '@actguard/core';
import type { AnswerReader } from '@actguard/metering';
import { isRecord, type RawUsage, recordOf, searchesIn, tellsAll, tellsInput, usageFrom } from './usage.js';

/** Reads a message, or the events of one that is streamed. */
export class MessageReader implements AnswerReader {
  readonly #paysSearchesOnly: boolean;
  #usage: RawUsage | undefined;
  #isOver = false;
  #isFailed = false;
  #model: string | undefined;
  #outputLength = 0;

  /** @param paysSearchesOnly web searches are all that the request can cost besides tokens */
  constructor(paysSearchesOnly: boolean) {
    this.#paysSearchesOnly = paysSearchesOnly;
  }

  get webSearches(): number | undefined {
    if (!this.#paysSearchesOnly || this.#usage === undefined) return undefined;
    return searchesIn(this.#usage);
  }
  get isFailed(): boolean {
    return this.#isFailed;
  }
  get usage(): TokenUsage | undefined {
    return this.#usage && tellsInput(this.#usage) ? usageFrom(this.#usage) : undefined;
  }
  get isFinal(): boolean {
    return this.#isOver && this.#usage !== undefined && tellsAll(this.#usage);
  }
  get model(): string | undefined {
    return this.#model;
  }
  get outputLength(): number {
    return this.#outputLength;
  }

  read(data: unknown): boolean {
    const { type, message, usage, delta } = recordOf(data);
    switch (type) {
      case 'message':
        this.#started(recordOf(data));
        this.#outputLength += lengthOfBlocks(recordOf(data)['content']);
        this.#isOver = true;
        break;
      case 'message_start':
        this.#started(recordOf(message));
        break;
      case 'content_block_start':
        this.#servedBy(recordOf(data)['content_block']);
        break;
      case 'content_block_delta':
        this.#outputLength += lengthOf(recordOf(delta));
        break;
      case 'error':
        this.#isFailed = true;
        break;
      case 'message_delta':
        this.#counted(usage);
        if (typeof recordOf(delta)['stop_reason'] === 'string') this.#isOver = true;
        break;
    }
    return true;
  }

  #started({ model, usage }: Readonly<Record<string, unknown>>): void {
    if (typeof model === 'string') this.#model = model;
    this.#counted(usage);
  }

  // The counts of a stream are running totals; those that an event leaves out stay as they are.
  #counted(usage: unknown): void {
    const told = Object.entries(recordOf(usage)).filter(([, value]) => value !== null && value !== undefined);
    if (told.length > 0) this.#usage = { ...this.#usage, ...Object.fromEntries(told) };
  }

  // Another model took over from the one that the message began with.
  #servedBy(block: unknown): void {
    const { type, to } = recordOf(block);
    const { model } = recordOf(to);
    if (type === 'fallback' && typeof model === 'string') this.#model = model;
  }
}

function lengthOf({ text, thinking, partial_json: json, content }: Readonly<Record<string, unknown>>): number {
  let length = 0;
  for (const part of [text, thinking, json, content]) if (typeof part === 'string') length += part.length;
  return length;
}

function lengthOfBlocks(blocks: unknown): number {
  let length = 0;
  for (const block of Array.isArray(blocks) ? blocks.filter(isRecord) : []) {
    length += lengthOf(block);
    if (isRecord(block['input'])) length += JSON.stringify(block['input']).length;
  }
  return length;
}
