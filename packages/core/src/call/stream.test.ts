import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  Agent,
  AgentHost,
  CircuitBreaker,
  currentCall,
  Enforce,
  Idempotent,
  MaxAttempts,
  MemoryStore,
  Prove,
  RateLimit,
  requireCall,
  rule,
  Timeout,
  Tool,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

type Call = ReturnType<typeof currentCall>;
type Body = (call: Call) => AsyncGenerator<unknown, unknown, unknown>;

const log: string[] = [];
let body: Body = numbers;
let clock = new TestClock();

async function* numbers(): AsyncGenerator<unknown, unknown, unknown> {
  try {
    log.push('start');
    yield { id: 'n1' };
    yield { id: 'n2' };
    log.push('end');
    return 'returned';
  } finally {
    log.push('clean');
  }
}

@Agent()
class Feed {
  @Tool()
  @CircuitBreaker({ name: 'feed', maxFails: 1 })
  @RateLimit({ maxCalls: 1, period: '1h' })
  @MaxAttempts(5)
  @Enforce<{ bad?: boolean }>(rule('good', ({ bad }) => bad !== true))
  @Prove({ kind: 'number', extract: 'id' })
  async *read(_args: { bad?: boolean } = {}, call = currentCall()) {
    return yield* body(call);
  }

  @Tool()
  @CircuitBreaker({ name: 'feed', maxFails: 1 })
  @Timeout('2s')
  async *inTime(_args: object = {}, call = currentCall()) {
    return yield* body(call);
  }

  @Tool()
  @Prove({ kind: 'few', extract: '[]', maxItems: 2 })
  async *few(_args: object = {}, call = currentCall()) {
    return yield* body(call);
  }

  @Tool()
  @Enforce(requireCall('Feed.inTime'))
  async after() {
    return 'after';
  }
}

const end = (call: Promise<unknown>) =>
  call.then(
    (value) => value,
    (error: { code?: string }) => error?.code ?? error,
  );
const turns = async (count = 6) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const after = (ms: number) => new Promise<void>((resolve) => void clock.schedule(resolve, ms));
const forever = () => new Promise<never>(() => {});

async function open(more: { drain?: string } = {}) {
  const store = new MemoryStore();
  const host = await AgentHost.create({ agents: [Feed], clock, store, ...(more as object) });
  const run = host.open({ userId: 'alice', sessionId: 's' });
  return { host, run, store, feed: run.get(Feed) };
}
const stateOf = (store: MemoryStore) => {
  const { sessions: _, attempts: __, ...rest } = store.snapshot();
  return rest;
};
/** Opens the breaker of the feed and waits until it lets a probe through. */
async function halfOpen(feed: Feed) {
  // biome-ignore lint/correctness/useYield: it fails before
  body = async function* () {
    throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
  };
  await end(feed.inTime().next());
  await clock.advance(60_000);
  body = numbers;
}

beforeEach(() => {
  log.length = 0;
  body = numbers;
  clock = new TestClock();
});

describe('a stream', () => {
  it('yields, returns and cleans up as its method does', async () => {
    const { feed } = await open();
    const stream = feed.read();
    expect(await stream.next()).toEqual({ done: false, value: { id: 'n1' } });
    expect(await stream.next()).toEqual({ done: false, value: { id: 'n2' } });
    expect(await stream.next()).toEqual({ done: true, value: 'returned' });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(log).toEqual(['start', 'end', 'clean']);
  });

  it('costs nothing before its first next()', async () => {
    const { feed, run, store } = await open();
    const before = stateOf(store);
    feed.read();
    const left = feed.read();
    expect(await left.return('left')).toEqual({ done: true, value: 'left' });
    expect(await left.next()).toEqual({ done: true, value: undefined });
    const thrown = feed.read();
    await expect(thrown.throw(new Error('mine'))).rejects.toThrow('mine');
    expect(await thrown.next()).toEqual({ done: true, value: undefined });
    await feed.read()[Symbol.asyncDispose]();
    expect([stateOf(store), run.attempts('Feed.read'), log]).toEqual([before, 0, []]);
  });

  it('is admitted, or refused, at its first next()', async () => {
    const { feed, run } = await open();
    const refused = feed.read({ bad: true });
    expect(await end(refused.next())).toBe('RULE_FAILED');
    expect(await refused.next()).toEqual({ done: true, value: undefined });
    await feed.read().next();
    expect(await end(feed.read().next())).toBe('guard.rate_limit_exceeded');
    expect(run.attempts('Feed.read')).toBe(3);
    expect(log).toEqual(['start']);
  });

  it('gives its method the arguments that the guards checked at the first next()', async () => {
    const { feed } = await open();
    const args = { bad: false };
    const stream = feed.read(args);
    args.bad = true;
    expect(await end(stream.next())).toBe('RULE_FAILED');
  });

  it('gives what the consumer sends to its method', async () => {
    const { feed } = await open();
    const sent: unknown[] = [];
    body = async function* () {
      sent.push(yield 1);
      try {
        yield 2;
      } catch (error) {
        sent.push(error);
        yield 3;
      }
    };
    const stream = feed.few();
    await stream.next('lost');
    await stream.next('hello');
    expect(await stream.throw('thrown in')).toEqual({ done: false, value: 3 });
    expect(sent).toEqual(['hello', 'thrown in']);
  });

  it('takes next() calls one after the other', async () => {
    const { feed } = await open();
    const stream = feed.read();
    expect(await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()])).toEqual([
      { done: false, value: { id: 'n1' } },
      { done: false, value: { id: 'n2' } },
      { done: true, value: 'returned' },
      { done: true, value: undefined },
    ]);
  });

  it('proves what each value says as soon as it is yielded', async () => {
    const { feed, run } = await open();
    const stream = feed.read();
    await stream.next();
    expect(await run.facts.list('number')).toMatchObject([{ value: 'n1', tool: 'Feed.read' }]);
    await stream.next();
    expect(await run.facts.list('number')).toHaveLength(2);
  });

  it('ends where @Prove withholds a value, and cleans up', async () => {
    const { feed, run } = await open();
    body = async function* () {
      try {
        yield ['a', 'b'];
        yield ['c', 'd', 'e'];
        yield ['f'];
      } finally {
        log.push('clean');
      }
    };
    const stream = feed.few();
    await stream.next();
    await expect(stream.next()).rejects.toMatchObject({ code: 'TOO_MANY_RESULTS', result: ['c', 'd', 'e'] });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await turns();
    expect(log).toEqual(['clean']);
    expect(await run.facts.list('few')).toHaveLength(2);
  });

  it('delivers a value whose facts could not be stored, and goes on', async () => {
    const memory = new MemoryStore();
    const apply = (operations: readonly { op: string }[], now: number) => {
      if (operations.some(({ op }) => op === 'fact.add')) throw new Error('store down');
      return memory.apply(operations as never, now);
    };
    const host = await AgentHost.create({ agents: [Feed], clock, store: { apply } as never });
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const stream = host.open().get(Feed).read();
    expect(await stream.next()).toEqual({ done: false, value: { id: 'n1' } });
    expect(await stream.next()).toEqual({ done: false, value: { id: 'n2' } });
    expect(await stream.next()).toEqual({ done: true, value: 'returned' });
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it('cannot have a key', async () => {
    @Agent()
    class Wrong {
      @Tool()
      @Idempotent({ key: 'key' })
      async *read(_args: { key: string }) {
        yield 1;
      }
    }
    await expect(AgentHost.create({ agents: [Wrong] })).rejects.toMatchObject({
      problems: [{ className: 'Wrong', method: 'read', option: 'idempotent' }],
    });
  });
});

describe('a stream settles', () => {
  async function probing() {
    const world = await open();
    await halfOpen(world.feed);
    const stream = world.feed.inTime();
    await stream.next();
    expect(world.store.snapshot()).toMatchObject({ breakers: { feed: { state: 'halfOpen' } } });
    const state = () => (world.store.snapshot() as { breakers: { feed: { state: string } } }).breakers.feed.state;
    return { ...world, stream, state };
  }

  it('as a success when it ends', async () => {
    const { stream, state, feed } = await probing();
    await stream.next();
    expect(await end(feed.after())).toBe('MISSING_STEP');
    await stream.next();
    expect(state()).toBe('closed');
    expect(await end(feed.after())).toBe('after');
  });

  it('as neither success nor failure when it is left early, and its method cleans up', async () => {
    const { store, feed } = await open();
    await halfOpen(feed);
    for await (const value of feed.inTime()) {
      expect(value).toEqual({ id: 'n1' });
      break;
    }
    expect(log).toEqual(['start', 'clean']);
    expect(store.snapshot()).toMatchObject({ breakers: { feed: { state: 'open' } } });
    expect(await end(feed.after())).toBe('MISSING_STEP');
    expect(clock.pending).toBe(0);
  });

  it('as a failure when its method throws', async () => {
    const { state } = await probing();
    expect(state()).toBe('halfOpen');
    const { feed, store } = await open();
    body = async function* () {
      yield 1;
      throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    };
    const stream = feed.read();
    await stream.next();
    await expect(stream.next()).rejects.toThrow('down');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(store.snapshot()).toMatchObject({ breakers: { feed: { state: 'open' } }, rates: { 'Feed.read': [61_000] } });
  });

  it.each<[string, string, (world: Awaited<ReturnType<typeof probing>>) => unknown]>([
    ['is killed', 'run.killed', ({ run }) => run.kill('stop')],
    ['ends', 'run.ended', ({ run }) => run.end()],
  ])('at once when its run %s while it waits for its consumer', async (_what, code, stop) => {
    const world = await probing();
    await stop(world);
    expect(world.state()).toBe('open');
    await turns();
    expect(log).toEqual(['start', 'clean']);
    expect(await end(world.stream.next())).toBe(code);
    expect(await world.stream.next()).toEqual({ done: true, value: undefined });
    expect(clock.pending).toBe(0);
  });

  it.each<[string, string, (world: Awaited<ReturnType<typeof probing>>) => unknown]>([
    ['is killed', 'run.killed', ({ run }) => run.kill('stop')],
    ['ends', 'run.ended', ({ run }) => Promise.all([run.end(), clock.advance(1000)])],
  ])('when its run %s while its method works, and the signal aborts', async (_what, code, stop) => {
    const world = await open();
    await halfOpen(world.feed);
    let signal: AbortSignal | undefined;
    body = async function* (call) {
      signal = call.signal;
      yield 1;
      await forever();
    };
    const stream = world.feed.inTime();
    await stream.next();
    const pending = end(stream.next());
    await turns();
    await stop({ ...world, stream, state: () => '' });
    expect(await pending).toBe(code);
    expect(signal?.aborted).toBe(true);
    expect(world.store.snapshot()).toMatchObject({ breakers: { feed: { state: 'open' } } });
  });

  it('cleans up in its method where that listens to the signal', async () => {
    const { feed, run } = await open();
    body = async function* (call) {
      try {
        yield 1;
        await new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason)));
      } finally {
        log.push('clean');
      }
    };
    const stream = feed.read();
    await stream.next();
    const pending = end(stream.next());
    await turns();
    run.kill('stop');
    expect(await pending).toBe('run.killed');
    await turns();
    expect(log).toEqual(['clean']);
  });

  it('ends with nobody to hear what its clean-up throws', async () => {
    const { feed, run } = await open();
    body = async function* () {
      try {
        yield 1;
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: that is what is tested
        throw new Error('clean-up');
      }
    };
    const stream = feed.read();
    await stream.next();
    run.kill('stop');
    await turns();
    expect(await end(stream.next())).toBe('run.killed');
    const { feed: other } = await open();
    const left = other.read();
    await left.next();
    await expect(left.return(undefined)).rejects.toThrow('clean-up');
  });

  it('is not waited for at the end of a run longer than any other call', async () => {
    const { feed, run } = await open();
    await feed.read().next();
    await run.end();
    expect(run.isEnded).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

describe('the timeout of a stream', () => {
  const paced = (...waits: number[]): Body =>
    async function* () {
      for (const wait of waits) {
        await after(wait);
        yield wait;
      }
    };

  it('counts the time of its method, not that of its consumer', async () => {
    const { feed } = await open();
    body = paced(900, 900, 900);
    const stream = feed.inTime();
    for (let time = 0; time < 2; time++) {
      const next = stream.next();
      await clock.advance(900);
      expect(await next).toEqual({ done: false, value: 900 });
      await clock.advance(60_000);
    }
    const last = end(stream.next());
    await clock.advance(199);
    expect(await Promise.race([last, Promise.resolve('waiting')])).toBe('waiting');
    await clock.advance(1);
    expect(await last).toBe('tool.timeout');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('never cuts off a stream that waits for its consumer', async () => {
    const { feed } = await open();
    body = paced(1999, 1);
    const stream = feed.inTime();
    const first = stream.next();
    await clock.advance(1999);
    await first;
    expect(clock.pending).toBe(0);
    await clock.advance(3_600_000);
    const second = end(stream.next());
    await clock.advance(1);
    expect(await second).toBe('tool.timeout');
  });

  it('is over with the stream', async () => {
    const { feed } = await open();
    body = paced(100);
    const stream = feed.inTime();
    const first = stream.next();
    await clock.advance(100);
    await first;
    await stream.next();
    expect(clock.pending).toBe(0);
  });
});
