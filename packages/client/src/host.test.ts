import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  Agent,
  AgentHost,
  admitModelCall,
  BudgetExceededError,
  BudgetTransportError,
  Enforce,
  PaymentRequiredError,
  requireFact,
  Tool,
  tokenUsage,
} from '@actguard/core';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Behaviour, LoopbackGateway, type Received } from '../test-support/loopback-gateway.js';
import { testClient, WIRE_TARIFF, warningsOf } from '../test-support/test-client.js';
import { Client } from './client.js';
import type { ClientOptions } from './config/client-options.js';

/** What a gateway answers to what it is asked, and how often by now. */
interface Answers {
  readonly reserve: (count: number) => Behaviour;
  readonly settle: () => Behaviour;
  readonly tariff: () => Behaviour;
}

let gateway: LoopbackGateway;
beforeEach(async () => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  gateway = await LoopbackGateway.start();
  answer({});
});
afterEach(async () => {
  jest.restoreAllMocks();
  await gateway.kill();
});

function answer({
  reserve = (count) => ({ json: { reserve_id: `res-${count}` } }),
  settle = () => ({}),
  tariff = () => ({ json: WIRE_TARIFF }),
}: Partial<Answers>): void {
  gateway.behave(({ path: to }) => {
    if (to === RESERVE) return reserve(gateway.to(RESERVE).length);
    if (to === SETTLE) return settle();
    return to === TARIFF ? tariff() : {};
  });
}

const RESERVE = '/api/v1/reserve';
const SETTLE = '/api/v1/settle';
const TARIFF = '/api/v1/cu-tariff';
const EVENTS = '/api/v1/events';
const bodies = (to: string): unknown[] => gateway.to(to).map(({ json }) => json);

@Agent()
class Desk {
  @Tool()
  async research(_args: object) {
    await spend(100, 10);
    return 'found';
  }
  @Tool()
  @Enforce(requireFact('id', 'order_id'))
  async remove(_args: { id: string }) {
    return 'removed';
  }
}

async function spend(input: number, output = 0): Promise<void> {
  const bound = () => ({ inputTokens: input, outputTokens: output });
  const request = { provider: 'openai', model: 'gpt-test', operation: 'chat.completions', bound };
  const call = await admitModelCall(request as Parameters<typeof admitModelCall>[0]);
  call.settle({ outcome: 'success', usage: tokenUsage({ input, output }) });
}

async function setUp(options: ClientOptions = {}) {
  const { client, clock } = testClient(gateway, options);
  const host = await AgentHost.create({ agents: [Desk], client });
  return { client, clock, host };
}

const BUDGET = { budget: { tokenLimit: 100_000 } };

describe('a run with a budget', () => {
  test('is reserved, called in, and settled with what was used by model, scope, tool and cost', async () => {
    const { host } = await setUp();
    const budget = { name: 'task', costLimit: 5000, planKey: 'pro' };
    await host.run({ runId: 'r1', userId: 'alice', budget }, async (run) => {
      expect(bodies(RESERVE)).toEqual([{ run_id: 'r1', cost_limit: 5000, plan_key: 'pro', user_id: 'alice' }]);
      await spend(1000, 100);
      await spend(500);
      await run.get(Desk).research({});
      await run.budget({ name: 'search' }, async (scope) => {
        await spend(7);
        scope.addCost(0.05, 'web search');
      });
      expect(bodies(SETTLE)).toEqual([]);
    });
    expect(bodies(SETTLE)).toEqual([
      {
        reserve_id: 'res-1',
        input_tokens: 1607,
        cached_input_tokens: 0,
        output_tokens: 110,
        usage_breakdown: [
          expect.objectContaining({ provider_model_id: 'gpt-test', input_tokens: 1500, calls: 2, scope_name: 'task' }),
          expect.objectContaining({ input_tokens: 100, output_tokens: 10, tool_name: 'Desk.research' }),
          expect.objectContaining({ input_tokens: 7, scope_name: 'search' }),
          expect.objectContaining({
            type: 'custom_cost',
            name: 'web search',
            usd_micros: 50_000,
            cost_cu: 50,
            scope_name: 'search',
          }),
        ],
      },
    ]);
    expect(new Set([...gateway.to(RESERVE), ...gateway.to(SETTLE)].map(({ headers }) => keyOf(headers))).size).toBe(2);
  });

  test('fetches the tariff once, shares it, and again when the gateway counts by another', async () => {
    answer({ reserve: (count) => ({ json: { reserve_id: `r${count}`, tariff_version: count < 4 ? 'v1' : 'v2' } }) });
    const { client, host } = await setUp();
    await Promise.all([1, 2, 3].map(() => host.run(BUDGET, () => {})));
    expect(gateway.to(TARIFF)).toHaveLength(1);
    const dearer = { ...WIRE_TARIFF, tariff_version: 'v2', llm: { default: { ...rate(9), output_cu_per_1k: 9 } } };
    answer({
      reserve: () => ({ json: { reserve_id: 'r4', tariff_version: 'v2' } }),
      tariff: () => ({ json: dearer }),
    });
    await host.run(BUDGET, async (run) => {
      await spend(1000);
      expect(run.currentBudget?.costUsed).toBe(9);
    });
    expect(gateway.to(TARIFF)).toHaveLength(2);
    expect(client.status().tariffVersion).toBe('v2');
  });

  test.each([
    ['its own', { costLimit: 10 }, {}],
    ["the gateway's", {}, { cost_limit: 10 }],
    ["the gateway's in the other spelling", {}, { CostLimit: 10 }],
  ])('stops at a limit of cost units, by the tariff of the gateway: %s', async (_, budget, granted) => {
    answer({ reserve: () => ({ json: { reserve_id: 'res-1', ...granted } }) });
    const { host } = await setUp();
    await host.run({ budget }, async (run) => {
      expect(run.currentBudget?.costLimit).toBe(10);
      await spend(10_000);
      await expect(spend(1)).rejects.toMatchObject({ limitType: 'cost', used: 10, limit: 10, origin: 'local' });
    });
    expect(bodies(SETTLE)).toMatchObject([{ input_tokens: 10_000 }]);
  });

  test('holds a hard budget by a limit that the gateway sets', async () => {
    answer({ reserve: () => ({ json: { reserve_id: 'res-1', cost_limit: 10 } }) });
    const { host } = await setUp();
    await host.run({ budget: { enforcement: 'hard', tokenLimit: 1_000_000 } }, async () => {
      await expect(spend(20_000, 1)).rejects.toMatchObject({ limitType: 'cost', limit: 10 });
    });
    expect(bodies(SETTLE)).toMatchObject([{ input_tokens: 0, usage_breakdown: [] }]);
  });

  test('tells the gateway what happened, without what calls were made with', async () => {
    const { host } = await setUp();
    await host.run({ runId: 'r1', ...BUDGET }, async (run) => {
      await spend(5);
      await run.tools(Desk).call('remove', { id: 'customer-4711' });
    });
    await host.close();
    const events = bodies(EVENTS).flatMap((body) => (body as { events: { name: string; run_id: string }[] }).events);
    const names = events.map(({ name }) => name);
    expect([names[0], names.at(-1)]).toEqual(['run.start', 'run.end']);
    expect(names).toEqual(expect.arrayContaining(['budget.open', 'llm.usage', 'guard.blocked']));
    expect(new Set(events.map(({ run_id }) => run_id))).toEqual(new Set(['r1']));
    expect(JSON.stringify(events)).not.toContain('4711');
  });
});

describe('a gateway that refuses', () => {
  const PAYMENT = {
    detail: 'Please top up.',
    current_balance: 5,
    required_amount: 20,
    shortfall: 15,
    topup_url: 'https://pay.example/1',
    topup_session_id: 'cs_1',
    user_id: 'alice',
  };
  const CAPITALS = {
    ...{ Message: 'Please top up.', CurrentBalance: 5, RequiredAmount: 20, Shortfall: 15 },
    ...{ TopupURL: 'https://pay.example/1', TopupSessionID: 'cs_1', UserID: 'alice' },
  };

  test.each([PAYMENT, CAPITALS])('for want of payment stops the run before its body: %#', async (json) => {
    answer({ reserve: () => ({ status: 402, json }) });
    const { client, host } = await setUp();
    let ran = false;
    const error = await host
      .run(BUDGET, () => {
        ran = true;
      })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PaymentRequiredError);
    expect(error).toMatchObject({
      ...{ userMessage: 'Please top up.', currentBalance: 5, requiredAmount: 20, shortfall: 15, status: 402 },
      ...{ topupUrl: 'https://pay.example/1', topupSessionId: 'cs_1', userId: 'alice', path: RESERVE },
      responsePayload: json,
    });
    expect([ran, gateway.to(RESERVE).length, gateway.to(SETTLE).length]).toEqual([false, 1, 0]);
    expect(client.status().reservations).toMatchObject({ refused: 1 });
  });

  test.each([
    { error: 'quota', tokens_used: 7, cost_used: 100, cost_limit: 90, user_id: 'alice' },
    { Error: 'quota', TokensUsed: 7, CostUsed: 100, CostLimit: 90, UserID: 'alice' },
  ])('because a budget is used up stops the run before its body: %#', async (json) => {
    answer({ reserve: () => ({ status: 409, json }) });
    const { host } = await setUp();
    const error = await host.run(BUDGET, () => {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BudgetExceededError);
    expect(error).toMatchObject({ origin: 'remote', limitType: 'cost', used: 100, limit: 90, userId: 'alice' });
    expect((error as BudgetExceededError).details).toMatchObject({
      ...{ path: RESERVE, status: 409, summary: 'quota', tokensUsed: 7 },
    });
    expect(gateway.to(RESERVE)).toHaveLength(1);
  });

  test.each([402, 409])('stops those too that wait for the same answer: HTTP %i', async (status) => {
    answer({ reserve: () => ({ status, json: {} }) });
    const { host } = await setUp();
    let ran = 0;
    await host.run(async (run) => {
      const scopes = [1, 2, 3].map(() =>
        run.budget({ tokenLimit: 100 }, () => {
          ran++;
        }),
      );
      const outcomes = await Promise.allSettled(scopes);
      expect(new Set(outcomes.map((each) => each.status === 'rejected' && each.reason)).size).toBe(1);
      expect(outcomes[0]?.status).toBe('rejected');
    });
    expect([ran, gateway.to(RESERVE).length]).toEqual([0, 1]);
  });

  test.each([400, 401, 403, 422])('the configuration stops the first run, open or not: HTTP %i', async (status) => {
    answer({ reserve: () => ({ status, json: { error: 'no such key' } }) });
    const { client, host } = await setUp();
    const run = host.run(BUDGET, () => {});
    await expect(run).rejects.toThrow(BudgetTransportError);
    await expect(run).rejects.toMatchObject({ status, path: RESERVE, retryable: false });
    expect([gateway.to(RESERVE).length, client.status().reservations.failed]).toEqual([1, 1]);
  });
});

describe('an outage', () => {
  test('lets runs go on where the client is open; the process is warned once', async () => {
    answer({ reserve: () => ({ status: 503 }), tariff: () => 'reset' });
    const { client, clock, host } = await setUp();
    const warnings = await warningsOf(async () => {
      for (const text of ['one', 'two']) expect(await clock.through(host.run(BUDGET, () => text))).toBe(text);
    });
    expect(warnings.filter((text) => text.includes('without a reservation'))).toHaveLength(1);
    expect(client.status()).toMatchObject({ isReachable: false, reservations: { unreserved: 2 } });
    expect(gateway.to(SETTLE)).toEqual([]);
  });

  test('refuses runs where it is closed', async () => {
    answer({ reserve: () => ({ status: 503 }) });
    const { clock, host } = await setUp({ onUnavailable: 'closed' });
    let ran = false;
    const run = host.run(BUDGET, () => {
      ran = true;
    });
    await expect(clock.through(run)).rejects.toMatchObject({ name: 'BudgetTransportError', retryable: true });
    expect(ran).toBe(false);
  });

  test.each<[string, Behaviour]>([
    ['no headers', 'hang'],
    ['a body that does not end', 'endless-body'],
  ])('holds up a body for the deadline and no longer: %s', async (_, behaviour) => {
    answer({ reserve: () => behaviour });
    const { clock, host } = await setUp();
    let ran = false;
    const run = host.run(BUDGET, () => {
      ran = true;
    });
    await gateway.arrived(2);
    await clock.advance(2999);
    await quiet();
    expect(ran).toBe(false);
    await clock.advance(1);
    await run;
    expect(ran).toBe(true);
  });

  test('of cut connections is over before the deadline', async () => {
    answer({ reserve: () => 'reset' });
    const { clock, host } = await setUp();
    expect(await clock.through(host.run(BUDGET, () => 'done'))).toBe('done');
    expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(3000);
    expect(gateway.to(RESERVE)).toHaveLength(2);
  });
});

describe('a settlement that cannot be delivered', () => {
  test('neither fails the run nor hides why it failed, and the next client delivers it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'actguard-host-'));
    const options = { outbox: { path: folder }, budgetMaxRetries: 0 };
    answer({ settle: () => ({ status: 500 }) });
    const first = await setUp(options);
    expect(await first.host.run({ runId: 'r1', ...BUDGET }, () => spend(11))).toBeUndefined();
    const failing = first.host.run({ runId: 'r2', ...BUDGET }, async () => {
      await spend(12);
      throw new TypeError('out of paper');
    });
    await expect(failing).rejects.toThrow(new TypeError('out of paper'));
    await first.host.close();
    await first.client.close();
    expect(first.client.status().settlements).toMatchObject({ delivered: 0, waiting: 2 });

    answer({});
    const before = gateway.to(SETTLE).length;
    const second = await setUp(options);
    await second.client.flush();
    const delivered = gateway.to(SETTLE).slice(before);
    expect(delivered.map(({ json }) => (json as { input_tokens: number }).input_tokens).sort()).toEqual([11, 12]);
    const sentBefore = gateway.to(SETTLE).slice(0, before);
    for (const { headers, text } of delivered)
      expect(sentBefore).toContainEqual(
        expect.objectContaining({
          text,
          headers: expect.objectContaining({ 'idempotency-key': keyOf(headers) }),
        }),
      );
    await second.client.close();
    rmSync(folder, { recursive: true });
  });
});

describe('an offline client', () => {
  test('changes nothing', async () => {
    const client = new Client();
    await using host = await AgentHost.create({ agents: [Desk], client });
    const used = await host.run(BUDGET, async (run) => {
      await run.get(Desk).research({});
      return run.currentBudget?.tokensUsed;
    });
    expect(used).toBe(110);
    expect(gateway.received).toEqual([]);
    expect(client.status().events).toMatchObject({ waiting: 0, sent: 0, dropped: 0 });
  });

  test('brings no tariff: a limit of cost units is a mistake, as it is without a client', async () => {
    const [offline, alone] = await Promise.all(
      [{ client: new Client() }, {}].map(async (options) => {
        await using host = await AgentHost.create(options);
        return await host.run({ budget: { costLimit: 5 } }, () => {}).catch((error: unknown) => String(error));
      }),
    );
    expect(offline).toContain('costLimit');
    expect(offline).toBe(alone);
  });
});

function keyOf(headers: Received['headers']): unknown {
  return headers['idempotency-key'];
}

function rate(cu: number) {
  return { input_cu_per_1k: cu, cached_cu_per_1k: cu };
}

/** Lets what was answered over the network come in. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
}
