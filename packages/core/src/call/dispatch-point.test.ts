import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  CircuitBreaker,
  currentCall,
  Enforce,
  GuardRefusedError,
  Idempotent,
  MemoryStore,
  Prove,
  RateLimit,
  RateLimitExceededError,
  requireFact,
  rule,
  Timeout,
  Tool,
  ToolTimeoutError,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

interface Payment {
  readonly key: string;
  readonly token: string;
}
type Body = (bank: Bank, call: ReturnType<typeof currentCall>) => unknown;

let body: Body = () => 'paid';
let executions = 0;

@Agent()
class Bank {
  @Tool()
  @Idempotent({ key: 'key', within: 'host', ttl: '1h' })
  @Enforce(requireFact('token', 'token', { consume: true }))
  @CircuitBreaker({ name: 'db', maxFails: 1 })
  @RateLimit({ maxCalls: 1, period: '1h' })
  pay(_payment: Payment, call = currentCall()): Promise<unknown> {
    executions++;
    return body(this, call) as Promise<unknown>;
  }

  @Tool()
  @Idempotent({ key: 'key', within: 'host', ttl: '1h' })
  @Enforce(requireFact('token', 'token', { consume: true }))
  @Timeout('2s')
  payInTime(_payment: Payment, call = currentCall()): Promise<unknown> {
    executions++;
    return body(this, call) as Promise<unknown>;
  }

  @Tool()
  @Idempotent({ key: 'key', within: 'host' })
  @Prove({ kind: 'receipt', extract: '[]', maxItems: 2 })
  async list(_payment: Payment) {
    executions++;
    return ['r1', 'r2', 'r3'];
  }

  @Tool()
  @Enforce(rule('never', () => false))
  async refused() {}
}

const turns = async (count = 5) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

function deferred() {
  let resolve!: (value: unknown) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<unknown>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  return { promise, resolve, reject };
}

beforeEach(() => {
  body = () => 'paid';
  executions = 0;
});

// Jest fails a test in which a rejection stays unhandled; it shows a turn later.
afterEach(() => turns());

async function open() {
  const memory = new MemoryStore();
  const clock = new TestClock();
  const host = await AgentHost.create({ agents: [Bank], store: memory, clock });
  const abort = new AbortController();
  const run = host.open({ userId: 'alice', sessionId: 's', signal: abort.signal, deadline: '30m' });
  run.facts.add('token', 't1');
  return { memory, clock, host, abort, run, bank: run.get(Bank) };
}
type World = Awaited<ReturnType<typeof open>>;

/** What another run finds under the key. */
async function repeated({ host }: World, tool: 'pay' | 'payInTime' = 'pay') {
  await using run = host.open({ userId: 'alice' });
  run.facts.add('token', 't1');
  const before = executions;
  try {
    return await run.get(Bank)[tool]({ key: 'k1', token: 't1' });
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    expect(executions).toBe(before);
  }
}

const facts = (memory: MemoryStore) => JSON.stringify(memory.snapshot()['sessions']);
const PAYMENT: Payment = { key: 'k1', token: 't1' };
const UNKNOWN = 'guard.idempotency_outcome_unknown';
const down = () => Object.assign(new Error('down'), { code: 'ECONNREFUSED' });

class BrokenPromise extends Promise<unknown> {
  // biome-ignore lint/suspicious/noThenProperty: that is what is tested
  override then(): never {
    throw down();
  }
}
const callable = () =>
  // biome-ignore lint/suspicious/noThenProperty: that is what is tested
  Object.assign(() => {}, { then: (_: unknown, reject: (error: unknown) => void) => reject(down()) });

describe('whatever throws behind the dispatch point leaves key and fact used', () => {
  const failures: [string, Body][] = [
    ['throws an Error', () => Promise.reject(down())],
    ['throws a text', () => Promise.reject('text')],
    ['throws undefined', () => Promise.reject(undefined)],
    ['throws null', () => Promise.reject(null)],
    [
      'throws before it returns a promise',
      () => {
        throw down();
      },
    ],
    ['is refused by a guard of a nested call', (bank) => bank.refused()],
    ['throws an error of ours', () => Promise.reject(new GuardRefusedError({ tool: 'x', guard: 'x', because: 'x' }))],
    ['throws a timeout of its own', () => Promise.reject(new ToolTimeoutError('Other.tool', 5, 'r'))],
    [
      'throws a refusal of the very guard it has',
      () =>
        Promise.reject(
          new RateLimitExceededError({
            tool: 'Bank.pay',
            maxCalls: 1,
            periodMs: 1,
            scopeValue: undefined,
            retryAfterMs: 1,
          }),
        ),
    ],
    // biome-ignore-start lint/suspicious/noThenProperty: that is what is tested
    [
      'returns a thenable that throws',
      () => ({
        then() {
          throw down();
        },
      }),
    ],
    [
      'returns a thenable that rejects twice',
      () => ({
        then(_: unknown, reject: (error: unknown) => void) {
          reject(down());
          reject(new Error('again'));
        },
      }),
    ],
    [
      'returns something whose `then` cannot be read',
      () => ({
        get then() {
          throw down();
        },
      }),
    ],
    // biome-ignore-end lint/suspicious/noThenProperty: that is what is tested
    ['returns a promise whose `then` throws', () => new BrokenPromise(() => {})],
    ['returns a function that is a thenable and rejects', callable],
  ];

  it.each(failures)('when the method %s', async (_title, failing) => {
    const world = await open();
    body = failing;
    const thrown = await world.bank.pay(PAYMENT).then(
      () => 'nothing',
      (error: unknown) => ({ error }),
    );
    expect(thrown).not.toBe('nothing');
    await turns();
    expect(executions).toBe(1);
    expect(facts(world.memory)).not.toContain('t1');
    expect(world.memory.snapshot()).toMatchObject({ rates: { 'Bank.pay': [1000] } });
    expect(await repeated(world)).toBe(UNKNOWN);
  });

  it.each(failures)('as the caller sees it, who gets what was thrown, when the method %s', async (_title, failing) => {
    const { bank, run } = await open();
    body = failing;
    const plain = await Promise.resolve()
      .then(() => failing(bank, currentCall()))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    const thrown = await bank.pay(PAYMENT).catch((error: unknown) => error);
    expect(String(thrown)).toBe(String(plain));
    expect(run.attempts('Bank.pay')).toBe(1);
  });

  it('counts a failure of the dependency for the breaker, but not the refusal of a nested call', async () => {
    const world = await open();
    body = (bank) => bank.refused();
    await expect(world.bank.pay(PAYMENT)).rejects.toMatchObject({ code: 'RULE_FAILED' });
    expect(world.memory.snapshot()['breakers']).toEqual({});
    const other = await open();
    body = () => Promise.reject(down());
    await expect(other.bank.pay(PAYMENT)).rejects.toThrow('down');
    expect(other.memory.snapshot()).toMatchObject({ breakers: { db: { state: 'open' } } });
  });
});

describe('a result that @Prove withholds', () => {
  it('is done, kept on the error, proves nothing, and is what a repeat gets', async () => {
    const { bank, run } = await open();
    const error = await bank.list(PAYMENT).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'TOO_MANY_RESULTS', result: ['r1', 'r2', 'r3'] });
    expect(await run.facts.list('receipt')).toEqual([]);
    expect(await bank.list(PAYMENT)).toEqual(['r1', 'r2', 'r3']);
    expect(await run.facts.list('receipt')).toEqual([]);
    expect(executions).toBe(1);
  });
});

const neverSettles = () => new Promise(() => {});
const stops: [string, string, (world: World) => unknown][] = [
  ['killed', 'run.killed', ({ run }) => run.kill('stop')],
  ['killed by its host', 'run.killed', ({ host }) => host.kill('stop', { userId: 'alice' })],
  ['aborted', 'run.aborted', ({ abort }) => abort.abort()],
  ['past its deadline', 'run.deadline_exceeded', ({ clock }) => clock.advance(1_800_000)],
  ['ended', 'run.ended', ({ run, clock }) => Promise.all([run.end(), clock.advance(2000)])],
];

describe.each<[string, 'pay' | 'payInTime', string, (world: World) => unknown]>([
  ...stops.map(([title, code, stop]) => [`whose run is ${title}`, 'pay', code, stop] as never),
  ['that times out', 'payInTime', 'tool.timeout', ({ clock }) => clock.advance(2000)],
])('a running call %s', (_title, tool, code, stop) => {
  async function cutOff(started: Body) {
    const world = await open();
    body = started;
    const call = world.bank[tool](PAYMENT);
    const caught = call.catch((error: unknown) => error);
    await turns(1);
    await stop(world);
    expect(await caught).toMatchObject({ code });
    return world;
  }
  // Another run may be opened by the same user.
  const look = (world: World) => {
    world.host.revive();
    return repeated(world, tool);
  };

  it('leaves key and fact used though its method never ends', async () => {
    const world = await cutOff(neverSettles);
    expect(await look(world)).toBe(UNKNOWN);
    expect(facts(world.memory)).not.toContain('"value":"t1","source":"app","at":1767225600000');
    expect(executions).toBe(1);
  });

  it('aborts the signal of its call with the error that the caller gets', async () => {
    let reason: unknown;
    await cutOff((_bank, call) => {
      call.signal.addEventListener('abort', () => (reason = call.signal.reason));
      return neverSettles();
    });
    expect(reason).toMatchObject({ code });
  });

  it('is done and can be replayed once its method succeeds after all', async () => {
    const gate = deferred();
    const world = await cutOff(() => gate.promise);
    expect(await look(world)).toBe(UNKNOWN);
    gate.resolve({ receipt: 7 });
    await turns();
    expect(await look(world)).toEqual({ receipt: 7 });
  });

  it('stays unknown when its method fails later, and nobody has to await that failure', async () => {
    const gate = deferred();
    const world = await cutOff(() => gate.promise);
    gate.reject(down());
    await turns();
    expect(await look(world)).toBe(UNKNOWN);
  });

  it('stays unknown when its method rejects because of the signal', async () => {
    const world = await cutOff(
      (_bank, call) =>
        new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason))),
    );
    await turns();
    expect(await look(world)).toBe(UNKNOWN);
  });

  it('neither proves nor counts for the breaker when it ends late', async () => {
    const gate = deferred();
    const world = await cutOff(() => gate.promise);
    const before = world.memory.snapshot()['breakers'];
    gate.reject(down());
    await turns();
    expect(world.memory.snapshot()['breakers']).toEqual(before);
  });
});

describe('a thenable that never settles', () => {
  it('is cut off by @Timeout', async () => {
    const world = await open();
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    body = () => ({ then() {} });
    const caught = world.bank.payInTime(PAYMENT).catch((error: unknown) => error);
    await world.clock.advance(2000);
    expect(await caught).toMatchObject({ code: 'tool.timeout' });
    expect(world.clock.pending).toBe(1);
  });
});
