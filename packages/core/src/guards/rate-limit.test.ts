import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  bySession,
  byUser,
  Enforce,
  MemoryStore,
  RateLimit,
  type Run,
  rule,
  Tool,
} from '../index.js';
import { DelayedStore } from '../testing/delayed-store.js';
import { TestClock } from '../testing/test-clock.js';

interface Args {
  readonly id?: string | number;
  readonly name?: string;
}
const LIMIT = 'guard.rate_limit_exceeded';
let started: { name: string | undefined; at: number }[] = [];
let clock = new TestClock();

@Agent()
class Search {
  async note({ name }: Args) {
    started.push({ name, at: clock.now() });
    return 'found';
  }

  @Tool()
  @RateLimit({ maxCalls: 3, period: '1s' })
  async plain(args: Args) {
    return this.note(args);
  }

  @Tool()
  @RateLimit({ maxCalls: 1, scope: byUser })
  async perUser(args: Args) {
    return this.note(args);
  }

  @Tool()
  @RateLimit({ maxCalls: 1, scope: bySession })
  async perSession(args: Args) {
    return this.note(args);
  }

  @Tool()
  @RateLimit({ maxCalls: 1, scope: 'id' })
  async perId(args: { id: string | number; name?: string }) {
    return this.note(args);
  }

  @Tool()
  @RateLimit({ maxCalls: 1, scope: ({ name }: Args) => scopeOf(name) })
  async perName(args: Args) {
    return this.note(args);
  }

  @Tool()
  @Enforce<Args>(rule('allowed', ({ name }) => name !== 'bad'))
  @RateLimit({ maxCalls: 2, period: '10s', onLimit: 'wait', maxWait: '35s' })
  async wait(args: Args) {
    return this.note(args);
  }

  @Tool()
  @RateLimit({ maxCalls: 1, period: '1m', onLimit: 'wait' })
  async rarely(args: Args) {
    return this.note(args);
  }

  @Tool()
  @RateLimit({ maxCalls: 1, period: '10s', onLimit: 'wait', maxWait: '30s', scope: 'name' })
  async waitByName(args: { name: string }) {
    return this.note(args);
  }
}

@Agent({ name: 'Archive' })
class OtherSearch {
  @Tool()
  @RateLimit({ maxCalls: 3, period: '1s' })
  async plain(_args: Args) {
    return 'other';
  }
}

let scopeOf: (name: string | undefined) => string | undefined = (name) => name;

async function open() {
  const host = await AgentHost.create({ agents: [Search, OtherSearch], clock });
  const run = host.open({ userId: 'alice', sessionId: 'a' });
  return { host, run, search: run.get(Search) };
}

beforeEach(() => {
  started = [];
  clock = new TestClock();
  scopeOf = (name) => name;
});

const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'admitted',
    (error: { code: string }) => error.code,
  );
const turns = async (count = 8) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('a rate limit', () => {
  it('admits so many calls in any window, and says when the next place frees', async () => {
    const { search } = await open();
    await search.plain({});
    await clock.advance(400);
    await Promise.all([search.plain({}), search.plain({})]);
    await expect(search.plain({})).rejects.toMatchObject({
      code: LIMIT,
      retryable: true,
      maxCalls: 3,
      periodMs: 1000,
      retryAfterMs: 600,
      retryAfter: 1,
      scopeValue: undefined,
    });
    await clock.advance(599);
    expect(await outcome(search.plain({}))).toBe(LIMIT);
    await clock.advance(1);
    expect(await outcome(search.plain({}))).toBe('admitted');
    await expect(search.plain({})).rejects.toMatchObject({ retryAfterMs: 400 });
    await clock.advance(400);
    expect(await Promise.all([1, 2, 3].map(() => outcome(search.plain({}))))).toEqual(['admitted', 'admitted', LIMIT]);
  });

  it('D-24: does not move the window by calls that it refused', async () => {
    const { search } = await open();
    await Promise.all([1, 2, 3].map(() => search.plain({})));
    for (let time = 0; time < 9; time++) {
      await clock.advance(100);
      expect(await outcome(search.plain({}))).toBe(LIMIT);
    }
    await clock.advance(100);
    expect(await outcome(search.plain({}))).toBe('admitted');
  });

  it('D-24: counts tools of one name in two agents apart', async () => {
    const { run, search } = await open();
    await Promise.all([1, 2, 3].map(() => search.plain({})));
    expect(await outcome(run.get(OtherSearch).plain({}))).toBe('admitted');
  });

  it('D-24: a clock that steps back neither frees nor locks', async () => {
    const { search } = await open();
    await Promise.all([1, 2, 3].map(() => search.plain({})));
    clock.jump(-5000);
    expect(await outcome(search.plain({}))).toBe(LIMIT);
    clock.jump(5000);
    await clock.advance(1000);
    expect(await outcome(search.plain({}))).toBe('admitted');
  });

  it('counts a call from when it is admitted, not from when its session began to open', async () => {
    let opened = () => {};
    let delay = () => new Promise<void>((resolve) => (opened = resolve));
    const store = new DelayedStore(new MemoryStore(), { delay: () => delay() });
    const host = await AgentHost.create({ agents: [Search], clock, store });
    const search = host.open({ sessionId: 'a' }).get(Search);
    const calls = [1, 2, 3].map(() => search.plain({}));
    await clock.advance(700);
    delay = async () => {};
    opened();
    await Promise.all(calls);
    await clock.advance(999);
    expect(await outcome(search.plain({}))).toBe(LIMIT);
    await clock.advance(1);
    expect(await outcome(search.plain({}))).toBe('admitted');
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3'])(
    'D-24: is no limit of %p calls',
    async (maxCalls) => {
      @Agent()
      class Wrong {
        @Tool()
        @RateLimit({ maxCalls: maxCalls as number })
        async search() {}
      }
      await expect(AgentHost.create({ agents: [Wrong] })).rejects.toMatchObject({
        problems: [{ className: 'Wrong', method: 'search', option: 'RateLimit.maxCalls', value: maxCalls }],
      });
    },
  );
});

describe('the scope of a rate limit', () => {
  const by = async (method: 'perUser' | 'perSession', ...runs: Run[]) => {
    const outcomes: string[] = [];
    for (const run of runs) outcomes.push(await outcome(run.get(Search)[method]({})));
    return outcomes;
  };

  it('D-24: is the user of the run, whatever the model sends', async () => {
    const { host, run } = await open();
    const [again, bob] = [host.open({ userId: 'alice' }), host.open({ userId: 'bob' })];
    expect(await by('perUser', run, again, bob)).toEqual(['admitted', LIMIT, 'admitted']);
    expect(await outcome(run.get(Search).perUser({ id: 'bob' }))).toBe(LIMIT);
  });

  it('is the session of the run', async () => {
    const { host, run } = await open();
    const [again, other] = [
      host.open({ userId: 'alice', sessionId: 'a' }),
      host.open({ userId: 'alice', sessionId: 'b' }),
    ];
    expect(await by('perSession', run, again, other)).toEqual(['admitted', LIMIT, 'admitted']);
  });

  it('refuses a run without a user', async () => {
    const { host } = await open();
    expect(await by('perUser', host.open())).toEqual(['usage.scope_validation']);
  });

  it('is the value of an argument, where 1 and "1" are one', async () => {
    const { search } = await open();
    expect(await outcome(search.perId({ id: 1 }))).toBe('admitted');
    await expect(search.perId({ id: '1' })).rejects.toMatchObject({ code: LIMIT, scopeValue: '1' });
    expect(await outcome(search.perId({ id: 2 }))).toBe('admitted');
    expect(await outcome(search.perId({ id: ' 1' }))).toBe('admitted');
  });

  it.each([undefined, null, '', Number.NaN, 1.5, {}, [], true, 'x'.repeat(1025)])(
    'refuses the value %p',
    async (id) => {
      const { search } = await open();
      expect(await outcome(search.perId({ id: id as string }))).toBe('usage.scope_validation');
      expect(started).toEqual([]);
    },
  );

  it.each(['__proto__', 'constructor', 'toString', 'a\u0000b'])('has nothing special about %p', async (id) => {
    const { search } = await open();
    expect([await outcome(search.perId({ id })), await outcome(search.perId({ id }))]).toEqual(['admitted', LIMIT]);
  });

  it('is what a function says, and no value where it throws', async () => {
    const { search } = await open();
    expect(await outcome(search.perName({ name: 'x' }))).toBe('admitted');
    expect(await outcome(search.perName({ name: 'x' }))).toBe(LIMIT);
    scopeOf = () => {
      throw new TypeError('broken');
    };
    await expect(search.perName({ name: 'y' })).rejects.toMatchObject({
      code: 'usage.scope_validation',
      cause: new TypeError('broken'),
    });
  });
});

describe('a rate limit that waits', () => {
  const call = (search: Search, name: string) => outcome(search.wait({ name }));
  async function full() {
    const world = await open();
    await world.search.wait({ name: 'a' });
    await clock.advance(4000);
    await world.search.wait({ name: 'b' });
    return world;
  }

  it('lets calls go on in the order in which they came, as soon as a place frees', async () => {
    const { search, run } = await full();
    const calls = ['c', 'd', 'e', 'f'].map((name) => call(search, name));
    await clock.advance(30_000);
    expect(await Promise.all(calls)).toEqual(['admitted', 'admitted', 'admitted', 'admitted']);
    expect(started.map(({ name, at }) => [name, at - 1000])).toEqual([
      ['a', 0],
      ['b', 4000],
      ['c', 10_000],
      ['d', 14_000],
      ['e', 20_000],
      ['f', 24_000],
    ]);
    expect(run.attempts('Search.wait')).toBe(6);
  });

  it('does not let a call pass that comes when a place is free while others wait for it', async () => {
    const { search } = await full();
    const first = call(search, 'c');
    await turns();
    // The place is free now, but the first in line has not been woken.
    clock.jump(6000);
    const second = call(search, 'd');
    await clock.advance(10_000);
    await Promise.all([first, second]);
    expect(started.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has a line for each scope', async () => {
    const { search } = await open();
    const names = ['x', 'y', 'x', 'y', 'x'];
    const calls = names.map((name) => outcome(search.waitByName({ name })));
    await clock.advance(20_000);
    expect(await Promise.all(calls)).toEqual(names.map(() => 'admitted'));
    expect(started.map(({ name, at }) => `${name}${at - 1000}`)).toEqual(['x0', 'y0', 'x10000', 'y10000', 'x20000']);
  });

  it('refuses a call as soon as it is sure that it would have to wait longer than it may', async () => {
    const { search } = await open();
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
    const calls = names.map((name) => call(search, name));
    const last = calls[8] as Promise<string>;
    await clock.advance(29_999);
    expect(await Promise.race([last, Promise.resolve('waiting')])).toBe('waiting');
    await clock.advance(1);
    expect(await Promise.all(calls)).toEqual([...Array(8).fill('admitted'), LIMIT]);
    expect(clock.pending).toBe(0);
  });

  it('frees the place of a call whose run is killed, for the next in line', async () => {
    const { host, search, run } = await full();
    const killed = call(search, 'c');
    await using other = host.open();
    const next = call(other.get(Search), 'd');
    await turns();
    run.kill('stop');
    expect(await killed).toBe('run.killed');
    await clock.advance(6000);
    expect(await next).toBe('admitted');
    expect(started.at(-1)).toEqual({ name: 'd', at: 11_000 });
  });

  it('frees the place of a call whose run is aborted by its signal', async () => {
    const { host } = await full();
    const abort = new AbortController();
    await using run = host.open({ signal: abort.signal });
    const waiting = call(run.get(Search), 'c');
    await turns();
    abort.abort();
    expect(await waiting).toBe('run.aborted');
    await turns();
    expect(clock.pending).toBe(0);
  });

  it('frees the place of a call that another guard refuses when its turn comes', async () => {
    const { search } = await full();
    expect(await call(search, 'bad')).toBe('RULE_FAILED');
    const next = call(search, 'd');
    await clock.advance(6000);
    expect(await next).toBe('admitted');
  });

  it('refuses at once a call that would have to wait longer, and leaves nothing behind', async () => {
    const { search } = await open();
    const waiting = ['a', 'b'].map((name) => outcome(search.rarely({ name })));
    await turns();
    expect(await Promise.all(waiting)).toEqual(['admitted', LIMIT]);
    expect(clock.pending).toBe(0);
  });

  it('keeps no timer once nobody waits', async () => {
    const { search } = await full();
    const calls = ['c', 'd', 'e'].map((name) => call(search, name));
    await clock.advance(20_000);
    await Promise.all(calls);
    expect(clock.pending).toBe(0);
  });
});
