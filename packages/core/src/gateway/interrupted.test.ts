import { beforeEach, describe, expect, test } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import { Tool } from '../agent/tool.js';
import type { Tariff } from '../budget/tariff.js';
import { tokenUsage } from '../budget/token-usage.js';
import { BudgetClosedError } from '../errors/budget-errors.js';
import { BudgetTransportError } from '../errors/budget-transport-error.js';
import { RunAbortedError, RunDeadlineError, RunEndedError, RunKilledError } from '../errors/run-errors.js';
import { Budget } from '../guards/budget.js';
import { AgentHost } from '../host/agent-host.js';
import { admitModelCall } from '../metering/model-call.js';
import type { ModelRequest } from '../metering/model-request.js';
import { TestClock } from '../testing/test-clock.js';
import type { Gateway, Reservation, SettleRequest } from './gateway.js';

const REQUEST: ModelRequest = {
  provider: 'test',
  model: 'm1',
  operation: 'chat',
  bound: () => ({ inputTokens: 100, outputTokens: 100 }) as ReturnType<ModelRequest['bound']>,
};
const LIMIT = { budget: { tokenLimit: 1000 } };

/** A gateway that answers when a test says so. */
class SlowGateway implements Gateway {
  readonly answers: ((granted: Reservation | undefined) => void)[] = [];
  readonly settled: SettleRequest[] = [];
  flushed = 0;
  tariff: () => Promise<Tariff | undefined> = async () => undefined;
  onSettle: () => Promise<void> = async () => {};

  reserve(): Promise<Reservation | undefined> {
    return new Promise((resolve) => this.answers.push(resolve));
  }
  async settle(request: SettleRequest): Promise<void> {
    this.settled.push(request);
    await this.onSettle();
  }
  onEvent(): void {}
  async flush(): Promise<void> {
    this.flushed++;
  }
}

async function spend(input: number): Promise<void> {
  const call = await admitModelCall(REQUEST);
  call.settle({ outcome: 'success', usage: tokenUsage({ input }) });
}

@Agent()
class Desk {
  @Tool()
  async work(_args: object) {
    return 'worked';
  }
  @Tool()
  @Budget({ tokenLimit: 1000 })
  async research(_args: object) {
    return 'found';
  }
}

let gateway: SlowGateway;
let clock: TestClock;
let host: AgentHost;
beforeEach(async () => {
  gateway = new SlowGateway();
  clock = new TestClock();
  host = await AgentHost.create({ agents: [Desk], client: gateway, clock });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const settledAs = () =>
  gateway.settled.map(({ reserveId, usage }) => [reserveId, usage.map((each) => 'tokens' in each && each.tokens)]);

describe('a run that is stopped while its reservation is on its way', () => {
  test.each([
    ['killed', () => host.kill('enough'), RunKilledError],
    ['aborted', (abort: () => void) => abort(), RunAbortedError],
    ['out of time', () => clock.advance(1000), RunDeadlineError],
  ])('waits no longer, and its body does not start: %s', async (_, stop, type) => {
    const controller = new AbortController();
    let ran = false;
    const run = host.run({ ...LIMIT, signal: controller.signal, deadline: '1s' }, () => {
      ran = true;
    });
    await turn();
    await Promise.all([expect(run).rejects.toThrow(type), stop(() => controller.abort())]);
    expect(ran).toBe(false);

    gateway.answers[0]?.({ reserveId: 'late' });
    await host.close();
    expect(settledAs()).toEqual([['late', []]]);
    expect(gateway.flushed).toBe(1);
  });

  test('lets calls of models go as well', async () => {
    await using run = host.open(LIMIT);
    const model = run.bind(() => spend(1))();
    run.kill('enough');
    await expect(model).rejects.toThrow(RunKilledError);
    gateway.answers[0]?.(undefined);
  });

  test('also inside observe mode', async () => {
    await using observing = await AgentHost.create({ client: gateway, mode: 'observe' });
    const run = observing.run(LIMIT, () => {});
    await turn();
    observing.kill('enough');
    await expect(run).rejects.toThrow(RunKilledError);
    gateway.answers[0]?.(undefined);
  });

  test('closes with the host, which settles what is granted late before it flushes', async () => {
    const run = host.run(LIMIT, () => {});
    await turn();
    const closing = host.close();
    await expect(run).rejects.toThrow(RunEndedError);
    await turn();
    expect(gateway.flushed).toBe(0);
    gateway.answers[0]?.({ reserveId: 'late' });
    await closing;
    expect(settledAs()).toEqual([['late', []]]);
    expect(gateway.flushed).toBe(1);
  });
});

test('a run that is stopped from the beginning asks no gateway', async () => {
  host.kill('closed for today');
  let ran = false;
  const body = () => {
    ran = true;
  };
  await expect(host.run(LIMIT, body)).rejects.toThrow(RunKilledError);
  await expect(host.run((run) => run.budget({ tokenLimit: 5 }, body))).rejects.toThrow(RunKilledError);
  expect([ran, gateway.answers]).toEqual([false, []]);
});

describe('a scope that is closed before it is granted', () => {
  test('closes at once, and is settled when the answer comes', async () => {
    await host.run(async (run) => {
      const scope = run.budget({ tokenLimit: 5 });
      await scope.close();
      expect(gateway.settled).toEqual([]);
      gateway.answers[0]?.({ reserveId: 'late' });
      await turn();
      expect(settledAs()).toEqual([['late', []]]);
    });
    expect(gateway.settled).toHaveLength(1);
  });

  test('takes no call that has waited for it', async () => {
    await host.run(async (run) => {
      const scope = run.budget({ tokenLimit: 5 });
      const model = scope.run(() => spend(1));
      await scope.close();
      gateway.answers[0]?.({ reserveId: 'late' });
      await expect(model).rejects.toThrow(BudgetClosedError);
    });
    expect(settledAs()).toEqual([['late', []]]);
  });

  test('stays open for those who joined it', async () => {
    await host.run(async (run) => {
      const first = run.budget({ tokenLimit: 500 });
      const joined = run.budget({ tokenLimit: 500 }, () => spend(3));
      await first.close();
      gateway.answers[0]?.({ reserveId: 'res-1' });
      await joined;
      expect(settledAs()).toEqual([['res-1', [3]]]);
    });
    expect(gateway.answers).toHaveLength(1);
  });

  test('by the end of its run: the call of its tool ends, and the reservation is settled', async () => {
    await host.run(async (run) => {
      const call = run.get(Desk).research({});
      await turn();
      run.kill('enough');
      await expect(call).rejects.toThrow(RunKilledError);
      gateway.answers[0]?.({ reserveId: 'late' });
    });
    await host.close();
    expect(settledAs()).toEqual([['late', []]]);
  });
});

test('calls outside a scope do not wait for its reservation', async () => {
  await host.run(async (run) => {
    const call = run.get(Desk).research({});
    await turn();
    expect(await run.get(Desk).work({})).toBe('worked');
    gateway.answers[0]?.(undefined);
    expect(await call).toBe('found');
  });
});

test('the wait for a reservation is not part of how long a tool took', async () => {
  const took: unknown[] = [];
  host.on((event) => event.name === 'tool.invoke' && void took.push(event.durationMs));
  await host.run(async (run) => {
    const call = run.get(Desk).research({});
    await clock.advance(400);
    gateway.answers[0]?.(undefined);
    await call;
  });
  expect(took).toEqual([0]);
});

test('what was granted is settled also where the tariff stops the scope', async () => {
  gateway.tariff = () => Promise.reject(new Error('no tariff'));
  const run = host.run({ budget: { costLimit: 5 } }, () => {});
  await turn();
  gateway.answers[0]?.({ reserveId: 'res-1' });
  await expect(run).rejects.toThrow(BudgetTransportError);
  expect(settledAs()).toEqual([['res-1', []]]);
});

test('a run ends when the budgets of its tools are settled', async () => {
  let delivered = false;
  gateway.onSettle = async () => {
    await turn();
    await turn();
    delivered = true;
  };
  await host.run(async (run) => {
    const call = run.get(Desk).research({});
    await turn();
    gateway.answers[0]?.({ reserveId: 'res-1' });
    await call;
  });
  expect(delivered).toBe(true);
});
