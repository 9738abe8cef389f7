import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { begin, finish } from '../testing/contract/operation-builders.js';
import { type IdempotencyRecord, IdempotencyRecords } from './idempotency-records.js';
import { MemoryStore } from './memory-store.js';

describe('IdempotencyRecords', () => {
  it('holds a record until its time to the millisecond', () => {
    const records = new IdempotencyRecords(10);
    records.begin(begin('1', { ttlMs: 200 }), 0);
    records.finish(finish('1', 'done', { ttlMs: 200 }), 1000);
    expect(records.begin(begin('2'), 1199)).toMatchObject({ admitted: false, state: 'done' });
    expect(records.begin(begin('2'), 1200)).toEqual({ admitted: true });
  });

  it('drops what expired while its successor was refused', () => {
    const records = new IdempotencyRecords(10);
    records.begin(begin('1'), 0);
    records.finish(finish('1', 'unknown', { ttlMs: 100 }), 0);
    records.begin(begin('2', { replaces: '1' }), 50);
    records.sweep(100);
    records.finish(finish('2', 'refused'), 100);
    expect(records.snapshot()).toEqual({});
  });

  it('makes room at its cap by all that expired', () => {
    const records = new IdempotencyRecords(2500);
    for (let key = 0; key < 2500; key++) {
      records.begin(begin('1', { key: `${key}` }), 0);
      records.finish(finish('1', 'done', { key: `${key}`, ttlMs: 100 }), 0);
    }
    expect(records.begin(begin('1', { key: 'new' }), 99)).toEqual({ admitted: false, full: true });
    expect(records.begin(begin('1', { key: 'new' }), 100)).toEqual({ admitted: true });
    expect(Object.keys(records.snapshot()['run:1'] as object)).toHaveLength(1);
  });

  it('forgets a record once, though its run is over before its time is', () => {
    const records = new IdempotencyRecords(1);
    records.begin(begin('1', { key: 'a' }), 0);
    records.finish(finish('1', 'done', { key: 'a', ttlMs: 100 }), 0);
    records.dropRun('run:1');
    records.sweep(200);
    expect(records.begin(begin('1', { key: 'b' }), 200)).toEqual({ admitted: true });
    expect(records.begin(begin('1', { key: 'c' }), 200)).toEqual({ admitted: false, full: true });
  });

  it('finds an execution that began where the last one of its tool was refused, after one of another tool', () => {
    const records = new IdempotencyRecords(10);
    const { scope, tool, key, args } = begin('o:1');
    for (const number of [1, 2]) {
      records.tryBegin(scope, tool, key, { ownerPrefix: 'o:', number }, args);
      if (number === 1) records.finish(finish('o:1', 'refused'), 0);
    }
    records.begin(begin('o:3', { tool: 'Bank.ask' }), 0);
    expect(records.begin(begin('o:4'), 0)).toMatchObject({ admitted: false, state: 'inProgress' });
  });

  it('keeps the result that somebody else has recorded first', () => {
    const records = new IdempotencyRecords(10);
    const { scope, tool, key } = begin('o:1');
    const record = records.tryBegin(scope, tool, key, { ownerPrefix: 'o:', number: 1 }, begin('o:1').args);
    records.finish(finish('o:1', 'done', { result: { value: 'first' } }), 0);
    records.succeed(record as IdempotencyRecord, { value: 'second' }, 100, 0);
    expect(records.begin(begin('o:2'), 1)).toMatchObject({ state: 'done', result: { value: 'first' } });
  });

  it('does not revive an expired record by a late end', () => {
    const records = new IdempotencyRecords(10);
    records.begin(begin('1'), 0);
    records.finish(finish('1', 'unknown', { ttlMs: 100 }), 0);
    records.finish(finish('1', 'done', { ttlMs: 100 }), 100);
    expect(records.snapshot()).toEqual({});
  });
});

// What really goes on, whatever the store believes.
interface Execution {
  readonly key: string;
  readonly owner: string;
  /** The method was not called yet, runs (perhaps cut off, so that nobody waits for it), or has ended. */
  method: 'waiting' | 'running' | 'ended';
  /** Since when its end is recorded, and as what. */
  recorded: { readonly state: 'done' | 'unknown'; readonly at: number } | undefined;
  /** Set aside by another one that may yet be refused, or for good. */
  replacedBy: Execution | undefined;
  isFree: boolean;
}

const TTL_MS = 100;
const KEYS = ['a', 'b'] as const;

describe('the idempotency record, under any interleaving', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        is: fc.constant('begin' as const),
        key: fc.constantFrom(...KEYS),
        knows: fc.constantFrom('nothing' as const, 'nothing' as const, 'notDone' as const, 'done' as const),
      }),
    },
    { weight: 3, arbitrary: fc.record({ is: fc.constant('refuse' as const), which: fc.nat(6) }) },
    { weight: 5, arbitrary: fc.record({ is: fc.constant('start' as const), which: fc.nat(6) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        is: fc.constant('end' as const),
        which: fc.nat(6),
        as: fc.constantFrom('done' as const, 'free' as const, 'unknown' as const),
      }),
    },
    { weight: 3, arbitrary: fc.record({ is: fc.constant('cutOff' as const), which: fc.nat(6) }) },
    { weight: 3, arbitrary: fc.record({ is: fc.constant('pass' as const), ms: fc.integer({ min: -20, max: 70 }) }) },
  );

  it('lets at most one execution per key be on its way, done or unknown within the ttl, and refuses no other', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 150, size: 'max' }), (steps) => {
        const world = new World();
        for (const [index, each] of steps.entries()) {
          switch (each.is) {
            case 'pass':
              world.pass(each.ms);
              break;
            case 'begin':
              reached.add(world.begin(`owner ${index}`, each.key, each.knows));
              break;
            case 'refuse':
              world.refuse(each.which);
              break;
            case 'start':
              world.start(each.which);
              break;
            case 'end':
              world.end(each.which, each.as);
              break;
            case 'cutOff':
              world.cutOff(each.which);
          }
        }
      }),
      { numRuns: 300 },
    );
    // Otherwise the schedules would say nothing.
    expect([...reached].sort()).toEqual(['admitted', 'done', 'inProgress', 'replaced', 'running', 'unknown']);
  });
});

class World {
  readonly #store = new MemoryStore();
  readonly #executions: Execution[] = [];
  #clock = 1000;
  #now = 0;

  pass(ms: number): void {
    this.#clock += ms;
  }

  /** Whether the store admits exactly where nothing stands in the way. */
  begin(owner: string, key: string, knows: 'nothing' | 'notDone' | 'done'): string {
    this.#tell();
    const inTheWay = this.#inTheWay(key);
    expect(inTheWay.length).toBeLessThanOrEqual(1);
    const [other] = inTheWay;
    const isUnknown = other?.recorded?.state === 'unknown';
    // Only of an execution that has really ended can anybody know that it did nothing and will not.
    const replaces = knows === 'notDone' && isUnknown && other.method === 'ended' ? other.owner : undefined;
    const concludes = knows === 'done' && isUnknown ? { owner: other.owner, result: { value: 'found' } } : undefined;
    const operation = begin(owner, { key, ttlMs: TTL_MS, replaces, concludes });
    const [answer] = this.#store.apply([operation] as const, this.#clock);

    const wasRunning = other?.method === 'running' && isUnknown;
    if (other !== undefined && concludes !== undefined) other.recorded = { state: 'done', at: this.#now };
    const isAdmitted = other === undefined || replaces !== undefined;
    expect(answer.admitted).toBe(isAdmitted);
    if (!isAdmitted) {
      const state = other.recorded?.state ?? 'inProgress';
      expect(answer).toMatchObject({ state, owner: other.owner });
      return wasRunning && state === 'unknown' ? 'running' : state;
    }
    const execution: Execution = {
      key,
      owner,
      method: 'waiting',
      recorded: undefined,
      replacedBy: undefined,
      isFree: false,
    };
    if (other !== undefined) other.replacedBy = execution;
    this.#executions.push(execution);
    return replaces === undefined ? 'admitted' : 'replaced';
  }

  /** Another guard refuses the call before its method is called. */
  refuse(which: number): void {
    const execution = this.#pick(which, ({ method }) => method === 'waiting');
    if (execution === undefined) return;
    this.#finish(execution, 'refused');
    execution.isFree = true;
    execution.method = 'ended';
    for (const each of this.#executions) if (each.replacedBy === execution) each.replacedBy = undefined;
  }

  start(which: number): void {
    const execution = this.#pick(which, ({ method }) => method === 'waiting');
    if (execution !== undefined) execution.method = 'running';
  }

  /** The method ends, perhaps long after its call was cut off. */
  end(which: number, state: 'done' | 'free' | 'unknown'): void {
    const execution = this.#pick(which, ({ method }) => method === 'running');
    if (execution === undefined) return;
    this.#finish(execution, state);
    execution.method = 'ended';
    // What somebody has found out about it holds.
    if (execution.recorded?.state === 'done') return;
    if (state === 'free') execution.isFree = true;
    else execution.recorded = { state, at: this.#now };
  }

  /** Timeout or abort: the method goes on. */
  cutOff(which: number): void {
    const execution = this.#pick(which, ({ method, recorded }) => method === 'running' && recorded === undefined);
    if (execution === undefined) return;
    this.#finish(execution, 'unknown', true);
    execution.recorded = { state: 'unknown', at: this.#now };
  }

  #finish(execution: Execution, state: 'refused' | 'free' | 'done' | 'unknown', running = false): void {
    this.#tell();
    const { key, owner } = execution;
    this.#store.apply([finish(owner, state, { key, ttlMs: TTL_MS, running })], this.#clock);
  }

  /** Executions that forbid another one of their key, as the design has it. */
  #inTheWay(key: string): Execution[] {
    return this.#executions.filter((each) => {
      if (each.key !== key || each.isFree || each.replacedBy !== undefined) return false;
      if (each.recorded === undefined) return true;
      const isOnItsWay = each.method === 'running' && each.recorded.state === 'unknown';
      return isOnItsWay || this.#now < each.recorded.at + TTL_MS;
    });
  }

  #pick(which: number, isIt: (execution: Execution) => boolean): Execution | undefined {
    return this.#executions.filter(isIt)[which];
  }

  // The store goes by the latest time that it was told.
  #tell(): void {
    this.#now = Math.max(this.#now, this.#clock);
  }
}
