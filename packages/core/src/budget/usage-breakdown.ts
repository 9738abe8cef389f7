import { microsOf } from './money.js';
import { addUsage, type TokenUsage, tokensOf, tokenUsage } from './token-usage.js';

/** What one kind of call has used: all calls of one model, scope and tool together. */
export interface ModelUsageEntry {
  readonly type: 'model';
  /** Such as `openai`: the `provider` of the meter. */
  readonly provider: string;
  /** As it was asked for. */
  readonly model: string;
  /** Name of the innermost scope; `undefined` where it has none. */
  readonly scopeName: string | undefined;
  /** Id of the tool in whose body the calls were made; `undefined` outside of tools. */
  readonly tool: string | undefined;
  /** How many calls were charged, each attempt that may have been billed by itself. */
  readonly calls: number;
  /** How many of the calls did not say what they used, and were charged their estimate. */
  readonly estimatedCalls: number;
  /** How many of the calls had no known price: their USD are missing. */
  readonly unpricedCalls: number;
  /** Tokens of all the calls in disjoint buckets, estimates included. */
  readonly usage: TokenUsage;
  /** The sum of these buckets. */
  readonly tokens: number;
  /** Millionths of a USD, rounded half up; calls without a known price are missing. */
  readonly usdMicros: number;
  /** Cost units of the host's tariff; 0 without a tariff. */
  readonly costUnits: number;
}

/** What `addCost` was told under one name: all charges of one scope and tool together. */
export interface CustomUsageEntry {
  readonly type: 'custom';
  /** What it was for, as `addCost` was told. */
  readonly name: string;
  /** Name of the innermost scope; `undefined` where it has none. */
  readonly scopeName: string | undefined;
  /** Id of the tool in whose body it was used; `undefined` outside of tools. */
  readonly tool: string | undefined;
  /** How often it was charged. */
  readonly calls: number;
  /** Millionths of a USD, rounded half up. */
  readonly usdMicros: number;
  /** Cost units of the host's tariff; 0 without a tariff. */
  readonly costUnits: number;
}

/** One line of a breakdown. */
export type UsageEntry = ModelUsageEntry | CustomUsageEntry;

/** Where something was used. */
export interface UsagePlace {
  /** Name of the innermost scope; `undefined` where it has none. */
  readonly scopeName: string | undefined;
  /** Id of the tool in whose body it was used; `undefined` outside of tools. */
  readonly tool: string | undefined;
}

/** A charge, as it is broken down. */
export interface Charge {
  readonly place: UsagePlace;
  readonly what:
    | {
        readonly type: 'model';
        readonly provider: string;
        readonly model: string;
        readonly usage: TokenUsage;
        readonly isEstimated: boolean;
        readonly isUnpriced: boolean;
      }
    | { readonly type: 'custom'; readonly name: string };
  readonly usd: bigint;
  readonly cost: bigint;
}

interface Line {
  readonly charge: Charge;
  calls: number;
  estimated: number;
  unpriced: number;
  usage: TokenUsage;
  usd: bigint;
  cost: bigint;
}

const NO_USAGE = tokenUsage({});

/** Lines by what was used and where; equal ones are added up, so that a long run has a short breakdown. */
export class UsageBreakdown {
  readonly #lines = new Map<string, Line>();
  /** What was charged last is mostly charged again. */
  #last: Line | undefined;

  add(charge: Charge): void {
    const { what, usd, cost } = charge;
    const line = this.#last !== undefined && isSameKind(this.#last.charge, charge) ? this.#last : this.#lineOf(charge);
    this.#last = line;
    line.calls++;
    line.usd += usd;
    line.cost += cost;
    if (what.type === 'custom') return;
    line.usage = addUsage(line.usage, what.usage);
    if (what.isEstimated) line.estimated++;
    if (what.isUnpriced) line.unpriced++;
  }

  #lineOf(charge: Charge): Line {
    const key = keyOf(charge);
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { charge, calls: 0, estimated: 0, unpriced: 0, usage: NO_USAGE, usd: 0n, cost: 0n };
      this.#lines.set(key, line);
    }
    return line;
  }

  /** The lines, in the order in which they were first seen. */
  entries(): readonly UsageEntry[] {
    return [...this.#lines.values()].map(entryOf);
  }
}

function isSameKind({ place, what }: Charge, other: Charge): boolean {
  if (place.scopeName !== other.place.scopeName || place.tool !== other.place.tool) return false;
  return what.type === 'model'
    ? other.what.type === 'model' && what.model === other.what.model && what.provider === other.what.provider
    : other.what.type === 'custom' && what.name === other.what.name;
}

function keyOf({ place, what }: Charge): string {
  const names = what.type === 'model' ? [what.provider, what.model] : [what.name];
  return JSON.stringify([what.type, ...names, place.scopeName ?? null, place.tool ?? null]);
}

function entryOf({ charge, calls, estimated, unpriced, usage, usd, cost }: Line): UsageEntry {
  const { place, what } = charge;
  const shared = { ...place, calls, usdMicros: microsOf(usd), costUnits: Number(cost) };
  if (what.type === 'custom') return { type: 'custom', name: what.name, ...shared };
  const { provider, model } = what;
  return {
    type: 'model',
    provider,
    model,
    ...shared,
    estimatedCalls: estimated,
    unpricedCalls: unpriced,
    usage,
    tokens: tokensOf(usage),
  };
}
