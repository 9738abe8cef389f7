import { describe, expect, test } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import { Tool } from '../agent/tool.js';
import type { Tariff } from '../budget/tariff.js';
import { tokenUsage } from '../budget/token-usage.js';
import { BudgetExceededError } from '../errors/budget-errors.js';
import { BudgetTransportError } from '../errors/budget-transport-error.js';
import { PaymentRequiredError } from '../errors/payment-required-error.js';
import type { ActGuardEvent, EventName } from '../events/event.js';
import { Budget } from '../guards/budget.js';
import { AgentHost } from '../host/agent-host.js';
import { admitModelCall } from '../metering/model-call.js';
import type { ModelRequest } from '../metering/model-request.js';
import { TestClock } from '../testing/test-clock.js';
import type { Gateway, Reservation, ReserveRequest, SettleRequest } from './gateway.js';

const TARIFF: Tariff = {
  version: 'v1',
  cuPerUsd: 1000,
  default: { inputCuPer1k: 1000, outputCuPer1k: 1000, cachedCuPer1k: 1000 },
};

const NEED_PAYMENT = new PaymentRequiredError({
  path: '/api/v1/reserve',
  userMessage: 'Please top up.',
  currentBalance: undefined,
  requiredAmount: undefined,
  shortfall: 5,
  topupUrl: undefined,
  topupSessionId: undefined,
  userId: undefined,
  responsePayload: undefined,
});

class FakeGateway implements Gateway {
  readonly reserved: ReserveRequest[] = [];
  readonly settled: SettleRequest[] = [];
  readonly seen: string[] = [];
  tariffsAsked = 0;
  flushed = 0;
  events?: readonly EventName[] | undefined;
  grant: () => Promise<Reservation | undefined> = async () => ({ reserveId: `res-${this.reserved.length}` });
  currentTariff: () => Promise<Tariff | undefined> = async () => TARIFF;
  deliver: () => Promise<void> = async () => {};
  flushing: () => Promise<unknown> = async () => ({});

  reserve(request: ReserveRequest): Promise<Reservation | undefined> {
    this.reserved.push(request);
    return this.grant();
  }

  settle(request: SettleRequest): Promise<void> {
    this.settled.push(request);
    return this.deliver();
  }

  tariff(): Promise<Tariff | undefined> {
    this.tariffsAsked++;
    return this.currentTariff();
  }

  onEvent({ name }: ActGuardEvent): void {
    this.seen.push(name);
  }

  flush(): Promise<unknown> {
    this.flushed++;
    return this.flushing();
  }
}

const REQUEST: ModelRequest = {
  provider: 'test',
  model: 'm1',
  operation: 'chat',
  bound: () => ({ inputTokens: 100, outputTokens: 100 }),
} as unknown as ModelRequest;

async function spend(input: number): Promise<void> {
  const call = await admitModelCall(REQUEST);
  call.settle({ outcome: 'success', usage: tokenUsage({ input }) });
}

@Agent()
class Desk {
  @Tool()
  async work(_args: object): Promise<string> {
    return 'worked';
  }

  @Tool()
  @Budget({ tokenLimit: 1000 })
  async research(_args: object): Promise<string> {
    await spend(10);
    return 'found';
  }
}

async function setUp(options: { readonly mode?: 'observe' } = {}) {
  const gateway = new FakeGateway();
  const events: ActGuardEvent[] = [];
  const host = await AgentHost.create({
    agents: [Desk],
    client: gateway,
    clock: new TestClock(),
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return { gateway, host, events };
}

/** A promise that a test keeps in its hand. */
function pending<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a root budget with a gateway', () => {
  test('is reserved before its body runs, and settled with what was used', async () => {
    const { gateway, host } = await setUp();
    await host.run({ runId: 'r1', userId: 'mina', budget: { costLimit: 500, planKey: 'team' } }, async (run) => {
      expect(gateway.reserved).toEqual([
        { runId: 'r1', scopeId: run.currentBudget?.id, costLimit: 500, planKey: 'team', userId: 'mina' },
      ]);
      await spend(30);
      await run.budget({ name: 'search' }, () => spend(20));
      expect(gateway.settled).toEqual([]);
    });
    expect(gateway.reserved).toHaveLength(1);
    expect(gateway.settled).toEqual([
      {
        reserveId: 'res-1',
        runId: 'r1',
        scopeId: gateway.reserved[0]?.scopeId,
        usage: [
          expect.objectContaining({ model: 'm1', scopeName: undefined, tokens: 30, costUnits: 30 }),
          expect.objectContaining({ model: 'm1', scopeName: 'search', tokens: 20, costUnits: 20 }),
        ],
      },
    ]);
  });

  test('is settled at its own end, and a later one is reserved anew', async () => {
    const { gateway, host } = await setUp();
    await host.run(async (run) => {
      await run.budget({ tokenLimit: 100 }, () => spend(1));
      expect(gateway.settled.map(({ reserveId }) => reserveId)).toEqual(['res-1']);
      await run.budget({ tokenLimit: 100 }, () => spend(1));
      expect(gateway.settled.map(({ reserveId }) => reserveId)).toEqual(['res-1', 'res-2']);
    });
    expect(gateway.settled).toHaveLength(2);
  });

  test('of a tool that stands alone is reserved before the method runs', async () => {
    const { gateway, host } = await setUp();
    const granted = pending<Reservation>();
    gateway.grant = () => granted.promise;
    await host.run(async (run) => {
      const answer = run.get(Desk).research({});
      await turn();
      expect(gateway.seen).not.toContain('llm.usage');
      granted.resolve({ reserveId: 'res-9' });
      expect(await answer).toBe('found');
    });
    expect(gateway.settled).toMatchObject([{ reserveId: 'res-9', usage: [{ tokens: 10 }] }]);
  });

  test('settles once the last call that started in it has ended, without keeping its scope open', async () => {
    const { gateway, host } = await setUp();
    await host.run(async (run) => {
      const call = await run.budget({ tokenLimit: 100 }, async () => await admitModelCall(REQUEST));
      expect(gateway.settled).toEqual([]);
      call.settle({ outcome: 'success', usage: tokenUsage({ input: 7 }) });
      await turn();
      expect(gateway.settled).toMatchObject([{ usage: [{ tokens: 7 }] }]);
    });
    expect(gateway.settled).toHaveLength(1);
  });

  test('goes on where nobody could be asked, and settles nothing', async () => {
    const { gateway, host } = await setUp();
    gateway.grant = async () => undefined;
    gateway.currentTariff = async () => undefined;
    await host.run({ budget: { tokenLimit: 100 } }, () => spend(1));
    expect(gateway.settled).toEqual([]);
  });
});

describe('a gateway that denies', () => {
  test('stops the run before its body, which ends as blocked', async () => {
    const { gateway, host, events } = await setUp();
    gateway.grant = () => Promise.reject(NEED_PAYMENT);
    let ran = false;
    const run = host.run({ budget: { tokenLimit: 100 } }, () => {
      ran = true;
    });
    await expect(run).rejects.toBe(NEED_PAYMENT);
    expect(ran).toBe(false);
    expect(gateway.settled).toEqual([]);
    expect(events.at(-1)).toMatchObject({ name: 'run.end', outcome: 'blocked', errorType: 'PaymentRequiredError' });
  });

  test('stops everything in a scope that was opened without waiting', async () => {
    const { gateway, host } = await setUp();
    const granted = pending<Reservation>();
    gateway.grant = () => granted.promise;
    await using run = host.open({ budget: { tokenLimit: 100 } });
    const tool = run.get(Desk).work({});
    const model = run.bind(() => spend(1))();
    granted.reject(NEED_PAYMENT);
    await expect(tool).rejects.toBe(NEED_PAYMENT);
    await expect(model).rejects.toBe(NEED_PAYMENT);
    await expect(run.get(Desk).work({})).rejects.toBe(NEED_PAYMENT);
    await expect(run.bind(() => spend(1))()).rejects.toBe(NEED_PAYMENT);
    expect(await run.tools(Desk).call('work', {})).toMatchObject({
      ok: false,
      final: true,
      refusal: { code: 'budget.payment_required' },
    });
  });

  test('stops those who join the scope while the answer is awaited', async () => {
    const { gateway, host } = await setUp();
    const granted = pending<Reservation>();
    gateway.grant = () => granted.promise;
    let ran = 0;
    await host.run(async (run) => {
      const both = [1, 2].map(() =>
        run.budget({ tokenLimit: 100 }, () => {
          ran++;
        }),
      );
      await turn();
      granted.reject(NEED_PAYMENT);
      expect(await Promise.allSettled(both)).toEqual([
        { status: 'rejected', reason: NEED_PAYMENT },
        { status: 'rejected', reason: NEED_PAYMENT },
      ]);
    });
    expect(ran).toBe(0);
    expect(gateway.reserved).toHaveLength(1);
  });

  test('is only reported where guards observe', async () => {
    const { gateway, host, events } = await setUp({ mode: 'observe' });
    gateway.grant = () => Promise.reject(NEED_PAYMENT);
    await host.run({ budget: { tokenLimit: 100 } }, async (run) => {
      expect(await run.get(Desk).work({})).toBe('worked');
      await spend(1);
    });
    expect(events).toContainEqual(expect.objectContaining({ name: 'guard.observed', code: 'budget.payment_required' }));
  });

  test('by throwing something of its own is an error of the transport, and stops too', async () => {
    const { gateway, host } = await setUp();
    gateway.grant = () => Promise.reject(new Error('socket hang up'));
    const run = host.run({ budget: { tokenLimit: 100 } }, () => {});
    await expect(run).rejects.toThrow(BudgetTransportError);
    await expect(run).rejects.toThrow('the budget could not be reserved: socket hang up');
  });
});

describe('a settlement that fails', () => {
  test('neither hides the error of the body nor loses its result', async () => {
    const { gateway, host } = await setUp();
    gateway.deliver = () => Promise.reject(new Error('settle failed'));
    await expect(
      host.run({ budget: { tokenLimit: 100 } }, () => {
        throw new Error('the body failed');
      }),
    ).rejects.toThrow('the body failed');
    expect(await host.run({ budget: { tokenLimit: 100 } }, () => 'fine')).toBe('fine');
    expect(gateway.settled).toHaveLength(2);
  });
});

describe('the tariff of a gateway', () => {
  test('makes cost units count, against the limit that the gateway sets', async () => {
    const { gateway, host } = await setUp();
    gateway.grant = async () => ({ reserveId: 'res-1', costLimit: 50 });
    await host.run({ budget: {} }, async (run) => {
      expect(run.currentBudget?.costLimit).toBe(50);
      await spend(50);
      await expect(spend(1)).rejects.toThrow(BudgetExceededError);
    });
  });

  test('leaves a limit of the scope as it is', async () => {
    const { gateway, host } = await setUp();
    gateway.grant = async () => ({ reserveId: 'res-1', costLimit: 50 });
    await host.run({ budget: { costLimit: 20 } }, (run) => expect(run.currentBudget?.costLimit).toBe(20));
  });

  test('is asked for again when a reservation names another version', async () => {
    const { gateway, host } = await setUp();
    await host.run({ budget: { costLimit: 100 } }, () => spend(10));
    gateway.grant = async () => ({ reserveId: 'res-2', tariffVersion: 'v2' });
    const asked = gateway.tariffsAsked;
    const dearer: Tariff = { ...TARIFF, version: 'v2', default: { ...TARIFF.default, inputCuPer1k: 2000 } };
    gateway.currentTariff = async () => (gateway.tariffsAsked === asked + 1 ? TARIFF : dearer);
    await host.run({ budget: { costLimit: 100 } }, async (run) => {
      await spend(10);
      expect(run.currentBudget?.costUsed).toBe(20);
    });
    expect(gateway.tariffsAsked).toBe(asked + 2);
  });

  test('that is none stops the scope', async () => {
    const { gateway, host } = await setUp();
    gateway.currentTariff = async () => ({ version: 'v1', cuPerUsd: -1 }) as unknown as Tariff;
    await expect(host.run({ budget: { costLimit: 5 } }, () => {})).rejects.toThrow(
      'the tariff of the gateway cannot be used',
    );
  });

  test('does not replace one of the host', async () => {
    const gateway = new FakeGateway();
    const own: Tariff = { ...TARIFF, default: { ...TARIFF.default, inputCuPer1k: 5000 } };
    await using host = await AgentHost.create({ agents: [Desk], client: gateway, tariff: own });
    await host.run({ budget: {} }, async (run) => {
      await spend(10);
      expect(run.currentBudget?.costUsed).toBe(50);
    });
  });
});

describe('the host', () => {
  test('hands events over, and flushes when it is closed', async () => {
    const { gateway, host } = await setUp();
    await host.run(() => {});
    expect(gateway.seen).toEqual(['run.start', 'run.end']);
    gateway.flushing = () => Promise.reject(new Error('unreachable'));
    await host.close();
    expect(gateway.flushed).toBe(1);
  });

  test('hands over only what the client wants', async () => {
    const gateway = new FakeGateway();
    gateway.events = ['run.end'];
    await using host = await AgentHost.create({ agents: [Desk], client: gateway });
    await host.run((run) => run.get(Desk).work({}));
    expect(gateway.seen).toEqual(['run.end']);
  });

  test('refuses a client that is none', async () => {
    await expect(AgentHost.create({ client: {} as unknown as Gateway })).rejects.toThrow(
      '@create.client = [object]: must be a Gateway, with reserve, settle, tariff, onEvent, flush',
    );
  });

  test('asks no gateway for runs without a budget', async () => {
    const { gateway, host } = await setUp();
    await host.run((run) => run.get(Desk).work({}));
    expect([gateway.reserved, gateway.tariffsAsked]).toEqual([[], 0]);
  });
});
