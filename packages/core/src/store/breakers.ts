import type { BreakerEnter, BreakerLeave, StoreAnswers } from './operations.js';

/** A breaker that is not simply closed without failures. */
export type Breaker =
  | { readonly state: 'closed'; readonly generation: number; readonly fails: number }
  | { readonly state: 'open'; readonly generation: number; readonly openedAt: number }
  | { readonly state: 'halfOpen'; readonly generation: number; readonly openedAt: number; readonly probe: string };

/** Where the state of one breaker is found, for good: names are few, so a guard looks its own up once. */
export interface BreakerCell {
  now: Breaker;
}

const CLOSED: Breaker = { state: 'closed', generation: 0, fails: 0 };

/**
 * Circuit breakers by name. The generation changes with every opening and closing; a call that entered in an older one
 * says nothing any more.
 */
export class Breakers {
  // Bounded by the names that developers wrote, so nothing has to expire.
  readonly #breakers = new Map<string, BreakerCell>();

  /** Lets a call through, or says when a probe may. */
  enter({ name, owner, resetTimeoutMs }: BreakerEnter, now: number): StoreAnswers['breaker.enter'] {
    const breaker = this.#breakers.get(name)?.now ?? CLOSED;
    const { generation } = breaker;
    switch (breaker.state) {
      case 'closed':
        return { admitted: true, generation, probe: false };
      case 'open': {
        const retryAfterMs = breaker.openedAt + resetTimeoutMs - now;
        if (retryAfterMs > 0) return { admitted: false, retryAfterMs, generation };
        this.#set(name, { state: 'halfOpen', generation, openedAt: breaker.openedAt, probe: owner });
        return { admitted: true, generation, probe: true };
      }
      case 'halfOpen':
        return { admitted: false, retryAfterMs: 0, generation, probeOwner: breaker.probe };
    }
  }

  /** Takes the outcome of a call into account. */
  leave({ name, owner, generation, verdict, maxFails }: BreakerLeave, now: number): void {
    const breaker = this.#breakers.get(name)?.now ?? CLOSED;
    if (breaker.generation !== generation) return;
    if (breaker.state === 'closed') this.#leaveClosed(name, breaker, verdict, maxFails, now);
    else if (breaker.state === 'halfOpen' && breaker.probe === owner) this.#endProbe(name, breaker, verdict, now);
  }

  /** The state of a breaker. Its object stays the same. */
  cellOf(name: string): BreakerCell {
    let cell = this.#breakers.get(name);
    if (cell === undefined) this.#breakers.set(name, (cell = { now: CLOSED }));
    return cell;
  }

  /** The breakers that hold anything. */
  snapshot(): Record<string, unknown> {
    const changed = [...this.#breakers].filter(([, cell]) => cell.now !== CLOSED);
    return Object.fromEntries(changed.map(([name, cell]) => [name, cell.now]));
  }

  #set(name: string, breaker: Breaker): void {
    this.cellOf(name).now = breaker;
  }

  #leaveClosed(
    name: string,
    { generation, fails }: Extract<Breaker, { state: 'closed' }>,
    verdict: BreakerLeave['verdict'],
    maxFails: number,
    now: number,
  ): void {
    if (verdict === 'success' && fails > 0) this.#set(name, { state: 'closed', generation, fails: 0 });
    if (verdict !== 'failure') return;
    if (fails + 1 >= maxFails) this.#set(name, { state: 'open', generation: generation + 1, openedAt: now });
    else this.#set(name, { state: 'closed', generation, fails: fails + 1 });
  }

  #endProbe(
    name: string,
    { generation, openedAt }: Extract<Breaker, { state: 'halfOpen' }>,
    verdict: BreakerLeave['verdict'],
    now: number,
  ): void {
    switch (verdict) {
      case 'success':
      case 'ignored':
        this.#set(name, { state: 'closed', generation: generation + 1, fails: 0 });
        break;
      case 'failure':
        this.#set(name, { state: 'open', generation: generation + 1, openedAt: now });
        break;
      case 'neutral':
        this.#set(name, { state: 'open', generation, openedAt });
    }
  }
}
