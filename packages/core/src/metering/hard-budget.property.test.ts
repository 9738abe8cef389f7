import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Amounts, minus, NO_AMOUNTS, plus, times } from '../budget/amounts.js';
import type { BudgetNode } from '../budget/budget-node.js';
import { HeldScope } from '../budget/budget-scope.js';
import { type CallBound, worstCase } from '../budget/call-bound.js';
import { CompiledPrice } from '../budget/model-price.js';
import {
  AgentHost,
  admitModelCall,
  BudgetExceededError,
  type BudgetOptions,
  type BudgetScope,
  type LimitType,
  type ModelCall,
  type PriceTable,
  type Run,
  type Tariff,
  type TokenUsage,
  tokenUsage,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

const TYPES: readonly LimitType[] = ['token', 'usd', 'cost'];
const SCHEDULES = 10_000;

/** Picodollars a token, as the provider bills; the table that the host gets says the same in USD per million. */
const BILLED = {
  plain: { input: 1_000_000n, output: 4_000_000n },
  tiered: {
    input: 150_000n,
    cached: 15_000n,
    write: 187_500n,
    output: 600_000n,
    reasoning: 900_000n,
    perCall: 100_000_000n,
  },
  tieredLong: { input: 300_000n, cached: 30_000n, write: 375_000n, output: 1_100_000n, reasoning: 1_900_000n },
};
const LONG_ABOVE = 300;
/** Picodollars of a search of `plain`; nobody knows what one of `tiered` costs. */
const SEARCH = 200_000_000n;
/** What is billed besides tokens comes in these: USD and picodollars. */
const EXTRA = { usd: 0.000_1, picos: 100_000_000n };
const PRICES: PriceTable = {
  plain: { input: 1, output: 4, perWebSearch: 0.000_2 },
  tiered: {
    ...{ input: 0.15, cachedInput: 0.015, cacheWrite5m: 0.1875, output: 0.6, reasoning: 0.9 },
    longContext: {
      ...{ aboveInputTokens: LONG_ABOVE, input: 0.3, cachedInput: 0.03, cacheWrite5m: 0.375 },
      ...{ output: 1.1, reasoning: 1.9 },
    },
    perCall: 0.000_1,
  },
};
const TARIFF: Tariff = {
  version: 'v1',
  cuPerUsd: 1000,
  default: { inputCuPer1k: 1, outputCuPer1k: 4, cachedCuPer1k: 1 },
  providers: { lab: { models: { tiered: { inputCuPer1m: 700, cachedCuPer1k: 3 } } } },
};
type Model = 'plain' | 'tiered';

function ceil(value: bigint, per: bigint): bigint {
  return (value + per - 1n) / per;
}

/** What the provider bills for one attempt, computed apart from the code under test. */
function billOf(model: Model, usage: TokenUsage): Amounts {
  const [fresh, cached, write] = [usage.input, usage.cachedInput, usage.cacheWrite5m].map(BigInt) as Triple;
  const [output, reasoning] = [BigInt(usage.output), BigInt(usage.reasoning)];
  const input = fresh + cached + write;
  const token = input + output + reasoning;
  if (model === 'plain') {
    const { plain } = BILLED;
    const usd = input * plain.input + (output + reasoning) * plain.output;
    return {
      token,
      usd,
      cost: ceil(fresh + write, 1000n) + ceil((output + reasoning) * 4n, 1000n) + ceil(cached, 1000n),
    };
  }
  const rates = input > LONG_ABOVE ? BILLED.tieredLong : BILLED.tiered;
  return {
    token,
    usd:
      fresh * rates.input +
      cached * rates.cached +
      write * rates.write +
      output * rates.output +
      reasoning * rates.reasoning +
      BILLED.tiered.perCall,
    cost: ceil((fresh + write) * 700n, 1_000_000n) + ceil((output + reasoning) * 4n, 1000n) + ceil(cached * 3n, 1000n),
  };
}
type Triple = [bigint, bigint, bigint];

/** Random numbers of a seed (mulberry32). */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from `least` to `most`. */
  int(least: number, most: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return least + (((mixed ^ (mixed >>> 14)) >>> 0) % (most - least + 1));
  }

  chance(percent: number): boolean {
    return this.int(1, 100) <= percent;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T;
  }
}

/** A scope of a schedule, with what this test expects to find in it. */
interface Watched {
  readonly scope: BudgetScope;
  readonly node: BudgetNode;
  readonly isHard: boolean;
  charged: Amounts;
  billed: Amounts;
}

interface InFlight {
  readonly call: ModelCall;
  readonly model: Model;
  readonly bound: CallBound;
  readonly chain: readonly Watched[];
  readonly isHeld: boolean;
}

/** What happened in all schedules: a test in which nothing was refused or clamped would show nothing. */
const seen = {
  admitted: 0,
  clamped: 0,
  refused: 0,
  refusedForNow: 0,
  estimated: 0,
  abandoned: 0,
  extras: 0,
  searches: 0,
  mostAtOnce: 0,
};

class Schedule {
  readonly #dice: Dice;
  readonly #run: Run;
  readonly #scopes: Watched[] = [];
  readonly #flying: InFlight[] = [];

  constructor(dice: Dice, run: Run) {
    this.#dice = dice;
    this.#run = run;
  }

  async play(): Promise<void> {
    const dice = this.#dice;
    // A few are crowded; most are small, so that there can be many.
    const isCrowded = dice.chance(1) && dice.chance(50);
    let toStart = isCrowded ? 200 : dice.int(1, 14);
    const crowd = isCrowded ? 200 : dice.int(1, 8);
    this.#open(undefined, isCrowded ? 200 : 1);
    while (toStart > 0 || this.#flying.length > 0) {
      if (dice.chance(10) && this.#scopes.length < 6) this.#open(dice.pick(this.#scopes), 1);
      else if (dice.chance(3)) await this.#scopes[dice.int(1, this.#scopes.length)]?.scope.close();
      const isRoom = this.#flying.length < crowd && !dice.chance(isCrowded ? 2 : 30);
      if (toStart > 0 && (this.#flying.length === 0 || isRoom)) {
        toStart--;
        this.#start();
      } else if (this.#flying.length > 0) {
        // The last ones may never be reported.
        if (toStart === 0 && dice.chance(5)) break;
        this.#finish(this.#flying.splice(dice.int(0, this.#flying.length - 1), 1)[0] as InFlight);
      }
      seen.mostAtOnce = Math.max(seen.mostAtOnce, this.#flying.length);
      this.#check();
    }
  }

  /** After the run has ended: what was in flight has been charged its estimate. */
  checkEnd(): void {
    for (const { model, bound, chain, call } of this.#flying) {
      const estimate = estimateOf(
        model,
        bound,
        call,
        chain.some(({ isHard }) => isHard),
      );
      for (const watched of chain) watched.charged = plus(watched.charged, estimate);
      seen.abandoned++;
    }
    this.#check();
    for (const { node } of this.#scopes) must(same(node.held, NO_AMOUNTS), 'a hold is left');
  }

  #open(around: Watched | undefined, scale: number): void {
    const dice = this.#dice;
    const isHard = around === undefined ? dice.chance(80) : dice.chance(50);
    const limits: BudgetOptions = {
      ...(dice.chance(60) && { tokenLimit: dice.int(50, 6000) * scale }),
      ...(dice.chance(60) && { usdLimit: (dice.int(50, 20_000) * scale) / 1_000_000 }),
      ...(dice.chance(60) && { costLimit: dice.int(3, 60) * scale }),
    };
    const limited = Object.keys(limits).length === 0 ? { tokenLimit: 2000 * scale } : limits;
    const options: BudgetOptions = { ...limited, enforcement: isHard ? 'hard' : 'soft' };
    const scope = around === undefined ? this.#run.budget(options) : around.scope.run(() => this.#run.budget(options));
    const node = HeldScope.nodeOf(scope) as BudgetNode;
    if (this.#scopes.some((each) => each.node === node)) return;
    this.#scopes.push({ scope, node, isHard, charged: NO_AMOUNTS, billed: NO_AMOUNTS });
  }

  #start(): void {
    const dice = this.#dice;
    const model = dice.pick<Model>(['plain', 'tiered']);
    const bound: CallBound = {
      inputTokens: dice.int(0, 600),
      ...(dice.chance(70) && { outputTokens: dice.pick([0, 1, 20, 100, 300, 900]) }),
      ...(dice.chance(50) && { defaultOutputTokens: dice.int(1, 500) }),
      ...(dice.chance(30) && { minOutputTokens: 16 }),
      ...(dice.chance(20) && { choices: dice.int(1, 4) }),
      ...(dice.chance(20) && { attempts: dice.int(1, 3) }),
      ...(dice.chance(25) && { extraUsd: dice.int(1, 40) * EXTRA.usd }),
    };
    const given = dice.pick(this.#scopes);
    const chain = this.#chainOf(given);
    const isHeld = chain.some(({ isHard }) => isHard);
    const request = { provider: 'lab', model, operation: 'chat', bound: () => bound };
    const before = chain.map(({ node }) => ({ node, left: leftIn(node) }));
    try {
      const call = (
        dice.chance(50)
          ? given.scope.run(() => admitModelCall(request))
          : admitModelCall({ ...request, budget: given.scope })
      ) as ModelCall;
      seen.admitted++;
      if (isHeld) this.#checkCap(call, model, bound, before);
      else must(call.outputCap === undefined, 'a soft budget capped a call');
      this.#flying.push({ call, model, bound, chain, isHeld });
    } catch (error) {
      if (!(error instanceof BudgetExceededError)) throw error;
      seen.refused++;
      if (error.retryable) seen.refusedForNow++;
    }
  }

  #chainOf(given: Watched): Watched[] {
    const chain: Watched[] = [];
    for (let node: BudgetNode | undefined = given.node; node !== undefined; node = node.parent) {
      const watched = this.#scopes.find((each) => each.node === node) as Watched;
      if (chain.length > 0 || !watched.scope.isClosed) chain.push(watched);
    }
    return chain;
  }

  /** The cap is the greatest that fits into every hard scope, and never above what was asked for. */
  #checkCap({ outputCap }: ModelCall, model: Model, bound: CallBound, before: readonly Left[]): void {
    const wanted = bound.outputTokens ?? bound.defaultOutputTokens ?? 4096;
    if (wanted === 0) return must(outputCap === undefined, 'a call without output has a cap');
    const cap = outputCap as number;
    must(cap >= Math.min(wanted, bound.minOutputTokens ?? 1), `the cap ${cap} is too low to be taken`);
    must(cap <= wanted, `the cap ${cap} is more than was asked for`);
    if (cap === wanted) return undefined;
    seen.clamped++;
    const needed = times(worstCase(bound, cap + 1, ratesOf(model)), bound.attempts ?? 1);
    const isTooMuch = before.some(({ node, left }) => node.isHard && TYPES.some((type) => needed[type] > left[type]));
    must(isTooMuch, `a cap above ${cap} would have fitted`);
  }

  #finish({ call, model, bound, chain, isHeld }: InFlight): void {
    const dice = this.#dice;
    const billedAttempts = dice.int(1, bound.attempts ?? 1);
    const billed = Array.from({ length: billedAttempts }, () => this.#bill(bound, call.outputCap));
    const last = billed[billedAttempts - 1] as Bill;
    const { usage, webSearches } = last;
    const estimate = estimateOf(model, bound, call, isHeld);
    if (last.extra > 0n) seen.extras++;
    if (webSearches !== undefined && webSearches > 0) seen.searches++;
    const extra = extraCharged(model, bound, last, isHeld);
    let [charged, isUnbilled] = [NO_AMOUNTS, false];
    const unreported = (count: number): number => {
      charged = plus(charged, times(estimate, count));
      seen.estimated += count;
      return count;
    };
    switch (dice.int(0, 4)) {
      case 0:
        call.settle({ outcome: 'failed', webSearches, unreportedAttempts: unreported(billedAttempts) });
        // The worst case has them in it.
        if (!isHeld) charged = plus(charged, extra);
        break;
      case 1:
        call.settle({ outcome: 'failed' });
        isUnbilled = true;
        break;
      default:
        charged = plus(billOf(model, usage), extra);
        call.settle({
          outcome: dice.pick(['success', 'aborted']),
          usage,
          webSearches,
          unreportedAttempts: unreported(billedAttempts - 1),
        });
    }
    // A stream that is left may end twice.
    if (dice.chance(10)) call.settle({ outcome: 'aborted', usage, webSearches, unreportedAttempts: 2 });
    for (const watched of chain) {
      watched.charged = plus(watched.charged, charged);
      if (isUnbilled) continue;
      for (const each of billed)
        watched.billed = plus(watched.billed, plus(billOf(model, each.usage), { ...NO_AMOUNTS, usd: each.extra }));
    }
  }

  /** An attempt as the provider bills it: up to the declared maximum of what is not billed by token, which it may tell. */
  #bill(bound: CallBound, cap: number | undefined): Bill {
    const dice = this.#dice;
    const usage = this.#usage(bound, cap);
    const most = Math.round((bound.extraUsd ?? 0) / EXTRA.usd);
    const parts = dice.chance(30) ? most : dice.int(0, most);
    if (dice.chance(50)) return { usage, extra: BigInt(parts) * EXTRA.picos, webSearches: undefined };
    const webSearches = Math.floor(parts / 2);
    return { usage, extra: BigInt(webSearches) * SEARCH, webSearches };
  }

  /** What the provider really counts: input of at most the bound, output within the cap, thinking included. */
  #usage(bound: CallBound, cap: number | undefined): TokenUsage {
    const dice = this.#dice;
    const input = dice.chance(20) ? bound.inputTokens : dice.int(0, bound.inputTokens);
    const cachedInput = dice.chance(30) ? dice.int(0, input) : 0;
    const cacheWrite5m = dice.chance(30) ? dice.int(0, input - cachedInput) : 0;
    const most = cap ?? outputAsked(bound);
    let output = 0;
    for (let choice = 0; choice < (bound.choices ?? 1); choice++) output += dice.chance(40) ? most : dice.int(0, most);
    const reasoning = dice.chance(30) ? dice.int(0, output) : 0;
    return tokenUsage({
      ...{ input: input - cachedInput - cacheWrite5m, cachedInput, cacheWrite5m },
      ...{ output: output - reasoning, reasoning },
    });
  }

  #check(): void {
    for (const { node, isHard, charged, billed } of this.#scopes) {
      // No paid result is lost, and none is counted twice.
      must(same(node.used, charged), `a charge was lost or made twice: ${told(node.used)} for ${told(charged)}`);
      for (const type of TYPES) {
        must(node.held[type] >= 0n, `less than nothing is held of ${type}`);
        const limit = node.limits[type];
        if (!isHard || limit === undefined) continue;
        must(node.used[type] + node.held[type] <= limit, `${told(node.used)} is over the limit of ${limit} ${type}`);
        must(billed[type] <= limit, `${told(billed)} was billed over the limit of ${limit} ${type}`);
      }
    }
  }
}

interface Bill {
  readonly usage: TokenUsage;
  /** Picodollars besides tokens. */
  readonly extra: bigint;
  readonly webSearches: number | undefined;
}

interface Left {
  readonly node: BudgetNode;
  readonly left: Amounts;
}

const NO_LIMIT = 10n ** 30n;

function leftIn({ limits, used, held }: BudgetNode): Amounts {
  const all: Amounts = { token: NO_LIMIT, usd: NO_LIMIT, cost: NO_LIMIT, ...limits };
  return minus(minus(all, used), held);
}

// Asked so often that a matcher of the test runner would take most of the time.
function must(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise);
}

function told({ token, usd, cost }: Amounts): string {
  return `${token} tokens, ${usd} picodollars, ${cost} cost units`;
}

function same(a: Amounts, b: Amounts): boolean {
  return TYPES.every((type) => a[type] === b[type]);
}

function ratesOf(model: Model) {
  const price = new CompiledPrice(PRICES[model] as NonNullable<PriceTable[string]>);
  return { provider: 'lab', model, price, tariff: TARIFF };
}

function outputAsked({ outputTokens, defaultOutputTokens }: CallBound): number {
  return outputTokens ?? defaultOutputTokens ?? 4096;
}

/** Searches are charged where they are told and have a price; else a hard budget charges all that was declared. */
function extraCharged(model: Model, bound: CallBound, { webSearches, extra }: Bill, isHeld: boolean): Amounts {
  const isKnown = webSearches !== undefined && (model === 'plain' || webSearches === 0);
  const declared = BigInt(Math.round((bound.extraUsd ?? 0) / EXTRA.usd)) * EXTRA.picos;
  return { ...NO_AMOUNTS, usd: isKnown ? extra : isHeld ? declared : 0n };
}

/** A hard budget charges the worst case where nothing was reported, a soft one the plain bound. */
function estimateOf(model: Model, bound: CallBound, { outputCap }: ModelCall, isHeld: boolean): Amounts {
  const cap = outputCap ?? outputAsked(bound);
  if (isHeld) return worstCase(bound, cap, ratesOf(model));
  return billOf(model, tokenUsage({ input: bound.inputTokens, output: cap * (bound.choices ?? 1) }));
}

describe('hard budgets', () => {
  it(`spend no more than their limits, lose no result and keep no hold, in ${SCHEDULES} random schedules`, async () => {
    const host = await AgentHost.create({ clock: new TestClock(), prices: PRICES, tariff: TARIFF });
    const plays = fc.asyncProperty(fc.noBias(fc.integer()), async (seed) => {
      const run = host.open();
      const schedule = new Schedule(new Dice(seed), run);
      await schedule.play();
      await run.end();
      schedule.checkEnd();
    });
    await fc.assert(plays, { numRuns: SCHEDULES, endOnFailure: true });
    for (const [what, count] of Object.entries(seen))
      expect({ what, isSeen: count > 100 }).toEqual({ what, isSeen: true });
    expect(seen.admitted).toBeGreaterThan(seen.refused);
  }, 120_000);
});
