import { describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  Budget,
  CircuitBreaker,
  defineGuard,
  Enforce,
  Idempotent,
  MemoryStore,
  RateLimit,
  type Run,
  type RunOptions,
  requireFact,
  type StateStore,
  type StoreOperation,
  Tool,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

interface Order {
  readonly key: string;
  readonly token: string;
}
const HOUR = 3_600_000;
const ORDER: Order = { key: 'k1', token: 't1' };

const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const leases = { held: 0 };
const executed: string[] = [];
let onExecution = () => {};

/** Takes something of its own, and its time. */
const Lease = defineGuard<object, Order>({
  name: 'lease',
  create: () => ({
    async admit() {
      leases.held++;
      await turns(6);
    },
    settle: () => void leases.held--,
  }),
});

@Agent()
class Shop {
  @Tool()
  @RateLimit({ maxCalls: 1, period: '3h', onLimit: 'wait', maxWait: '5h' })
  @CircuitBreaker({ name: 'db', maxFails: 1, resetTimeout: '1m' })
  @Budget({ tokenLimit: 10 })
  @Lease()
  @Enforce(requireFact('token', 'token', { consume: true }))
  @Idempotent({ key: 'key', within: 'host', ttl: '7d' })
  async pay({ key }: Order) {
    executed.push(key);
    onExecution();
    return 'paid';
  }

  @Tool()
  @CircuitBreaker({ name: 'db', maxFails: 1, resetTimeout: '1m' })
  async fail() {
    throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
  }
}

/** A store across a network: operations are carried out at once, their answers take a while. */
class SlowStore implements StateStore {
  readonly inner = new MemoryStore();
  /** Called when a trip's operations have been carried out and its answers are on their way. */
  onTrip: (operations: readonly StoreOperation[]) => unknown = () => {};

  async apply(operations: readonly StoreOperation[], now: number): Promise<never> {
    const answers = this.inner.apply(operations, now);
    await this.onTrip(operations);
    await turns(3);
    return answers as never;
  }
}

function stateOf(memory: MemoryStore) {
  const { attempts: _, ...rest } = memory.snapshot();
  return { ...rest, leases: leases.held };
}

async function scene(isSlow: boolean, options: RunOptions = {}) {
  leases.held = 0;
  executed.length = 0;
  onExecution = () => {};
  const slow = new SlowStore();
  const clock = new TestClock();
  const host = await AgentHost.create({ agents: [Shop], store: isSlow ? slow : slow.inner, clock });
  const abort = new AbortController();
  const run = host.open({ userId: 'alice', sessionId: 's', signal: abort.signal, ...options });
  for (const token of ['t1', 't2', 't3']) run.facts.add('token', token);
  await turns();
  return { startedAt: clock.now(), memory: slow.inner, slow, clock, host, abort, run, shop: run.get(Shop) };
}
type Scene = Awaited<ReturnType<typeof scene>>;

const stops: [string, string, (scene: Scene) => unknown][] = [
  ['the run is killed', 'run.killed', ({ run }) => run.kill('stop')],
  ['the host is stopped', 'run.killed', ({ host }) => host.kill('stop')],
  ['the run is aborted', 'run.aborted', ({ abort }) => abort.abort()],
  ['the deadline passes', 'run.deadline_exceeded', ({ clock }) => clock.advance(2 * HOUR)],
  ['the run ends', 'run.ended', ({ run, clock }) => Promise.all([run.end(), clock.advance(3000)])],
];

/** The session of a run that ended is closed; what guards took is all that matters. */
function taken({ memory, run }: Pick<Scene, 'memory' | 'run'>) {
  const { sessions, ...rest } = stateOf(memory) as unknown as { sessions: Record<string, { facts: unknown }> };
  const { budgets } = run as Run & { readonly budgets: { readonly openScopes: number } };
  return { ...rest, facts: Object.values(sessions).map(({ facts }) => facts), scopes: budgets.openScopes };
}

describe.each([
  ['in memory', false],
  ['far away', true],
])('a call that waits for its place, with a store %s', (_, isSlow) => {
  async function waiting(options?: RunOptions) {
    const world = await scene(isSlow, options);
    await world.shop.pay({ key: 'warm', token: 't2' });
    await world.shop.fail().catch(() => {});
    await world.clock.advance(60_000);
    const before = taken(world);
    const call = world.shop.pay(ORDER);
    call.catch(() => {});
    await turns(60);
    return { ...world, before, call };
  }

  it('holds nothing: key, fact, probe and lease are back while it waits', async () => {
    const { before, call, clock, run, ...world } = await waiting();
    expect(taken({ ...world, run })).toEqual(before);
    await clock.advance(3 * HOUR);
    expect(await call).toBe('paid');
    expect(run.attempts('Shop.pay')).toBe(2);
  });

  it('does not even ask for the probe when it gets in line behind another', async () => {
    const { shop, memory, call, clock } = await waiting();
    const asked: string[] = [];
    const apply = memory.apply.bind(memory);
    memory.apply = ((operations: readonly StoreOperation[], now: number) => {
      asked.push(...operations.map(({ op }) => op));
      return apply(operations, now);
    }) as typeof memory.apply;
    const behind = shop.pay({ key: 'k3', token: 't3' });
    behind.catch(() => {});
    await turns(60);
    expect(asked).toContain('idempotency.begin');
    expect(asked).not.toContain('breaker.enter');
    await clock.advance(3 * HOUR);
    expect(await call).toBe('paid');
    await expect(behind).rejects.toMatchObject({ code: 'guard.rate_limit_exceeded' });
  });

  it('is answered at once behind another, where it is a repeat', async () => {
    const { shop, run } = await waiting();
    run.facts.add('token', 't2');
    expect(await shop.pay({ key: 'warm', token: 't2' })).toBe('paid');
  });

  it('lets another call have the probe meanwhile', async () => {
    const { shop, memory } = await waiting();
    await expect(shop.fail()).rejects.toThrow('down');
    expect(memory.snapshot()).toMatchObject({ breakers: { db: { state: 'open' } } });
  });

  it.each(stops)('takes nothing when %s meanwhile', async (_title, code, stop) => {
    const world = await waiting({ deadline: '2h' });
    const stopped = stop(world);
    await expect(world.call).rejects.toMatchObject({ code });
    await stopped;
    await turns();
    expect(taken(world)).toEqual(world.before);
    expect(executed).toEqual(['warm']);
    expect(world.clock.pending).toBe(0);
  });

  it.each<[string, string, (scene: Scene) => unknown]>([
    ['its fact is revoked', 'MISSING_FACT', ({ run }) => run.facts.revoke('token', 't1')],
    [
      'its breaker opens',
      'guard.circuit_open',
      async ({ shop, clock }) => {
        await clock.advance(3 * HOUR - 70_000);
        await shop.fail().catch(() => {});
      },
    ],
    [
      'its key is used for something else in another run',
      'guard.idempotency_in_progress',
      ({ memory, clock }) => {
        const key = { scope: 'user:alice', tool: 'Shop.pay', key: 'k1', owner: 'other', ttlMs: 1, args: ORDER };
        memory.apply([{ op: 'idempotency.begin', ...key, observe: false }], clock.now());
      },
    ],
  ])('takes nothing when %s meanwhile', async (_title, code, change) => {
    const world = await waiting();
    await change(world);
    await turns();
    const before = taken(world);
    // To the very moment at which the place frees; the clock of a test does not wait for a slow store.
    await world.clock.advance(world.startedAt + 3 * HOUR - world.clock.now());
    await expect(world.call).rejects.toMatchObject({ code });
    await turns();
    // The place of the call before it has expired by now.
    expect(taken(world)).toEqual({ ...before, rates: {} });
    expect(executed).toEqual(['warm']);
  });

  it('takes nothing when it has waited as long as it may', async () => {
    const world = await waiting();
    const late = world.shop.pay({ key: 'k3', token: 't3' });
    late.catch(() => {});
    await turns(60);
    // The first in line gets the place after 3 h, the second would after 6 h.
    await world.clock.advance(5 * HOUR);
    await expect(late).rejects.toMatchObject({ code: 'guard.rate_limit_exceeded' });
    await turns();
    expect(await world.run.facts.has('token', 't3')).toBe(true);
    expect(leases.held).toBe(0);
    expect(executed).toEqual(['warm', 'k1']);
    expect(await world.call).toBe('paid');
  });
});

describe('a call that is cut off between two steps of its admission', () => {
  /** How often a call asks the store before its method starts. */
  async function trips(): Promise<number> {
    const { slow, shop } = await scene(true);
    let count = 0;
    slow.onTrip = () => void count++;
    let atDispatch = 0;
    onExecution = () => void (atDispatch = count);
    await shop.pay(ORDER);
    return atDispatch;
  }

  it('asks the store more than once', async () => {
    expect(await trips()).toBe(2);
  });

  const steps = [1, 2].flatMap((trip) => stops.map(([title, code, stop]) => [title, trip, code, stop] as const));

  it.each(steps)('takes nothing when %s while the answer of trip %i is on its way', async (title, trip, code, stop) => {
    const world = await scene(true, { deadline: '2h' });
    await world.shop.fail().catch(() => {});
    await world.clock.advance(60_000);
    await turns();
    const before = taken(world);
    let count = 0;
    let stopped: unknown;
    const askedLater: string[] = [];
    world.slow.onTrip = (operations) => {
      if (count >= trip) askedLater.push(...operations.map(({ op }) => op));
      // The answer arrives after the stop.
      if (++count !== trip) return undefined;
      stopped = stop(world);
      return trip === 0 || title === 'the run ends' ? turns(4) : stopped;
    };
    await expect(world.shop.pay(ORDER)).rejects.toMatchObject({ code });
    await stopped;
    await turns();
    expect(taken(world)).toEqual(before);
    expect(executed).toEqual([]);
    if (code !== 'run.ended') expect(askedLater).not.toContain('rate.take');
  });

  it('frees its key where the store took it but its answer was lost', async () => {
    const world = await scene(true);
    const { slow } = world;
    const apply = slow.apply.bind(slow);
    slow.apply = async (operations, now) => {
      slow.apply = apply;
      slow.inner.apply(operations, now);
      throw new Error('connection lost');
    };
    await expect(world.shop.pay(ORDER)).rejects.toMatchObject({ code: 'guard.store_unavailable' });
    await turns();
    expect(world.memory.snapshot()['idempotency']).toEqual({});
  });

  it.each([1, 2])(
    'takes nothing when the store fails in trip %i, and says that it could not be asked',
    async (trip) => {
      const world = await scene(true);
      const before = taken(world);
      const { slow } = world;
      let count = 0;
      const apply = slow.apply.bind(slow);
      slow.apply = async (operations, now) => {
        if (++count === trip) throw new Error('connection lost');
        return apply(operations, now);
      };
      await expect(world.shop.pay(ORDER)).rejects.toMatchObject({
        code: 'guard.store_unavailable',
        cause: new Error('connection lost'),
      });
      await turns();
      expect(taken(world)).toEqual(before);
      expect(executed).toEqual([]);
      expect(await world.shop.pay(ORDER)).toBe('paid');
    },
  );

  it.each(stops)('takes nothing when %s while a custom guard takes its time', async (_title, code, stop) => {
    const world = await scene(false, { deadline: '2h' });
    const before = taken(world);
    const call = world.shop.pay(ORDER);
    call.catch(() => {});
    expect(leases.held).toBe(1);
    const stopped = stop(world);
    await expect(call).rejects.toMatchObject({ code });
    await stopped;
    await turns();
    expect(taken(world)).toEqual(before);
    expect(executed).toEqual([]);
  });

  it('frees its key at once for the next call', async () => {
    const world = await scene(true);
    let killed = false;
    world.slow.onTrip = () => {
      if (!killed) world.run.kill('stop');
      killed = true;
    };
    await expect(world.shop.pay(ORDER)).rejects.toMatchObject({ code: 'run.killed' });
    await turns();
    await using next: Run = world.host.open({ userId: 'alice', sessionId: 's' });
    expect(await next.get(Shop).pay(ORDER)).toBe('paid');
  });
});
