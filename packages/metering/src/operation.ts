import type { CallBound, TokenUsage } from '@actguard/core';

/** What a meter needs to know about one kind of billed call. */
export interface Operation {
  /** Such as `chat.completions`. */
  readonly name: string;
  /** The model that the request asks for. */
  model(body: RequestBody): string;
  /** The most that the request can use; its attempts are counted by the meter. */
  bound(body: RequestBody): CallBound;
  /** The request with this cap of output. */
  withOutputCap(body: RequestBody, cap: number): RequestBody;
  /** The request as it must be for its stream to tell its usage, where it is not yet. */
  withStreamUsage?(body: RequestBody): RequestBody | undefined;
  /** Reads an answer, or the events of a stream. */
  reader(isUsageAdded: boolean, body: RequestBody): AnswerReader;
}

/** The body of a request: parsed JSON. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** Finds the usage in what a provider sends. Anything may come: what is not as expected says nothing. */
export interface AnswerReader {
  /** Looks at an answer, or at one event. Answering `false` hides the event from the caller. */
  read(data: unknown): boolean;
  /** What was used, as far as it is known. */
  readonly usage: TokenUsage | undefined;
  /** The usage is that of the whole call: nothing more will be billed. */
  readonly isFinal: boolean;
  /** The answer itself says that the call failed. @default false */
  readonly isFailed?: boolean;
  /** The model that the provider names. */
  readonly model: string | undefined;
  /** How many web searches were made, where those are all that is billed besides tokens. */
  readonly webSearches?: number | undefined;
  /** Characters of output that went by, for an estimate. */
  readonly outputLength: number;
}
