import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import { Tool } from '../agent/tool.js';
import { CircuitBreaker } from '../guards/circuit-breaker.js';
import { Enforce } from '../guards/enforce.js';
import { Idempotent } from '../guards/idempotent.js';
import { MaxAttempts } from '../guards/max-attempts.js';
import { RateLimit } from '../guards/rate-limit.js';
import { requireFact } from '../guards/require-fact.js';
import { AgentHost } from '../host/agent-host.js';
import type { StateStore } from '../store/state-store.js';

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

  test('does not stop a call whose only guard observes', async () => {
    await using host = await AgentHost.create({ agents: [Bank], store });
    await host.run(async (run) => {
      expect(await run.get(Bank).read()).toBe('read');
    });
  });
});
