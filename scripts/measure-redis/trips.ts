import {
  AgentHost,
  admitModelCall,
  type RunOptions,
  type SharedBudget,
  sharedBudget,
  tokenUsage,
} from '@actguard/core';
import { RedisStore } from '@actguard/redis';
import { Cluster, Redis } from 'ioredis';
import { RedisCluster } from '../../packages/redis/test-support/redis-cluster.js';
import { Admission, Measured } from './agents.js';
import type { Row } from './table.js';

const ALONE = { userId: 'alice' };
const NAMED = { userId: 'alice', sessionId: 'conversation' };

interface Call {
  readonly tool: 'unguarded' | 'limited' | 'checked' | 'usual' | 'pay' | 'payOnce';
  readonly run: RunOptions;
}

/** The calls that are counted, by what the table calls them. */
const CALLS: Readonly<Record<string, Call>> = {
  'a tool without guards that ask the store': { tool: 'unguarded', run: ALONE },
  '`@RateLimit`': { tool: 'limited', run: ALONE },
  '`@Enforce(requireFact(…))`': { tool: 'checked', run: ALONE },
  '`@MaxAttempts`, `@CircuitBreaker`, `@RateLimit`': { tool: 'usual', run: ALONE },
  'all guards, keys of `@Idempotent` within the run': { tool: 'pay', run: ALONE },
  "all guards, `within: 'host'`, in a named session": { tool: 'payOnce', run: NAMED },
};

/** Scripts that are sent before something may go on, and after it. */
interface Trips {
  readonly before: number;
  readonly after: number;
}

/** How often calls go to a server and to a cluster, before the method starts and after it has ended. */
export async function measureTrips(url: string): Promise<Row[]> {
  await using cluster = await RedisCluster.start();
  const clients = [new Redis(url), new Cluster([...cluster.nodes])];
  const [single = [], several = []] = await Promise.all(clients.map((client) => tripsWith(client)));
  for (const client of clients) client.disconnect();
  return single.map(([what, trips], index) => [what, shown(trips), shown(several[index]?.[1] ?? trips)]);
}

function shown({ before, after }: Trips): string {
  return `${before} + ${after}`;
}

async function tripsWith(client: Redis | Cluster): Promise<[string, Trips][]> {
  const counter = new Counter();
  const store = new RedisStore(counter.counting(client), { timeout: '10s' });
  // The first script goes out twice: the server does not know it yet.
  await store.apply([{ op: 'rate.take', key: 'warm', limit: 1, periodMs: 1, observe: false }], 0);
  await using host = await AgentHost.create({
    agents: [Measured],
    providers: [{ provide: Admission, useValue: { passed: () => counter.mark() } }],
    prices: { m: { input: 10, output: 50 } },
    store,
  });
  const rows: [string, Trips][] = [];
  for (const [what, { tool, run: options }] of Object.entries(CALLS)) {
    await host.run(options, async (run) => {
      const agent = run.get(Measured);
      await agent.list({});
      rows.push([what, await counter.count(() => agent[tool]({ invoiceId: 'inv_4711' }))]);
    });
  }
  rows.push(['a model call in a hard shared budget', await modelCall(host, counter, ['tenant:acme'])]);
  rows.push(['a model call in two of them', await modelCall(host, counter, ['tenant:acme', 'user:alice'])]);
  rows.push(['a run in a named session, with a call that asks nothing', await wholeRun(host, counter, NAMED)]);
  rows.push(['a run without one', await wholeRun(host, counter, ALONE)]);
  store.close();
  return rows;
}

async function modelCall(host: AgentHost, counter: Counter, names: readonly string[]): Promise<Trips> {
  const sharedBudgets: SharedBudget[] = names.map((name) =>
    sharedBudget(name, { usdLimit: 50, per: '1d', enforcement: 'hard' }),
  );
  return await host.run({ ...ALONE, sharedBudgets }, () =>
    counter.count(async () => {
      const bound = () => ({ inputTokens: 100, outputTokens: 100 });
      const call = await admitModelCall({ provider: 'test', model: 'm', operation: 'chat', bound });
      counter.mark();
      call.settle({ outcome: 'success', usage: tokenUsage({ input: 100, output: 50 }) });
      // Nobody waits for it but the end of the run; what is asked next arrives behind it.
      await counter.idle();
    }),
  );
}

function wholeRun(host: AgentHost, counter: Counter, options: RunOptions): Promise<Trips> {
  return counter.count(() =>
    host.run(options, async (run) => {
      await run.get(Measured).unguarded({ invoiceId: 'inv_4711' });
    }),
  );
}

/** Counts the scripts that a client sends. */
class Counter {
  #sent = 0;
  #pending = 0;
  #marked = 0;

  /** The client, counted. */
  counting<Client extends Redis | Cluster>(client: Client): Client {
    return new Proxy(client, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'evalsha') return value.bind(target);
        return (...args: unknown[]) => {
          this.#sent++;
          this.#pending++;
          return (value.apply(target, args) as Promise<unknown>).finally(() => this.#pending--);
        };
      },
    });
  }

  /** What is sent from now on comes after. */
  mark(): void {
    this.#marked = this.#sent;
  }

  /** Counts what is sent meanwhile. */
  async count(act: () => Promise<unknown>): Promise<Trips> {
    const start = this.#sent;
    this.#marked = start;
    await act();
    await this.idle();
    return { before: this.#marked - start, after: this.#sent - this.#marked };
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    do await new Promise((resolve) => setTimeout(resolve, 20));
    while (this.#pending > 0);
  }
}
