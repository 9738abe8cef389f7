import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  CircuitBreaker,
  Enforce,
  GuardRefusedError,
  RateLimit,
  rule,
  Timeout,
  Tool,
  ToolTimeoutError,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

const down = () => Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
const status = (value: number) => Object.assign(new Error('status'), { status: value });
const OPEN = 'guard.circuit_open';

type Body = (agent: Database) => unknown;
let calls = 0;

@Agent()
class Database {
  @Tool()
  @CircuitBreaker({ name: 'postgres', maxFails: 3, resetTimeout: '1m' })
  async read() {
    calls++;
    return behaviour(this);
  }

  @Tool()
  @CircuitBreaker({ name: 'postgres' })
  async write() {
    calls++;
    return behaviour(this);
  }

  /** Calls a tool of the same dependency. */
  @Tool()
  @CircuitBreaker({ name: 'postgres' })
  async transact() {
    return behaviour(this);
  }

  @Tool()
  @CircuitBreaker({ name: 'redis', maxFails: 1 })
  async cached() {
    return behaviour(this);
  }

  @Tool()
  @CircuitBreaker({ name: 'slow', maxFails: 1 })
  @Timeout('2s')
  async slow() {
    return behaviour(this);
  }

  @Tool()
  @CircuitBreaker({ name: 'limited', maxFails: 1 })
  @RateLimit({ maxCalls: 1 })
  async limited() {
    return behaviour(this);
  }

  @Tool()
  @CircuitBreaker({ name: 'custom', maxFails: 1, failOn: ['auth'], ignoreOn: ['throttled'], classify: kindOf })
  async custom() {
    return behaviour(this);
  }

  @Tool()
  @Enforce(rule('never', () => false))
  async forbidden() {}
}

@Agent()
class Reports {
  @Tool()
  @CircuitBreaker({ name: 'postgres' })
  async report() {
    return 'report';
  }
}

function kindOf(error: unknown) {
  if (error === 'login') return 'auth' as const;
  if (error === 'throws') throw new Error('classifier');
  return undefined;
}

let behaviour: Body = () => 'fine';

beforeEach(() => {
  calls = 0;
  behaviour = () => 'fine';
});

async function open() {
  const clock = new TestClock();
  const host = await AgentHost.create({ agents: [Database, Reports], clock });
  const run = host.open();
  return { clock, host, run, db: run.get(Database), reports: run.get(Reports) };
}
type World = Awaited<ReturnType<typeof open>>;

const failing = (error: unknown) => {
  behaviour = () => Promise.reject(error);
};
const fail = async (call: () => Promise<unknown>, times = 1) => {
  for (let time = 0; time < times; time++) await call().catch(() => {});
};
async function opened() {
  const world = await open();
  failing(down());
  await fail(() => world.db.read(), 3);
  behaviour = () => 'fine';
  return world;
}
async function halfOpen() {
  const world = await opened();
  await world.clock.advance(60_000);
  calls = 0;
  return world;
}
/** A call that ends when the test says so. */
function pending(call: () => Promise<unknown>) {
  let resolve!: (value: unknown) => void;
  let reject!: (error: unknown) => void;
  const gate = new Promise((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  const before = behaviour;
  behaviour = () => gate;
  const result = call().catch((error: unknown) => error);
  behaviour = before;
  return { result, resolve, reject };
}
const isOpen = ({ reports }: World) =>
  reports.report().then(
    () => false,
    (error: { code: string }) => error.code === OPEN,
  );

describe('a closed breaker', () => {
  it('opens after so many counted failures in a row, and says when a probe is let through', async () => {
    const { db, clock } = await open();
    failing(down());
    for (let time = 0; time < 3; time++) await expect(db.read()).rejects.toThrow('down');
    await clock.advance(12_500);
    await expect(db.read()).rejects.toMatchObject({
      code: OPEN,
      dependency: 'postgres',
      retryable: true,
      retryAfterMs: 47_500,
      retryAfter: 48,
      resetAt: clock.wall() + 47_500,
    });
    expect(calls).toBe(3);
  });

  it('D-21: is one for all tools and agents that name it', async () => {
    const world = await open();
    failing(down());
    await fail(() => world.db.read(), 2);
    await fail(() => world.db.write());
    expect(await isOpen(world)).toBe(true);
    await expect(world.db.write()).rejects.toMatchObject({ code: OPEN });
    behaviour = () => 'fine';
    expect(await world.db.cached()).toBe('fine');
  });

  it('is one for all runs of its host', async () => {
    const world = await opened();
    await using other = world.host.open();
    await expect(other.get(Database).read()).rejects.toMatchObject({ code: OPEN });
  });

  it('starts to count anew after a success', async () => {
    const world = await open();
    failing(down());
    await fail(() => world.db.read(), 2);
    behaviour = () => 'fine';
    await world.db.read();
    failing(down());
    await fail(() => world.db.read(), 2);
    expect(await isOpen(world)).toBe(false);
  });

  it.each([
    ['unknown', new Error('what?')],
    ['auth', status(401)],
    ['throttled', status(429)],
    ['a refusal of a nested call', new GuardRefusedError({ tool: 't', guard: 'g', because: 'b' })],
    ['a cancellation', new DOMException('stop', 'AbortError')],
    ['invalid', status(400)],
  ])('D-21: neither counts nor forgets at an end that is %s', async (_kind, error) => {
    const world = await open();
    failing(down());
    await fail(() => world.db.read(), 2);
    failing(error);
    await fail(() => world.db.read(), 5);
    failing(down());
    await fail(() => world.db.read());
    await expect(world.db.read()).rejects.toMatchObject({ code: OPEN });
  });

  it.each([
    ['a Response', { ok: false, status: 503 }],
    ['a status code', { statusCode: 503 }],
  ])('counts a returned %s of 503', async (_what, response) => {
    const { db } = await open();
    behaviour = () => response;
    for (let time = 0; time < 3; time++) expect(await db.read()).toEqual(response);
    await expect(db.read()).rejects.toMatchObject({ code: OPEN });
  });

  it.each([{ ok: false, error: 'no' }, { ok: true, status: 200 }, { statusCode: 404 }, undefined])(
    'does not count the result %j',
    async (result) => {
      const world = await open();
      behaviour = () => result;
      for (let time = 0; time < 5; time++) await world.db.read();
      expect(await isOpen(world)).toBe(false);
    },
  );

  it('D-22: opens on our own timeouts', async () => {
    const { db, clock } = await open();
    const { result } = pending(() => db.slow());
    await clock.advance(2000);
    expect(await result).toBeInstanceOf(ToolTimeoutError);
    await expect(db.slow()).rejects.toMatchObject({ code: OPEN });
  });

  it('D-20: never counts what a guard refused, and takes no rate place while it is open', async () => {
    const { db, clock } = await open();
    await db.limited();
    for (let time = 0; time < 5; time++) {
      await expect(db.limited()).rejects.toMatchObject({ code: 'guard.rate_limit_exceeded' });
    }
    await clock.advance(60_000);
    failing(down());
    await expect(db.limited()).rejects.toThrow('down');
    await clock.advance(59_999);
    await expect(db.limited()).rejects.toMatchObject({ code: OPEN });
    await clock.advance(1);
    behaviour = () => 'fine';
    expect(await db.limited()).toBe('fine');
  });

  it('counts, ignores and classifies as its options say', async () => {
    const { db, clock } = await open();
    failing(down());
    await fail(() => db.custom(), 3);
    failing('throws');
    await expect(db.custom()).rejects.toBe('throws');
    failing('login');
    await expect(db.custom()).rejects.toBe('login');
    await expect(db.custom()).rejects.toMatchObject({ code: OPEN });
    await clock.advance(60_000);
    failing(status(429));
    await fail(() => db.custom());
    behaviour = () => 'fine';
    expect(await Promise.all([db.custom(), db.custom()])).toEqual(['fine', 'fine']);
  });

  it('takes no notice of a call that was killed', async () => {
    const world = await open();
    const { result } = pending(() => world.db.cached());
    world.run.kill('stop');
    expect(await result).toMatchObject({ code: 'run.killed' });
    await using other = world.host.open();
    expect(await other.get(Database).cached()).toBe('fine');
  });
});

describe('a half-open breaker', () => {
  it('D-21: lets exactly one call through, whoever comes, and refuses the others until it ends', async () => {
    const { db, reports } = await halfOpen();
    const probe = pending(() => db.read());
    for (const other of [() => db.read(), () => db.write(), () => reports.report()]) {
      await expect(other()).rejects.toMatchObject({ code: OPEN });
    }
    expect(calls).toBe(1);
    probe.resolve('back');
    expect(await probe.result).toBe('back');
    expect(await Promise.all([db.read(), db.write()])).toEqual(['fine', 'fine']);
  });

  it.each([
    ['a success', undefined],
    ['an ignored kind', status(404)],
  ])('closes at %s, with a new count', async (_what, error) => {
    const world = await halfOpen();
    if (error !== undefined) failing(error);
    await fail(() => world.db.read());
    failing(down());
    await fail(() => world.db.read(), 2);
    expect(await isOpen(world)).toBe(false);
  });

  it('opens again at one counted failure, for the whole time', async () => {
    const { db, clock } = await halfOpen();
    failing(down());
    await expect(db.read()).rejects.toThrow('down');
    await clock.advance(59_999);
    await expect(db.read()).rejects.toMatchObject({ code: OPEN, retryAfterMs: 1 });
    await clock.advance(1);
    await expect(db.read()).rejects.toThrow('down');
  });

  it.each([
    ['an unknown end', (probe: ReturnType<typeof pending>) => probe.reject(new Error('what?'))],
    ['a cancelled end', (probe: ReturnType<typeof pending>) => probe.reject(new DOMException('stop', 'AbortError'))],
    ['a killed run', (_: unknown, { run }: World) => run.kill('stop')],
  ])('gives the probe to the next call after %s', async (_what, end) => {
    const world = await halfOpen();
    const probe = pending(() => world.db.read());
    end(probe, world);
    await probe.result;
    await using other = world.host.open();
    const next = pending(() => other.get(Database).read());
    await expect(other.get(Database).read()).rejects.toMatchObject({ code: OPEN });
    next.resolve('back');
    expect(await next.result).toBe('back');
  });

  it('shares the probe with the calls that its method makes', async () => {
    const { db } = await halfOpen();
    behaviour = (agent) => {
      behaviour = () => 'nested';
      return Promise.all([agent.read(), agent.write()]);
    };
    expect(await db.transact()).toEqual(['nested', 'nested']);
  });

  it('lets the outcome of the probe decide, not that of the calls in it', async () => {
    const world = await halfOpen();
    behaviour = async (agent) => {
      failing(down());
      await fail(() => agent.read(), 3);
      return 'recovered';
    };
    expect(await world.db.transact()).toBe('recovered');
    expect(await isOpen(world)).toBe(false);
  });

  it('does not share a probe that is over with what its method left running', async () => {
    const world = await halfOpen();
    let leftover: Promise<unknown> = Promise.resolve();
    behaviour = (agent) => {
      leftover = new Promise((resolve) => setImmediate(resolve)).then(() => agent.write());
      leftover.catch(() => {});
      return Promise.reject(down());
    };
    await expect(world.db.transact()).rejects.toThrow('down');
    await expect(leftover).rejects.toMatchObject({ code: OPEN });
  });
});

describe('outcomes of another time', () => {
  it('D-21: a success that began before the breaker opened does not close it', async () => {
    const world = await open();
    const old = pending(() => world.db.read());
    failing(down());
    await fail(() => world.db.read(), 3);
    old.resolve('late');
    await old.result;
    expect(await isOpen(world)).toBe(true);
  });

  it('D-21: failures that began before it opened do not keep it open longer', async () => {
    const world = await open();
    const old = [1, 2, 3].map(() => pending(() => world.db.read()));
    failing(down());
    await fail(() => world.db.read(), 3);
    await world.clock.advance(59_000);
    for (const call of old) call.reject(down());
    await world.clock.advance(1000);
    expect(await isOpen(world)).toBe(false);
  });

  it('D-21: failures that began before it closed do not count', async () => {
    const world = await open();
    const old = [1, 2, 3].map(() => pending(() => world.db.read()));
    failing(down());
    await fail(() => world.db.read(), 3);
    await world.clock.advance(60_000);
    behaviour = () => 'fine';
    await world.db.read();
    for (const call of old) call.reject(down());
    await Promise.all(old.map(({ result }) => result));
    expect(await isOpen(world)).toBe(false);
  });

  it('D-21: a probe that was given up does not end the probe of the next call', async () => {
    const world = await halfOpen();
    const given = pending(() => world.db.read());
    world.run.kill('stop');
    await given.result;
    await using run = world.host.open();
    const next = pending(() => run.get(Database).read());
    given.resolve('late');
    await world.clock.advance(0);
    await expect(run.get(Database).read()).rejects.toMatchObject({ code: OPEN });
    next.resolve('back');
    expect(await next.result).toBe('back');
  });

  it('D-37: a clock that goes back does not keep it open longer, nor let a probe through early', async () => {
    const world = await opened();
    world.clock.jump(-30_000);
    expect(await isOpen(world)).toBe(true);
    await world.clock.advance(90_000);
    expect(await isOpen(world)).toBe(false);
  });
});
