import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import { Tool } from '../agent/tool.js';
import { CircuitBreaker } from '../guards/circuit-breaker.js';
import { Enforce } from '../guards/enforce.js';
import { Idempotent } from '../guards/idempotent.js';
import { MaxAttempts } from '../guards/max-attempts.js';
import { RateLimit } from '../guards/rate-limit.js';
import { requireFact } from '../guards/require-fact.js';
import { byUser } from '../guards/scope.js';
import { AgentHost } from '../host/agent-host.js';
import { MemoryStore } from '../store/memory-store.js';
import type { StateStore } from '../store/state-store.js';

let sent = 0;

@Agent()
class Bank {
  @Tool()
  @Idempotent({ key: 'key' })
  @MaxAttempts(5)
  @Enforce(requireFact('account', 'account'))
  @CircuitBreaker({ name: 'bank' })
  @RateLimit({ maxCalls: 5, period: '1m' })
  async pay(args: { key: string; account: string }): Promise<string> {
    return `paid from ${args.account}`;
  }

  @Tool()
  @Idempotent({ key: 'key', within: 'host' })
  async payOnce(args: { key: string; account: string }): Promise<string> {
    return `paid from ${args.account}`;
  }

  @Tool()
  @CircuitBreaker({ name: 'mail', mode: 'observe' })
  @RateLimit({ scope: byUser })
  async send(_args: object): Promise<void> {
    sent++;
  }

  @Tool()
  @RateLimit({ mode: 'observe' })
  async read(): Promise<string> {
    return 'read';
  }
}

const refused = new Error('connect ECONNREFUSED');
const stores: [string, StateStore][] = [
  [
    'throws',
    {
      apply: () => {
        throw refused;
      },
    },
  ],
  ['rejects', { apply: () => Promise.reject(refused) as never }],
];

const warned = jest.spyOn(process, 'emitWarning');
beforeEach(() => void warned.mockImplementation(() => {}));
afterEach(() => void warned.mockReset());

describe.each(stores)('a store that %s', (_how, store) => {
  const unavailable = { code: 'guard.store_unavailable', cause: refused };

  test('refuses a call that guards have to decide', async () => {
    await using host = await AgentHost.create({ agents: [Bank], store });
    await host.run(async (run) => {
      await expect(run.get(Bank).pay({ key: 'k', account: 'a1' })).rejects.toMatchObject(unavailable);
    });
  });

  test('refuses a run of a named session, with an error of ours', async () => {
    await using host = await AgentHost.create({ agents: [Bank], store });
    await expect(host.run({ sessionId: 's1', userId: 'alice' }, () => 'ran')).rejects.toMatchObject(unavailable);
  });

  test('stops nothing where the host only observes, and every guard says that it could not decide', async () => {
    const events: unknown[] = [];
    await using host = await AgentHost.create({
      agents: [Bank],
      store,
      mode: 'observe',
      onEvent: (event) => void (event.name === 'guard.observed' && events.push(event)),
    });
    const paid = await host.run({ sessionId: 's1', userId: 'alice' }, async (run) => {
      run.userSaid('Pay from a1.');
      return run.get(Bank).pay({ key: 'k', account: 'a1' });
    });
    expect(paid).toBe('paid from a1');
    const guards = ['idempotent', 'maxAttempts', 'enforce', 'circuitBreaker', 'rateLimit'];
    expect(events).toMatchObject(guards.map((guardName) => ({ guardName, code: 'guard.store_unavailable' })));
  });

  test('refuses what a guard behind those that observe refuses without the store', async () => {
    await using host = await AgentHost.create({ agents: [Bank], store });
    await host.run(async (run) => {
      await expect(run.get(Bank).send({})).rejects.toMatchObject({ code: 'usage.scope_validation' });
    });
    expect(sent).toBe(0);
  });

  test('does not stop a call whose only guard observes', async () => {
    await using host = await AgentHost.create({ agents: [Bank], store });
    await host.run(async (run) => {
      expect(await run.get(Bank).read()).toBe('read');
    });
  });
});

describe('a store that answers a session wrongly', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no answer', []],
    ['an empty answer', [undefined]],
    ['a promise of nothing', Promise.resolve(undefined)],
  ])('lets no run in on %s', async (_what, answer) => {
    const memory = new MemoryStore();
    const store: StateStore = {
      apply: (operations, now) =>
        operations[0]?.op === 'session.open' ? (answer as never) : memory.apply(operations, now),
    };
    await using host = await AgentHost.create({ agents: [Bank], store });
    await expect(host.run({ sessionId: 's1', userId: 'alice' }, () => 'ran')).rejects.toMatchObject({
      code: 'guard.store_unavailable',
    });
  });
});

describe('a store of which only the answer is lost', () => {
  class LossyStore implements StateStore {
    loses = true;
    readonly #memory = new MemoryStore();

    apply: StateStore['apply'] = (operations, now) => {
      const answers = this.#memory.apply(operations, now);
      const isLost = this.loses && operations.some(({ op }) => op === 'idempotency.begin');
      return isLost ? (Promise.reject(refused) as never) : answers;
    };
  }

  test('has the key given back where guards only observed, so that it can be used', async () => {
    const store = new LossyStore();
    await using host = await AgentHost.create({ agents: [Bank], store });
    const key = { key: 'k', account: 'a1' };
    await host.run({ userId: 'alice', mode: 'observe' }, (run) => run.get(Bank).payOnce(key));
    store.loses = false;
    expect(await host.run({ userId: 'alice' }, (run) => run.get(Bank).payOnce(key))).toBe('paid from a1');
  });
});

test('a session of somebody else stops a run that only observes too', async () => {
  const memory = new MemoryStore();
  const taken: StateStore = {
    apply: (operations, now) =>
      operations[0]?.op === 'session.open'
        ? (Promise.resolve([{ admitted: false }]) as never)
        : memory.apply(operations, now),
  };
  await using host = await AgentHost.create({ agents: [Bank], store: taken, mode: 'observe' });
  await using run = host.open({ sessionId: 's1', userId: 'alice' });
  await expect(run.get(Bank).read()).rejects.toMatchObject({ code: 'runtime.session_conflict' });
});
