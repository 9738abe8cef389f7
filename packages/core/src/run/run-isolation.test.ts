import { describe, expect, it, jest } from '@jest/globals';
import {
  Agent,
  AgentHost,
  bySession,
  Enforce,
  Idempotent,
  MaxAttempts,
  MemoryStore,
  RateLimit,
  requireFact,
  rule,
  Tool,
} from '../index.js';
import { DelayedStore } from '../testing/delayed-store.js';
import { TestClock } from '../testing/test-clock.js';

class NothingHappened extends Error {}

let release: ((how: 'succeed' | 'fail') => void)[] = [];
let executed = 0;

@Agent()
class Bank {
  @Tool()
  @MaxAttempts(5)
  @Idempotent({ key: 'key', safeErrors: [NothingHappened] })
  async pay(args: { key: string }): Promise<string> {
    executed++;
    return new Promise((resolve, reject) => {
      release.push((how) => (how === 'succeed' ? resolve(`paid ${args.key}`) : reject(new NothingHappened())));
    });
  }

  @Tool()
  @RateLimit({ maxCalls: 1, scope: bySession })
  async limited(): Promise<string> {
    return 'done';
  }

  @Tool()
  @Enforce(requireFact('id', 'id'))
  async use(args: { id: string }): Promise<string> {
    return args.id;
  }

  @Tool()
  @Enforce(rule('on a day', ({ when }) => when instanceof Date))
  async meet(args: { when: Date }): Promise<number> {
    args.when.setHours(0);
    return args.when.getTime();
  }
}

async function bank(options: object = {}): Promise<AgentHost> {
  release = [];
  executed = 0;
  return AgentHost.create({ agents: [Bank], drain: 1, ...options });
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('two runs of one id, one after the other', () => {
  it('do not end each other’s executions: a late end frees only its own key', async () => {
    const host = await bank();
    const first = host.open({ runId: 'job-7' });
    const lost = first.get(Bank).pay({ key: 'k' });
    lost.catch(() => {});
    await first.end();

    const second = host.open({ runId: 'job-7' });
    const running = second.get(Bank).pay({ key: 'k' });
    release[0]?.('fail');
    await turns();
    await expect(second.get(Bank).pay({ key: 'k' })).rejects.toMatchObject({ code: 'guard.idempotency_in_progress' });
    expect(executed).toBe(2);
    release[1]?.('succeed');
    expect(await running).toBe('paid k');
    await host.close();
  });
});

describe('two users with runs of one id, on a store that they share', () => {
  it('have keys and attempts of their own', async () => {
    const store = new MemoryStore();
    const [one, two] = [await bank({ store }), await bank({ store })];
    const alice = one.open({ userId: 'alice', runId: 'x' });
    const bob = two.open({ userId: 'bob', runId: 'x' });
    const calls = [alice.get(Bank).pay({ key: 'k' }), bob.get(Bank).pay({ key: 'k' })];
    expect(executed).toBe(2);
    for (const each of release) each('succeed');
    await Promise.all(calls);
    expect([alice.attempts('Bank.pay'), bob.attempts('Bank.pay')]).toEqual([1, 1]);
    await one.close();
    await two.close();
  });

  it('are limited on their own by session, also where one names the session as the other its run', async () => {
    const host = await bank();
    const alice = host.open({ userId: 'alice', runId: 's1' });
    const bob = host.open({ userId: 'bob', sessionId: 's1' });
    await alice.get(Bank).limited();
    expect(await bob.get(Bank).limited()).toBe('done');
    await host.close();
  });
});

describe('a run that ends', () => {
  it('is forgotten by the store even where a write before had failed', async () => {
    const memory = new MemoryStore();
    let failing = false;
    const store = new DelayedStore(memory, { fail: () => failing });
    const host = await bank({ store });
    const run = host.open({ sessionId: 's', userId: 'alice' });
    const call = run.get(Bank).pay({ key: 'k' });
    await turns();
    release[0]?.('succeed');
    await call;
    failing = true;
    run.userSaid('hello');
    await turns();
    failing = false;
    await run.end();
    const { attempts, idempotency } = memory.snapshot();
    expect({ attempts, idempotency }).toEqual({ attempts: {}, idempotency: {} });
    expect(JSON.stringify(memory.snapshot()['sessions'])).not.toContain('"openRuns":1');
    await host.close();
  });

  it('does not wait for ever for a store that does not answer', async () => {
    const memory = new MemoryStore();
    let isSilent = false;
    const store = {
      apply: (operations: never, now: number) => (isSilent ? new Promise(() => {}) : memory.apply(operations, now)),
    };
    const host = await bank({ store });
    const run = host.open();
    isSilent = true;
    await run.end();
    expect(run.isEnded).toBe(true);
    await host.close();
  });

  it('can be killed for any reason, and cuts its calls off', async () => {
    const host = await bank();
    const run = host.open();
    const call = run.get(Bank).pay({ key: 'k' });
    run.kill(Object.create(null) as never);
    await expect(call).rejects.toMatchObject({ code: 'run.killed' });
    await host.close();
  });
});

describe('what comes after the end of a run', () => {
  it('leaves nothing behind for good: an input that is refused only then is no attempt of anything', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    @Agent()
    class Slow {
      @Tool({
        input: {
          '~standard': {
            version: 1,
            vendor: 'test',
            validate: async () => {
              await gate;
              return { issues: [{ message: 'no' }] };
            },
          },
        },
      })
      @MaxAttempts(2)
      async checked(_args: unknown): Promise<void> {}
    }
    const store = new MemoryStore();
    const clock = new TestClock();
    const host = await AgentHost.create({ agents: [Slow], store, clock });
    const run = host.open();
    const call = run.get(Slow).checked({});
    call.catch(() => {});
    const ending = run.end();
    await clock.advance(1000);
    await ending;
    open();
    await turns();
    await expect(call).rejects.toMatchObject({ code: 'run.ended' });
    const { attempts, sessions, idempotency } = store.snapshot();
    expect({ attempts, sessions, idempotency }).toEqual({ attempts: {}, sessions: {}, idempotency: {} });
    await host.close();
  });

  it('keeps the result of a body whose providers fail to be disposed, and warns', async () => {
    class Connection {
      [Symbol.asyncDispose](): Promise<void> {
        return Promise.reject(new Error('lost'));
      }
    }
    @Agent({ inject: [Connection] })
    class Client {
      readonly connection: Connection;

      constructor(connection: Connection) {
        this.connection = connection;
      }

      @Tool()
      async pay(): Promise<string> {
        return 'paid';
      }
    }
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const host = await AgentHost.create({
      agents: [Client],
      providers: [{ provide: Connection, useClass: Connection, scope: 'run' }],
    });
    expect(await host.run((run) => run.get(Client).pay())).toBe('paid');
    const warnings = warn.mock.calls.map(([message]) => String(message));
    warn.mockRestore();
    expect(warnings.join()).toMatch(/Disposing what was made for a run failed/);
    await host.close();
  });
});

describe('a session that is full', () => {
  it('warns that what the application vouches for is not kept, and refuses what would need it', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const host = await bank({ store: new MemoryStore({ maxFactsPerSession: 1 }) });
    const run = host.open();
    run.facts.add('id', 'first');
    run.facts.add('id', 'second');
    expect(await run.get(Bank).use({ id: 'first' })).toBe('first');
    await expect(run.get(Bank).use({ id: 'second' })).rejects.toMatchObject({ code: 'MISSING_FACT' });
    const warnings = warn.mock.calls.map(([message]) => String(message));
    warn.mockRestore();
    expect(warnings.join()).toMatch(/A session is full/);
    await host.close();
  });
});

describe('the arguments of a call', () => {
  it('stay as they were checked, dates included', async () => {
    const host = await bank();
    const run = host.open();
    const when = new Date('2026-03-14T09:30:00Z');
    await expect(run.get(Bank).meet({ when })).rejects.toThrow(/frozen/);
    expect(when.toISOString()).toBe('2026-03-14T09:30:00.000Z');
    await host.close();
  });
});

describe('a field of the name of a tool', () => {
  it('is an error: it would stand before the guarded method', async () => {
    @Agent()
    class Shadowing extends Bank {
      constructor() {
        super();
        (this as { use: unknown }).use = async () => 'unguarded';
      }
    }
    const host = await AgentHost.create({ agents: [Shadowing] });
    const run = host.open();
    expect(() => run.get(Shadowing)).toThrow(expect.objectContaining({ code: 'usage.tool_shadowed' }));
    await host.close();
  });
});

describe('options of a decorator', () => {
  it('are those of the declaration, whatever becomes of the object that they came in', async () => {
    const options = { calls: 1 };
    @Agent()
    class Once {
      @Tool()
      @MaxAttempts(options)
      async go(): Promise<void> {}
    }
    options.calls = 100;
    const host = await AgentHost.create({ agents: [Once], clock: new TestClock() });
    const run = host.open();
    await run.get(Once).go();
    await expect(run.get(Once).go()).rejects.toMatchObject({ code: 'guard.max_attempts_exceeded' });
    await host.close();
  });
});

describe('runs of one id for two users, on one store', () => {
  it('share neither attempts nor keys', async () => {
    @Agent()
    class Till {
      @Tool()
      @MaxAttempts(1)
      @Idempotent({ key: 'key' })
      async pay(args: { key: string; from: string }): Promise<string> {
        return `paid from ${args.from}`;
      }
    }
    const store = new MemoryStore();
    const hosts = [
      await AgentHost.create({ agents: [Till], store }),
      await AgentHost.create({ agents: [Till], store }),
    ];
    const [alice, bob] = ['alice', 'bob'].map((userId, index) => hosts[index]!.open({ runId: 'r1', userId }));
    expect(await alice!.get(Till).pay({ key: 'k', from: 'alice' })).toBe('paid from alice');
    expect(await bob!.get(Till).pay({ key: 'k', from: 'bob' })).toBe('paid from bob');
    await Promise.all(hosts.map((host) => host.close()));
  });
});
