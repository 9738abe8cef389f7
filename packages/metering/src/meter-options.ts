import type { BudgetScope, PriceSource, PriceTable } from '@actguard/core';

/** Options of every meter. */
export interface MeterOptions {
  /** Scope that the calls are charged to, unless one inside it is around the caller. @default the one around the caller */
  readonly budget?: BudgetScope;
  /** Outside any run: let calls through unmetered, or refuse them. @default 'pass' */
  readonly outside?: 'pass' | 'refuse';
  /** What models cost, before the prices of the host and those of the price package. @default none */
  readonly prices?: PriceTable | PriceSource;
  /** Name of the provider in events, breakdowns and prices. @default that of the SDK, or of its base URL */
  readonly provider?: string;
  /**
   * Most tokens that an image, a file or a sound can be which a request names without holding it (by address or id). Without it a
   * hard budget refuses such requests: their cost has no bound.
   *
   * @default none
   */
  readonly maxAttachmentTokens?: number;
  /**
   * Most USD that tools which the provider runs (web search, code execution) can cost in one call, besides tokens. A hard budget
   * refuses requests with such tools unless this and `maxServerToolTokens` are declared.
   *
   * @default none
   */
  readonly maxServerToolUsd?: number;
  /**
   * Most tokens that the results of tools which the provider runs can add to the input in one call, with what the model reads
   * again because of them. A hard budget refuses requests with such tools unless this and `maxServerToolUsd` are declared.
   *
   * @default none
   */
  readonly maxServerToolTokens?: number;
  /** Cap of output that a hard budget sets where a request has none. @default 4096 */
  readonly defaultOutputTokens?: number;
}
