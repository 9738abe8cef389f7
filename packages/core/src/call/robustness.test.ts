import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  CircuitBreaker,
  currentCall,
  defineGuard,
  Enforce,
  type Guard,
  Idempotent,
  MaxAttempts,
  MemoryStore,
  Prove,
  RateLimit,
  Replay,
  Rewrite,
  requireCall,
  requireFact,
  rule,
  type StateStore,
  Tool,
  threshold,
  Wait,
} from '../index.js';

let executed: unknown[] = [];
let body: () => unknown = () => 'done';
let custom: Guard = {};
const Custom = defineGuard({
  name: 'mine',
  create: () => ({
    admit: (call, answer) => custom.admit?.(call, answer),
    settle: (call, outcome) => custom.settle?.(call, outcome),
  }),
});

@Agent()
class Bank {
  @Tool()
  @RateLimit()
  async limited() {
    executed.push('limited');
  }

  @Tool()
  @CircuitBreaker({ name: 'db' })
  async broken() {
    executed.push('broken');
  }

  @Tool()
  @Idempotent({ key: 'id' })
  async once(_args: { id: string }) {
    executed.push('once');
  }

  @Tool()
  @MaxAttempts(3)
  async counted() {
    executed.push('counted');
  }

  @Tool()
  @Enforce(requireFact('id', 'id'))
  async proven(_args: { id: string }) {
    executed.push('proven');
  }

  @Tool()
  @Enforce(requireCall('Bank.counted'))
  async second() {
    executed.push('second');
  }

  @Tool()
  @Enforce<object>(rule('facts', (_args, facts) => typeof facts === 'object'))
  async ruled() {
    executed.push('ruled');
  }

  @Tool()
  @Enforce(threshold('amount', { max: 10 }))
  @Custom()
  async pay(args: { amount: number }, _call = currentCall()): Promise<unknown> {
    executed.push(args);
    return body();
  }

  @Tool()
  @Prove({ kind: 'id', extract: 'id' })
  async prove() {
    return { id: 'i' };
  }

  @Tool()
  @CircuitBreaker({ name: 'pay' })
  @RateLimit({ maxCalls: 100 })
  @Custom()
  free(_args: object = {}): Promise<unknown> {
    executed.push('free');
    return body() as Promise<unknown>;
  }
}

type Odd = (answers: any, operations: readonly any[]) => unknown;
const ask: Record<string, (bank: Bank) => Promise<unknown>> = {
  'rate.take': (bank) => bank.limited(),
  'breaker.enter': (bank) => bank.broken(),
  'idempotency.begin': (bank) => bank.once({ id: 'i' }),
  'attempt.take': (bank) => bank.counted(),
  'fact.require': (bank) => bank.proven({ id: 'i' }),
  'step.require': (bank) => bank.second(),
  'fact.read': (bank) => bank.ruled(),
};

/** Answers what it should, but for one kind of operation. */
function oddStore(op: string, odd: Odd, isFar: boolean): StateStore {
  const memory = new MemoryStore();
  return {
    apply(operations: readonly any[], now: number): any {
      const answers = memory.apply(operations, now);
      const given = operations.some((each) => each.op === op) ? odd(answers, operations) : answers;
      return isFar ? Promise.resolve(given) : given;
    },
  };
}

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => void unhandled.push(error);
const turns = async (count = 6) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const end = (call: Promise<unknown>) =>
  Promise.race([
    call.then(
      (value) => value,
      (error) => error?.code ?? error,
    ),
    turns(20).then(() => 'HANGS'),
  ]);

beforeEach(() => {
  executed = [];
  body = () => 'done';
  custom = {};
  unhandled.length = 0;
  process.on('unhandledRejection', onUnhandled);
});
afterEach(async () => {
  await turns();
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

async function open(store: StateStore = new MemoryStore()) {
  const events: any[] = [];
  const host = await AgentHost.create({ agents: [Bank], store, onEvent: (event) => void events.push(event) });
  const run = host.open({ userId: 'alice' });
  return { host, run, bank: run.get(Bank), events };
}

describe('a store that answers wrongly', () => {
  const odd: Record<string, Odd> = {
    nothing: () => undefined,
    'no list': () => ({ length: 1, 0: { admitted: true } }),
    'an empty list': () => [],
    'null for an answer': (answers) => answers.map(() => null),
    'no answer': (answers) => answers.map(() => undefined),
    'a text': (answers) => answers.map(() => 'ok'),
    'too much': (answers) => [...answers, { admitted: true }],
  };
  const neither: Record<string, Odd> = {
    'neither yes nor no': (answers) => answers.map(() => ({})),
    'a number for a yes': (answers) => answers.map((each: object) => ({ ...each, admitted: 1 })),
  };
  for (const isFar of [false, true]) {
    for (const [op, call] of Object.entries(ask)) {
      const cases = Object.entries(op === 'fact.read' ? odd : { ...odd, ...neither });
      it.each(cases)(`lets no ${op} through with %s${isFar ? ', later' : ''}`, async (_, answer) => {
        const { bank } = await open(oddStore(op, answer, isFar));
        const error: any = await call(bank).catch((failure) => failure);
        expect(executed).toEqual([]);
        // The attempt of a refused call is asked for again, and that refusal is told instead.
        if (op === 'attempt.take') return expect(error.code).toMatch(/^guard\./);
        expect(error.code).toBe('guard.store_unavailable');
        expect(error.cause.message).toMatch(/^the store answered/);
      });
    }
  }

  it('lets nothing through that it went on after', async () => {
    const store = new MemoryStore();
    custom = { admit: () => {} };
    const { bank } = await open({
      apply: (operations: readonly any[], now: number): any =>
        store.apply(operations, now).map((each: any, index) => (index === 0 ? { ...each, admitted: false } : each)),
    });
    expect([await end(bank.free()), executed]).toEqual(['guard.store_unavailable', []]);
    expect(store.snapshot()['rates']).toEqual({});
  });

  it.each([false, true])('does not hide how a call ended when it cannot be told (later: %s)', async (isFar) => {
    const { bank } = await open(oddStore('breaker.leave', () => undefined, isFar));
    expect(await end(bank.free())).toBe('done');
  });

  it('does not leave a caller without an answer where facts were to be told', async () => {
    const { bank } = await open(oddStore('fact.add', () => undefined, true));
    expect(await end(bank.prove())).toEqual({ id: 'i' });
  });
});

describe('a guard of your own', () => {
  it('rewrites nothing past policy', async () => {
    custom = { admit: () => new Rewrite({ amount: 1000 }) };
    const { bank } = await open();
    expect([await end(bank.pay({ amount: 1 })), executed]).toEqual(['THRESHOLD_EXCEEDED', []]);
  });

  it('rewrites to a frozen copy', async () => {
    const mine = { amount: 2, more: { deep: 1 } };
    custom = { admit: () => new Rewrite(mine) };
    const { bank } = await open();
    expect(await end(bank.pay({ amount: 1 }))).toBe('done');
    expect(executed).toEqual([mine]);
    expect(executed[0]).not.toBe(mine);
    expect(Object.isFrozen((executed[0] as typeof mine).more)).toBe(true);
  });

  it('rewrites to nothing that is no plain data', async () => {
    custom = { admit: () => new Rewrite({ amount: () => 1 }) };
    const { bank } = await open();
    expect([await end(bank.pay({ amount: 1 })), executed]).toEqual(['guard.refused', []]);
  });

  it('is named where it answers instead of the method', async () => {
    custom = { admit: () => new Replay('stored') };
    const { bank, events } = await open();
    expect([await end(bank.free()), executed]).toEqual(['stored', []]);
    expect(events.filter(({ action }) => action === 'return_cached')).toMatchObject([{ guardName: 'mine' }]);
  });

  const fails = () => {
    throw new Error('no release');
  };
  it.each<[string, unknown]>([
    ['without release', { decision: 'wait', until: Promise.resolve() }],
    ['without until', { decision: 'wait', release: () => {} }],
    ['whose until is no promise', { decision: 'wait', until: 5, release: () => {} }],
    ['whose until rejects, without release', { decision: 'wait', until: Promise.reject(new Error('late')) }],
    ['without until, whose release throws', { decision: 'wait', release: fails }],
  ])('is refused a wait %s', async (_, wait) => {
    custom = { admit: () => wait as Wait };
    const { bank } = await open();
    expect([await end(bank.free()), executed]).toEqual(['guard.refused', []]);
  });

  it('may throw at the release of a wait, and the next is released all the same', async () => {
    const released: string[] = [];
    const waits = [
      new Wait(Promise.resolve(), fails),
      new Wait(Promise.resolve(), () => void released.push('second')),
      undefined,
    ];
    custom = { admit: () => waits.shift() };
    const { bank } = await open();
    expect([await end(bank.free()), executed, released]).toEqual(['done', ['free'], ['second']]);
    waits.push(new Wait(Promise.reject(new Error('gave up')), fails));
    expect(await end(bank.free())).toBe('guard.refused');
  });

  it('that never settles does not keep the caller of a killed run waiting', async () => {
    custom = { settle: () => new Promise<never>(() => {}) };
    const { bank, run, events } = await open();
    const call = bank.free();
    await turns();
    run.kill('enough');
    expect(await end(call)).toBe('run.killed');
    expect(events.filter(({ action }) => action === 'cut_off')).toHaveLength(1);
  });
});

describe('a call that is settling', () => {
  it.each(['kill', 'end'] as const)('answers its caller once when the run is stopped (%s)', async (how) => {
    const memory = new MemoryStore();
    let answer = () => {};
    let isHanging = false;
    const { bank, run, events } = await open({
      apply: (operations: readonly any[], now: number): any => {
        const answers = memory.apply(operations, now);
        if (!isHanging) return answers;
        isHanging = false;
        return new Promise((resolve) => {
          answer = () => resolve(answers);
        });
      },
    });
    body = async () => {
      isHanging = true;
    };
    const call = bank.free();
    await turns();
    if (how === 'kill') run.kill('enough');
    const ended = how === 'end' ? run.end() : undefined;
    if (how === 'kill') expect(await end(call)).toBe('run.killed');
    answer();
    await ended;
    await turns();
    if (how === 'end') expect(await end(call)).toBeUndefined();
    expect(memory.snapshot()['breakers']).toEqual({});
    expect(memory.snapshot()['attempts']).toEqual({});
    expect(events.filter(({ name }) => name === 'tool.invoke')).toHaveLength(1);
    expect(events.filter(({ action }) => action === 'cut_off')).toHaveLength(how === 'kill' ? 1 : 0);
  });
});

describe('a method that hands out an async iterable', () => {
  async function* numbers() {
    executed.push('ran');
    yield 1;
  }

  it('is refused where it returns it, for nothing guards its body', async () => {
    body = numbers;
    const { bank } = await open();
    const error: any = await bank.free().catch((failure) => failure);
    expect([error.name, error.code]).toEqual(['UsageError', 'usage.tool']);
    expect(error.message).toContain('`async *` method');
    expect(executed).toEqual(['free']);
  });

  it('is not where a promise resolves to it', async () => {
    const stream = numbers();
    body = async () => stream;
    const { bank } = await open();
    expect(await bank.free()).toBe(stream);
  });
});

describe('what is thrown behind admission', () => {
  it.each([false, true])('reaches the caller (later: %s)', async (isFar) => {
    const memory = new MemoryStore();
    const { bank, run } = await open({
      apply: (operations: readonly any[], now: number): any =>
        isFar && operations.some(({ op }) => op === 'rate.take')
          ? Promise.resolve(memory.apply(operations, now))
          : memory.apply(operations, now),
    });
    const { leave } = run as any;
    (run as any).leave = () => {
      (run as any).leave = leave;
      throw new Error('out of order');
    };
    body = () => 'at once';
    expect(await end(bank.free())).toMatchObject({ message: 'out of order' });
  });
});
