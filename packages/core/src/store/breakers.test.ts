import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { enter, leave } from '../testing/contract/operation-builders.js';
import { Breakers } from './breakers.js';
import { MemoryStore } from './memory-store.js';

describe('Breakers', () => {
  it('holds nothing for a name that never failed', () => {
    const breakers = new Breakers();
    breakers.enter(enter('1'), 0);
    for (const verdict of ['success', 'neutral', 'ignored'] as const) breakers.leave(leave('1', verdict, 0), 0);
    expect(breakers.snapshot()).toEqual({});
  });

  it('says to the millisecond when a probe may', () => {
    const breakers = new Breakers();
    breakers.leave(leave('1', 'failure', 0), 1000);
    expect(breakers.enter(enter('2'), 1199)).toMatchObject({ admitted: false, retryAfterMs: 1 });
    expect(breakers.enter(enter('2'), 1200)).toMatchObject({ admitted: true, probe: true });
  });
});

// The model knows no numbers of generations: a call remembers the very epoch that it entered in, and what it says counts
// only as long as that epoch lasts. An epoch is a time of being closed, or of being open together with its probes.
interface Epoch {
  readonly openedAt: number | undefined;
  fails: number;
  prober: Call | undefined;
}

interface Call {
  readonly name: string;
  readonly owner: string;
  readonly epoch: Epoch;
  readonly generation: number;
  readonly isProbe: boolean;
}

const NAMES = ['database', 'mail'] as const;
const VERDICTS = ['success', 'failure', 'ignored', 'neutral'] as const;

describe('the circuit breaker as a state machine', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ is: fc.constant('enter' as const), name: fc.constantFrom(...NAMES) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        is: fc.constant('leave' as const),
        which: fc.nat(8),
        verdict: fc.oneof({ weight: 2, arbitrary: fc.constant('failure' as const) }, fc.constantFrom(...VERDICTS)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ is: fc.constant('pass' as const), ms: fc.integer({ min: -50, max: 150 }) }) },
  );
  const schedule = fc.record({
    maxFails: fc.integer({ min: 1, max: 3 }),
    resetTimeoutMs: fc.integer({ min: 1, max: 200 }),
    steps: fc.array(step, { minLength: 20, maxLength: 150, size: 'max' }),
  });

  it('is closed, open or half-open as its model is, in any schedule of calls and late outcomes', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(schedule, ({ maxFails, resetTimeoutMs, steps }) => {
        const store = new MemoryStore();
        const model = new Model(maxFails, resetTimeoutMs);
        let clock = 1000;
        let pending: Call[] = [];
        for (const [index, each] of steps.entries()) {
          if (each.is === 'pass') {
            clock += each.ms;
          } else if (each.is === 'enter') {
            const owner = `call ${index}`;
            const [answer] = store.apply([enter(owner, { name: each.name, resetTimeoutMs })] as const, clock);
            const expected = model.enter(each.name, clock);
            expect(answer).toMatchObject(expected);
            reached.add(JSON.stringify({ admitted: expected.admitted, probe: expected.probe ?? 'none' }));
            if (!answer.admitted) continue;
            pending.push(model.admit(each.name, owner, answer.generation, answer.probe));
            const probing = pending.filter(({ name, isProbe }) => name === each.name && isProbe);
            expect(probing.length).toBeLessThanOrEqual(1);
          } else {
            const call = pending[each.which];
            if (call === undefined) continue;
            pending = pending.filter((other) => other !== call);
            const { name, owner, generation } = call;
            store.apply([leave(owner, each.verdict, generation, { name, maxFails })], clock);
            model.leave(call, each.verdict, clock);
          }
        }
      }),
      { numRuns: 300 },
    );
    // Otherwise the schedules would say nothing.
    expect(reached.size).toBe(3);
  });
});

class Model {
  readonly #epochs = new Map<string, Epoch>();
  readonly #generations = new Map<string, Map<number, Epoch>>();
  readonly #maxFails: number;
  readonly #resetTimeoutMs: number;
  #now = 0;

  constructor(maxFails: number, resetTimeoutMs: number) {
    this.#maxFails = maxFails;
    this.#resetTimeoutMs = resetTimeoutMs;
    for (const name of NAMES) {
      this.#epochs.set(name, { openedAt: undefined, fails: 0, prober: undefined });
      this.#generations.set(name, new Map());
    }
  }

  enter(
    name: string,
    clock: number,
  ): { admitted: boolean; probe?: boolean; retryAfterMs?: number; probeOwner?: string } {
    this.#now = Math.max(this.#now, clock);
    const { openedAt, prober } = this.#epoch(name);
    if (openedAt === undefined) return { admitted: true, probe: false };
    if (prober !== undefined) return { admitted: false, retryAfterMs: 0, probeOwner: prober.owner };
    const retryAfterMs = openedAt + this.#resetTimeoutMs - this.#now;
    return retryAfterMs <= 0 ? { admitted: true, probe: true } : { admitted: false, retryAfterMs };
  }

  admit(name: string, owner: string, generation: number, isProbe: boolean): Call {
    const epoch = this.#epoch(name);
    // One number for each epoch, and no other epoch's.
    const numbered = this.#generations.get(name)?.get(generation) ?? epoch;
    expect(numbered).toBe(epoch);
    this.#generations.get(name)?.set(generation, epoch);
    const call = { name, owner, epoch, generation, isProbe };
    if (isProbe) epoch.prober = call;
    return call;
  }

  leave(call: Call, verdict: (typeof VERDICTS)[number], clock: number): void {
    this.#now = Math.max(this.#now, clock);
    const { name, epoch } = call;
    if (epoch !== this.#epoch(name)) return;
    const open: Epoch = { openedAt: this.#now, fails: 0, prober: undefined };
    if (epoch.prober === call) {
      epoch.prober = undefined;
      if (verdict === 'failure') this.#epochs.set(name, open);
      else if (verdict !== 'neutral') this.#epochs.set(name, { openedAt: undefined, fails: 0, prober: undefined });
    } else if (verdict === 'success') {
      epoch.fails = 0;
    } else if (verdict === 'failure' && ++epoch.fails >= this.#maxFails) {
      this.#epochs.set(name, open);
    }
  }

  #epoch(name: string): Epoch {
    return this.#epochs.get(name) as Epoch;
  }
}
