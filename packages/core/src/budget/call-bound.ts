import { shown } from '../errors/shown.js';
import type { Amounts } from './amounts.js';
import { LIMIT_TYPES, times } from './amounts.js';
import type { Shortage } from './blocked.js';
import type { BudgetNode } from './budget-node.js';
import { MAX_USD } from './budget-options.js';
import type { CompiledPrice } from './model-price.js';
import { picosOf } from './money.js';
import { type Tariff, worstCostUnits } from './tariff.js';

/** The most that a call of a model can use, known before it is sent. */
export interface CallBound {
  /** No fewer tokens than the input has: a bound, not a guess. */
  readonly inputTokens: number;
  /** Most tokens of output of each choice, as the request asks; `undefined` where it does not say. 0 where there is none. */
  readonly outputTokens?: number | undefined;
  /** Most tokens of output where the request does not say. @default 4096 */
  readonly defaultOutputTokens?: number | undefined;
  /** Fewest tokens of output that the provider takes as a cap. @default 1 */
  readonly minOutputTokens?: number | undefined;
  /** How many answers are asked for at once, each with output of its own. @default 1 */
  readonly choices?: number | undefined;
  /** How often the call may be billed: the first attempt and its retries. @default 1 */
  readonly attempts?: number | undefined;
  /** USD for what is not billed by token, such as searches; the declared maximum. @default 0 */
  readonly extraUsd?: number | undefined;
  /** Why there is no bound; then a hard budget refuses the call. */
  readonly unbounded?: string | undefined;
}

/** What a call is priced by. */
export interface CallRates {
  readonly provider: string;
  readonly model: string;
  readonly price: CompiledPrice | undefined;
  readonly tariff: Tariff | undefined;
}

/** A call that fits: what to hold, and the cap of its output. */
export interface Fit {
  /** For one attempt. */
  readonly perAttempt: Amounts;
  readonly attempts: number;
  /** Tokens of output a choice; `undefined` where the call has none. */
  readonly outputCap: number | undefined;
}

const DEFAULT_OUTPUT_TOKENS = 4096;

/** Most tokens of output of each choice where nothing caps it further. */
export function outputBoundOf(bound: CallBound): number {
  return bound.outputTokens ?? bound.defaultOutputTokens ?? DEFAULT_OUTPUT_TOKENS;
}

/** Why a bound is none; `undefined` where it is one. */
export function whyUnbounded(bound: CallBound): string | undefined {
  if (bound.unbounded !== undefined) return bound.unbounded;
  const { inputTokens, outputTokens = 0, defaultOutputTokens = 1, minOutputTokens = 1 } = bound;
  const { choices = 1, attempts = 1, extraUsd = 0 } = bound;
  for (const [name, value] of Object.entries({ inputTokens, outputTokens }))
    if (!isCount(value, 0)) return `${name} = ${shown(value)}`;
  for (const [name, value] of Object.entries({ defaultOutputTokens, minOutputTokens, choices, attempts }))
    if (!isCount(value, 1)) return `${name} = ${shown(value)}`;
  return extraUsd >= 0 && extraUsd <= MAX_USD ? undefined : `extraUsd = ${shown(extraUsd)}`;
}

function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/** What a call may come to with this cap, for one attempt. */
export function worstCase(bound: CallBound, outputTokens: number, rates: CallRates): Amounts {
  const output = outputTokens * (bound.choices ?? 1);
  const { provider, model, price, tariff } = rates;
  const extra = picosOf(bound.extraUsd ?? 0);
  return {
    token: BigInt(bound.inputTokens) + BigInt(output),
    usd: (price?.worstCase(bound.inputTokens, output) ?? 0n) + extra,
    cost: tariff === undefined ? 0n : worstCostUnits(tariff, provider, model, bound.inputTokens, output),
  };
}

/**
 * Finds the greatest cap of output, up to the one that was asked for, with which the worst case of a call fits into every hard
 * scope around it.
 *
 * @param node the innermost scope; `undefined` where there is none, so that everything fits
 * @returns what is missing where not even the smallest cap fits
 */
export function fit(node: BudgetNode | undefined, bound: CallBound, rates: CallRates): Fit | Shortage {
  const wanted = outputBoundOf(bound);
  const shortageOf = (cap: number): Shortage | undefined => node && shortage(node, worstOfAll(bound, cap, rates));
  const cap = greatestCap(bound, wanted, (smaller) => shortageOf(smaller) === undefined);
  // What the smallest cap is short of says why.
  return cap === undefined ? (shortageOf(leastCap(bound)) as Shortage) : fitOf(bound, cap, rates);
}

/** What to hold with a cap of output. */
export function fitOf(bound: CallBound, cap: number, rates: CallRates): Fit {
  const hasOutput = bound.outputTokens !== 0;
  return {
    perAttempt: worstCase(bound, cap, rates),
    attempts: bound.attempts ?? 1,
    outputCap: hasOutput ? cap : undefined,
  };
}

/** What a call may come to with this cap, with all its attempts. */
export function worstOfAll(bound: CallBound, cap: number, rates: CallRates): Amounts {
  return times(worstCase(bound, cap, rates), bound.attempts ?? 1);
}

/** The smallest cap that the provider takes, or the one that was asked for where that is smaller. */
export function leastCap(bound: CallBound): number {
  return bound.outputTokens === 0 ? 0 : Math.min(outputBoundOf(bound), bound.minOutputTokens ?? 1);
}

/** The greatest cap up to `most` with which a call fits; `undefined` where not even the smallest does. */
export function greatestCap(bound: CallBound, most: number, fits: (cap: number) => boolean): number | undefined {
  const least = leastCap(bound);
  if (!fits(least)) return undefined;
  if (fits(most)) return most;
  let [greatest, tooMuch] = [least, most];
  while (tooMuch - greatest > 1) {
    const middle = greatest + Math.floor((tooMuch - greatest) / 2);
    if (fits(middle)) greatest = middle;
    else tooMuch = middle;
  }
  return greatest;
}

function shortage(node: BudgetNode, needed: Amounts): Shortage | undefined {
  for (let each: BudgetNode | undefined = node; each !== undefined; each = each.parent) {
    if (!each.isHard) continue;
    for (const limitType of LIMIT_TYPES) {
      const limit = each.limits[limitType];
      if (limit === undefined || each.used[limitType] + each.held[limitType] + needed[limitType] <= limit) continue;
      const isForNow = each.used[limitType] + needed[limitType] <= limit;
      return { node: each, limitType, needed: needed[limitType], isForNow };
    }
  }
  return undefined;
}
