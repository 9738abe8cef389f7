import type { BudgetScope } from '../budget/budget-scope.js';
import type { CallBound } from '../budget/call-bound.js';
import type { PriceSource } from '../budget/model-price.js';
import type { TokenUsage } from '../budget/token-usage.js';

/** A call of a model that is about to be sent, as its meter describes it. */
export interface ModelRequest {
  /** Such as `openai`. */
  readonly provider: string;
  /** As it was asked for. */
  readonly model: string;
  /** What is called, such as `chat.completions`. */
  readonly operation: string;
  /** The most that the call can use. Asked for only where a hard budget holds it, or where nothing was reported. */
  bound(): CallBound;
  /** Scope that the call belongs to. @default the one around the caller */
  readonly budget?: BudgetScope | undefined;
  /** What to do where no run is around: let through unmetered, or refuse. @default 'pass' */
  readonly outside?: 'pass' | 'refuse' | undefined;
  /** Prices that go before those of the host. */
  readonly prices?: PriceSource | undefined;
  /** Prices for what neither those nor the host know. */
  readonly defaultPrices?: PriceSource | undefined;
}

/** How a call of a model ended. */
export interface ModelCallReport {
  /** `success`: it was answered. `failed`: an error. `aborted`: its caller left early. */
  readonly outcome: 'success' | 'failed' | 'aborted';
  /** What the provider says was used; absent where it says nothing. */
  readonly usage?: TokenUsage | undefined;
  /** Attempts that may have been billed without saying what they used: each is charged an estimate. @default 0 */
  readonly unreportedAttempts?: number | undefined;
  /**
   * What such an attempt probably used. A hard budget charges the worst case instead: it cannot know better.
   *
   * @default the bound of the call
   */
  readonly estimate?: TokenUsage | undefined;
  /**
   * How many web searches the provider made, where that is all that it bills besides tokens. Without it, or without their price,
   * a hard budget charges the whole `extraUsd` of the bound.
   */
  readonly webSearches?: number | undefined;
  /** The model that the provider names in its answer. */
  readonly responseModel?: string | undefined;
}

/** A call of a model that was let through. */
export interface ModelCall {
  /** Most tokens of output of each choice that the request may ask for; `undefined` leaves it as it is. */
  readonly outputCap: number | undefined;
  /** Charges what was used and gives back what was held. Counts once: the first report is the one. */
  settle(report: ModelCallReport): void;
}
