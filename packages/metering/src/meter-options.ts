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
   * Most USD that the tools of a provider (web search, code execution) can cost in one call. Without it a hard budget refuses
   * requests with such tools.
   *
   * @default none
   */
  readonly maxServerToolUsd?: number;
  /** Cap of output that a hard budget sets where a request has none. @default 4096 */
  readonly defaultOutputTokens?: number;
}
