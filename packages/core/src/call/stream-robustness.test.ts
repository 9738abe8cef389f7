import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  CircuitBreaker,
  defineGuard,
  type Guard,
  MemoryStore,
  Prove,
  RateLimit,
  Replay,
  type StateStore,
  Timeout,
  Tool,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

const log: string[] = [];
let clock = new TestClock();
let custom: Guard = {};
const Custom = defineGuard({
  name: 'mine',
  create: () => ({
    admit: (call, answer) => custom.admit?.(call, answer),
    suspended: (call) => custom.suspended?.(call),
    settle: (call, outcome) => {
      log.push(`settle ${outcome.status}`);
      return custom.settle?.(call, outcome);
    },
  }),
});

@Agent()
class Feed {
  @Tool()
  @CircuitBreaker({ name: 'feed', maxFails: 1 })
  @RateLimit({ maxCalls: 1, period: '1h' })
  @Prove({ kind: 'number', extract: 'id' })
  @Custom()
  async *read() {
    try {
      yield { id: 'n1' };
      yield { id: 'n2' };
      return 'returned';
    } finally {
      log.push('clean');
    }
  }

  @Tool()
  @CircuitBreaker({ name: 'feed', maxFails: 1 })
  async *picky({ deep: { id } }: { deep?: any } = {}) {
    yield id;
  }

  @Tool()
  @Timeout('2s')
  @Custom()
  async *busy() {
    for (let step = 0; ; step++) {
      clock.jump(500);
      yield step;
    }
  }

  @Tool()
  @Timeout({ after: '2s', mode: 'observe' })
  async *watched() {
    for (let step = 0; ; step++) {
      clock.jump(1500);
      yield step;
    }
  }
}

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => void unhandled.push(error);
const turns = async (count = 6) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const end = (call: Promise<unknown>) =>
  Promise.race([
    call.then(
      (value) => value,
      (error) => error?.code ?? error,
    ),
    turns(20).then(() => 'HANGS'),
  ]);

beforeEach(() => {
  log.length = 0;
  clock = new TestClock();
  custom = {};
  unhandled.length = 0;
  process.on('unhandledRejection', onUnhandled);
});
afterEach(async () => {
  await turns();
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

/** Answers at once, later, or not before it is told to. */
class SlowStore implements StateStore {
  readonly memory = new MemoryStore();
  isFar = false;
  /** The operation that is answered by hand. */
  held: string | undefined;
  answer = () => {};

  apply(operations: readonly any[], now: number): any {
    const answers = this.memory.apply(operations, now);
    if (operations.some(({ op }) => op === this.held)) {
      return new Promise((resolve) => {
        this.answer = () => resolve(answers);
      });
    }
    return this.isFar ? Promise.resolve(answers) : answers;
  }
}

async function open(isFar = false) {
  const events: any[] = [];
  const store = new SlowStore();
  store.isFar = isFar;
  const onEvent = (event: unknown) => void events.push(event);
  const host = await AgentHost.create({ agents: [Feed], store, clock, onEvent });
  const run = host.open({ userId: 'alice' });
  return { run, feed: run.get(Feed), store, events };
}

const DONE = { done: true, value: undefined };

describe('a stream', () => {
  it('is not answered with a stored result, so no guard is left out', async () => {
    custom = { admit: () => new Replay('stored') };
    const { feed, store } = await open();
    const stream = feed.read();
    expect(await end(stream.next())).toBe('guard.refused');
    expect(await stream.next()).toEqual(DONE);
    expect(log).toEqual([]);
    expect(store.memory.snapshot()['rates']).toEqual({});
  });

  it.each([false, true])('whose parameters cannot be read fails as its body does (far store: %s)', async (isFar) => {
    const { feed, run, store, events } = await open(isFar);
    const stream = feed.picky({});
    expect(await end(stream.next())).toBeInstanceOf(TypeError);
    expect(await stream.next()).toEqual(DONE);
    expect(events.filter(({ name }) => name === 'tool.failure')).toHaveLength(1);
    expect(events.filter(({ name }) => name === 'guard.blocked')).toEqual([]);
    await run.end();
    expect(JSON.stringify(store.memory.snapshot()['breakers'])).not.toContain(':1"');
  });

  it('that fails as a probe gives the probe back', async () => {
    const { feed, store } = await open(true);
    for (let call = 0; call < 3; call++) {
      expect(await end(feed.picky({}).next())).toBeInstanceOf(TypeError);
      await turns();
      await clock.advance(60_000);
    }
    expect(await end(feed.picky({ deep: { id: 1 } }).next())).toEqual({ done: false, value: 1 });
    expect(store.memory.snapshot()['breakers']).toBeDefined();
  });

  it('that is killed while its facts are stored tells so, once', async () => {
    const { feed, run, store } = await open();
    store.held = 'fact.add';
    const stream = feed.read();
    const next = stream.next();
    await turns();
    run.kill('enough');
    expect(await end(next)).toBe('run.killed');
    store.answer();
    await turns();
    expect(await end(stream.next())).toEqual(DONE);
    expect(log).toEqual(['settle aborted', 'clean']);
  });

  it('that is killed while its facts arrive never looks complete', async () => {
    const { feed, run, store } = await open();
    store.held = 'fact.add';
    const stream = feed.read();
    const seen: unknown[] = [];
    const consumer = (async () => {
      for await (const each of stream) seen.push(each);
    })();
    await turns();
    store.answer();
    run.kill('enough');
    expect(await end(consumer)).toBe('run.killed');
  });

  it('that was killed while its consumer waited is settled once, though it is left then', async () => {
    const { feed, run } = await open();
    const stream = feed.read();
    await stream.next();
    run.kill('enough');
    await stream.return(undefined as never);
    expect(log).toEqual(['settle aborted', 'clean']);
  });

  it.each(['next', 'return'] as const)('whose end is never recorded can be killed (%s)', async (how) => {
    const { feed, run, store, events } = await open();
    const stream = feed.read();
    await stream.next();
    await stream.next();
    store.held = 'breaker.leave';
    const last = how === 'next' ? stream.next() : stream.return(undefined as never);
    await turns();
    run.kill('enough');
    expect(await end(last)).toBe('run.killed');
    store.answer();
    await turns();
    expect(await end(stream.next())).toEqual(DONE);
    expect(log.filter((each) => each.startsWith('settle'))).toHaveLength(1);
    expect(log).toContain('clean');
    expect(events.filter(({ action }) => action === 'cut_off')).toHaveLength(1);
  });

  it('that never really waits is cut off all the same at its timeout', async () => {
    const { feed, run } = await open();
    const stream = feed.busy();
    const seen: unknown[] = [];
    const read = async () => {
      for await (const each of stream) {
        if (seen.push(each) > 20) break;
      }
    };
    expect(await end(read())).toBe('tool.timeout');
    expect(seen).toEqual([0, 1, 2]);
    expect(await stream.next()).toEqual(DONE);
    expect(log).toEqual(['settle timeout']);
    expect(clock.pending).toBe(0);
    await run.end();
  });

  it('is reported once where its timeout only observes', async () => {
    const { feed, events } = await open();
    const stream = feed.watched();
    for (let step = 0; step < 5; step++) expect(await stream.next()).toEqual({ done: false, value: step });
    expect(events.filter(({ name }) => name === 'guard.observed')).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('goes on where a guard fails when it is suspended', async () => {
    custom = {
      suspended: () => {
        throw new Error('out of order');
      },
    };
    const { feed } = await open();
    const stream = feed.read();
    expect(await end(stream.next())).toEqual({ done: false, value: { id: 'n1' } });
    await stream.return(undefined as never);
    expect(log).toEqual(['settle aborted', 'clean']);
  });
});
