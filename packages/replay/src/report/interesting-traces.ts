import type { TraceResult } from './trace-result.js';

/** Kinds of traces, those first that somebody has to look at first. */
export const INTERESTS = [
  'attacks that got through',
  'useful benign traces with a refusal',
  'blocked attacks',
  'other traces with a refusal',
  'traces without a refusal',
] as const;

/** A kind of traces. */
export type Interest = (typeof INTERESTS)[number];

/** What makes a trace worth looking at. */
export function interestOf({ tally: { benign, attacks }, refused }: TraceResult): Interest {
  if (attacks.succeeded > attacks.succeededBlocked) return 'attacks that got through';
  if (benign.useful > benign.usefulAllowed) return 'useful benign traces with a refusal';
  if (attacks.succeededBlocked > 0) return 'blocked attacks';
  return refused.length > 0 ? 'other traces with a refusal' : 'traces without a refusal';
}

/** Keeps a bounded number of traces, the most interesting ones; of equal ones those that came first. */
export class InterestingTraces<Kept> {
  readonly #max: number;
  readonly #kept = new Map<Interest, Kept[]>();
  readonly #seen = new Map<Interest, number>();
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** @param make is only called if there is room */
  add(interest: Interest, make: () => Kept): void {
    this.#seen.set(interest, this.seen(interest) + 1);
    if (this.#size >= this.#max && !this.#makeRoom(interest)) return;
    const kept = this.kept(interest);
    this.#kept.set(interest, kept);
    kept.push(make());
    this.#size++;
  }

  /** How many there were. */
  seen(interest: Interest): number {
    return this.#seen.get(interest) ?? 0;
  }

  kept(interest: Interest): Kept[] {
    return this.#kept.get(interest) ?? [];
  }

  /** Forgets a less interesting one. @returns whether there was one */
  #makeRoom(interest: Interest): boolean {
    const less = INTERESTS.slice(INTERESTS.indexOf(interest) + 1).findLast((each) => this.kept(each).length > 0);
    if (less === undefined) return false;
    this.kept(less).pop();
    this.#size--;
    return true;
  }
}
