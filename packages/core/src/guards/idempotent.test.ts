import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  argumentsKey,
  currentCall,
  Idempotent,
  MemoryStore,
  RateLimit,
  type Run,
  Timeout,
  Tool,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

const CONFLICT = 'guard.idempotency_conflict';
const IN_PROGRESS = 'guard.idempotency_in_progress';
const UNKNOWN = 'guard.idempotency_outcome_unknown';
const DUPLICATE = 'guard.idempotency_duplicate';
const MISSING = 'usage.missing_idempotency_key';

class NotSent extends Error {}

let executions = 0;
let behaviour: () => unknown = () => ({ receipt: 1 });
let clock = new TestClock();

interface Payment {
  readonly idempotencyKey: string;
  readonly amount?: number;
}

@Agent()
class Bank {
  act() {
    executions++;
    return behaviour();
  }

  @Tool()
  @Idempotent({
    ttl: '10m',
    safeErrors: [NotSent],
    succeeded: (result) => (result as { failed?: boolean })?.failed !== true,
  })
  async pay(_payment: Payment) {
    return this.act();
  }

  @Tool()
  @Idempotent({ onDuplicate: 'throw' })
  async payOnce(_payment: Payment) {
    return this.act();
  }

  @Tool()
  @Idempotent({ ttl: '1m' })
  @Timeout('10s')
  async slow(_payment: Payment) {
    return this.act();
  }

  @Tool()
  @Idempotent({ key: argumentsKey })
  async byArguments(_args: object) {
    return this.act();
  }

  @Tool()
  @Idempotent({ key: ({ ids }: { ids: string[] }) => ids[0] })
  async byFunction(_args: { ids: string[] }, call = currentCall()) {
    return [this.act(), call.idempotencyKey];
  }

  @Tool()
  @Idempotent({ within: 'session' })
  async inSession(_payment: Payment) {
    return this.act();
  }

  @Tool()
  @Idempotent({ within: 'host' })
  async inHost(_payment: Payment) {
    return this.act();
  }

  @Tool()
  @Idempotent({ within: 'host', shared: true })
  async forAll(_payment: Payment) {
    return this.act();
  }

  @Tool()
  @Idempotent({})
  @RateLimit({ maxCalls: 1, period: '1m' })
  async limited(_payment: Payment) {
    return this.act();
  }
}

async function open(store = new MemoryStore()) {
  const host = await AgentHost.create({ agents: [Bank], clock, store });
  const run = host.open({ userId: 'alice', sessionId: 's' });
  return { host, run, store, bank: run.get(Bank) };
}
const end = (call: Promise<unknown>) =>
  call.then(
    (value) => value,
    (error: { code?: string }) => error?.code ?? error,
  );
function gate() {
  let resolve!: (value?: unknown) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<unknown>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  behaviour = () => promise;
  return { resolve, reject };
}

beforeEach(() => {
  executions = 0;
  behaviour = () => ({ receipt: 1 });
  clock = new TestClock();
});

const K1: Payment = { idempotencyKey: 'k1' };

describe('a key', () => {
  it('is executed once; a repeat gets the result', async () => {
    const { bank } = await open();
    expect(await bank.pay(K1)).toEqual({ receipt: 1 });
    expect(await bank.pay(K1)).toEqual({ receipt: 1 });
    expect(await bank.pay({ idempotencyKey: 'k2' })).toEqual({ receipt: 1 });
    expect(executions).toBe(2);
  });

  it('is in progress until its execution ends', async () => {
    const { bank } = await open();
    const { resolve } = gate();
    const first = bank.pay(K1);
    expect(await end(bank.pay(K1))).toBe(IN_PROGRESS);
    resolve('paid');
    expect([await first, await bank.pay(K1)]).toEqual(['paid', 'paid']);
    expect(executions).toBe(1);
  });

  it('is refused on a repeat, where a repeat is to throw', async () => {
    const { bank } = await open();
    await bank.payOnce(K1);
    await expect(bank.payOnce(K1)).rejects.toMatchObject({ code: DUPLICATE, key: 'k1' });
  });

  it('is of unknown outcome after a failure, and stays so', async () => {
    const { bank } = await open();
    behaviour = () => Promise.reject(new RangeError('down'));
    await expect(bank.pay(K1)).rejects.toThrow('down');
    behaviour = () => 'paid';
    await expect(bank.pay(K1)).rejects.toMatchObject({ code: UNKNOWN, lastError: 'RangeError', retryable: false });
    expect(await end(bank.pay(K1))).toBe(UNKNOWN);
    expect(executions).toBe(1);
  });

  it('is free again after an error that is known to be safe', async () => {
    const { bank } = await open();
    behaviour = () => Promise.reject(new NotSent('no connection'));
    await expect(bank.pay(K1)).rejects.toThrow('no connection');
    behaviour = () => 'paid';
    expect(await bank.pay(K1)).toBe('paid');
  });

  it('is free again after a result that says that nothing happened', async () => {
    const { bank } = await open();
    behaviour = () => ({ failed: true });
    expect(await bank.pay(K1)).toEqual({ failed: true });
    behaviour = () => 'paid';
    expect(await bank.pay(K1)).toBe('paid');
    expect(executions).toBe(2);
  });

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('broken');
      },
    ],
    ['answers with a promise', async () => true],
    ['answers with a text', () => 'yes'],
  ])('is of unknown outcome where `succeeded` %s', async (_how, succeeded) => {
    @Agent()
    class Odd {
      @Tool()
      @Idempotent({ succeeded: succeeded as unknown as () => boolean })
      async pay(_payment: Payment) {
        return 'paid';
      }
    }
    const host = await AgentHost.create({ agents: [Odd], clock });
    const odd = host.open().get(Odd);
    expect(await odd.pay(K1)).toBe('paid');
    expect(await end(odd.pay(K1))).toBe(UNKNOWN);
  });

  it('D-08: is not in progress for ever when its call is cancelled', async () => {
    const { bank, host } = await open();
    const abort = new AbortController();
    const run = host.open({ userId: 'bob', signal: abort.signal });
    gate();
    const call = end(run.get(Bank).inHost(K1));
    abort.abort();
    expect(await call).toBe('run.aborted');
    await using again = host.open({ userId: 'bob' });
    expect(await end(again.get(Bank).inHost(K1))).toBe(UNKNOWN);
    behaviour = () => 'paid';
    expect(await bank.inHost(K1)).toBe('paid');
  });

  it('D-09: is free after a refusal by a guard behind it', async () => {
    const { bank } = await open();
    await bank.limited(K1);
    const second = { idempotencyKey: 'k2' };
    expect(await end(bank.limited(second))).toBe('guard.rate_limit_exceeded');
    expect(await end(bank.limited(second))).toBe('guard.rate_limit_exceeded');
    await clock.advance(60_000);
    expect(await bank.limited(second)).toEqual({ receipt: 1 });
  });

  it.each([undefined, null, '', 1.5, Number.NaN, {}, true, 'x'.repeat(1025)])(
    'is missing where it is %p',
    async (key) => {
      const { bank } = await open();
      expect(await end(bank.pay({ idempotencyKey: key as string }))).toBe(MISSING);
      expect(executions).toBe(0);
    },
  );

  it('is one as a number and as a text', async () => {
    const { bank } = await open();
    await bank.byFunction({ ids: [5 as never] });
    expect(await end(bank.byFunction({ ids: ['5'] }))).toBe(CONFLICT);
  });

  it.each(['__proto__', 'constructor', 'k\u0000k', 'ｋ1', 'k1\u200b'])('has nothing special about %p', async (key) => {
    const { bank } = await open();
    await bank.pay(K1);
    await bank.pay({ idempotencyKey: key });
    await bank.pay({ idempotencyKey: key });
    expect(executions).toBe(2);
  });

  it('belongs to one tool', async () => {
    const { bank } = await open();
    await bank.pay(K1);
    await bank.slow(K1);
    expect(executions).toBe(2);
  });

  it('D-25: may be what a function says, and the method is told', async () => {
    const { bank } = await open();
    expect(await bank.byFunction({ ids: ['a', 'b'] })).toEqual([{ receipt: 1 }, 'a']);
    expect(await end(bank.byFunction({ ids: [] }))).toBe(MISSING);
  });

  it('is asked for once where a function says it, so that it ends as it began', async () => {
    let asked = 0;
    @Agent()
    class Odd {
      @Tool()
      @Idempotent({ key: () => `k${asked++ % 2}` })
      async pay(_args: object) {
        return 'paid';
      }
    }
    const store = new MemoryStore();
    const host = await AgentHost.create({ agents: [Odd], clock, store });
    const run = host.open();
    await run.get(Odd).pay({});
    expect(store.snapshot()).toMatchObject({ idempotency: { [`run:${run.key}`]: expect.anything() } });
    expect(JSON.stringify(store.snapshot()['idempotency'])).toMatch(/k0.*"state":"done"/);
  });

  it('D-25: may be the arguments themselves, in whatever order a model writes them', async () => {
    const { bank } = await open();
    await bank.byArguments({ to: 'bob', amounts: [1, 2], note: { a: 1, b: null } });
    await bank.byArguments({ note: { b: null, a: 1 }, amounts: [1, 2], to: 'bob' });
    expect(executions).toBe(1);
    await bank.byArguments({ to: 'bob', amounts: [2, 1], note: { a: 1, b: null } });
    await bank.byArguments({ to: 'bob', amounts: ['1', '2'], note: { a: 1, b: null } });
    expect(executions).toBe(3);
  });
});

describe('D-25: the arguments of a key', () => {
  it('may not differ on a repeat, whatever became of the first call', async () => {
    const { bank } = await open();
    await bank.pay({ ...K1, amount: 5 });
    expect(await end(bank.pay({ ...K1, amount: 500_000 }))).toBe(CONFLICT);
    const { reject } = gate();
    const call = end(bank.pay({ idempotencyKey: 'k2', amount: 5 }));
    expect(await end(bank.pay({ idempotencyKey: 'k2', amount: 6 }))).toBe(CONFLICT);
    reject(new Error('down'));
    await call;
    expect(await end(bank.pay({ idempotencyKey: 'k2', amount: 6 }))).toBe(CONFLICT);
    expect(await end(bank.pay({ idempotencyKey: 'k2', amount: 5 }))).toBe(UNKNOWN);
  });

  it('may differ once the key is free', async () => {
    const { bank } = await open();
    behaviour = () => Promise.reject(new NotSent('no'));
    await end(bank.pay({ ...K1, amount: 5 }));
    behaviour = () => 'paid';
    expect(await bank.pay({ ...K1, amount: 6 })).toBe('paid');
  });
});

describe('D-25: a stored result', () => {
  it('is a copy for each caller', async () => {
    const { bank } = await open();
    behaviour = () => ({ items: [1], when: new Date(5), seen: new Set([1]) });
    const first = (await bank.pay(K1)) as { items: number[]; when: Date };
    first.items.push(2);
    first.when.setTime(9);
    const second = (await bank.pay(K1)) as typeof first;
    expect(second).toEqual({ items: [1], when: new Date(5), seen: new Set([1]) });
    second.items.push(3);
    expect(await bank.pay(K1)).toEqual({ items: [1], when: new Date(5), seen: new Set([1]) });
  });

  it.each([undefined, null, 0, '', Number.NaN, 5n])('may be %p', async (value) => {
    const { bank } = await open();
    behaviour = () => value;
    expect([await bank.pay(K1), await bank.pay(K1)]).toEqual([value, value]);
    expect(executions).toBe(1);
  });

  it.each([
    ['a function', () => {}],
    ['an object with a method', { method() {} }],
    ['a symbol', Symbol('x')],
    ['a promise in an object', { promise: Promise.resolve() }],
    ['a stream', new ReadableStream()],
  ])('that cannot be copied (%s) is not replayed: the repeat is refused as done', async (_what, value) => {
    const { bank } = await open();
    behaviour = () => value;
    expect(await bank.pay(K1)).toBe(value);
    expect(await end(bank.pay(K1))).toBe(DUPLICATE);
    expect(executions).toBe(1);
  });

  it('may hold a cycle', async () => {
    const { bank } = await open();
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    behaviour = () => cycle;
    await bank.pay(K1);
    const copy = (await bank.pay(K1)) as typeof cycle;
    expect(copy.self).toBe(copy);
  });

  it('is remembered from the end of the execution, for its time', async () => {
    const { bank } = await open();
    const { resolve } = gate();
    const call = bank.pay(K1);
    await clock.advance(500_000);
    resolve('paid');
    await call;
    await clock.advance(599_999);
    behaviour = () => 'again';
    expect(await bank.pay(K1)).toBe('paid');
    await clock.advance(1);
    expect(await bank.pay(K1)).toBe('again');
  });

  it('D-25: a time shorter than the execution lets no second one start', async () => {
    const { bank } = await open();
    const { resolve } = gate();
    const first = end(bank.slow(K1));
    await clock.advance(10_000);
    expect(await first).toBe('tool.timeout');
    await clock.advance(3_600_000);
    expect(await end(bank.slow(K1))).toBe(UNKNOWN);
    resolve('paid');
    await clock.advance(59_999);
    expect(await bank.slow(K1)).toBe('paid');
    await clock.advance(1);
    expect(await bank.slow(K1)).toBe('paid');
    expect(executions).toBe(2);
  });
});

describe('where keys are compared', () => {
  const executedBy = async (method: 'pay' | 'inSession' | 'inHost' | 'forAll', runs: Run[]) => {
    const ends: unknown[] = [];
    for (const run of runs) {
      behaviour = () => `by ${runs.indexOf(run)}`;
      ends.push(await end(run.get(Bank)[method](K1)));
    }
    return ends;
  };
  async function runs() {
    const { host, run } = await open();
    const again = host.open({ userId: 'alice', sessionId: 's' });
    const elsewhere = host.open({ userId: 'alice', sessionId: 't' });
    return [run, again, elsewhere, host.open({ userId: 'bob' }), host.open()];
  }

  it.each([
    ['pay' as const, ['by 0', 'by 1', 'by 2', 'by 3', 'by 4']],
    ['inSession' as const, ['by 0', 'by 0', 'by 2', 'by 3', 'by 4']],
    ['inHost' as const, ['by 0', 'by 0', 'by 0', 'by 3', 'usage.scope_validation']],
    ['forAll' as const, ['by 0', 'by 0', 'by 0', 'by 0', 'by 0']],
  ])('%s: %j', async (method, expected) => {
    expect(await executedBy(method, await runs())).toEqual(expected);
  });

  it('D-25: outlive their run in a session or a host, and only there', async () => {
    for (const [method, repeat] of [
      ['pay', 2],
      ['inSession', 1],
      ['inHost', 1],
    ] as const) {
      const { host, run } = await open();
      executions = 0;
      await run.get(Bank)[method](K1);
      await run.end();
      await using next = host.open({ userId: 'alice', sessionId: 's' });
      await next.get(Bank)[method](K1);
      expect(executions).toBe(repeat);
    }
  });

  it('end with their session', async () => {
    const { host, run } = await open();
    await run.get(Bank).inSession(K1);
    await run.end();
    await host.endSession('s', { userId: 'alice' });
    await using next = host.open({ userId: 'alice', sessionId: 's' });
    await next.get(Bank).inSession(K1);
    expect(executions).toBe(2);
  });

  it('leave nothing behind in the store when their run ends', async () => {
    const { run, store } = await open();
    await run.get(Bank).pay(K1);
    await run.end();
    expect(store.snapshot()['idempotency']).toEqual({});
    expect(store.snapshot()['attempts']).toEqual({});
  });
});
