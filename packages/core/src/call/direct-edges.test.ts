import { describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  CircuitBreaker,
  Enforce,
  Idempotent,
  MaxAttempts,
  MemoryStore,
  Prove,
  RateLimit,
  requireFact,
  rule,
  type StateStore,
  Timeout,
  Tool,
} from '../index.js';
import { OpaqueStore } from '../testing/opaque-store.js';
import { TestClock } from '../testing/test-clock.js';
import { checkArguments } from './argument-check.js';

interface Order {
  readonly id: string;
}

/** What the scope of `limited` does once, before it answers. */
let meanwhile: (() => void) | undefined;

@Agent()
class Shop {
  @Tool()
  @Prove({ kind: 'order', extract: 'id' })
  async find({ id }: Order) {
    return { id };
  }

  @Tool()
  @Enforce<Order>(
    rule('known', ({ id }, facts) => facts.has('order', id) && facts.list('order').length > 0),
    requireFact('id', 'order', { consume: true }),
  )
  @RateLimit({ maxCalls: 1, period: 100, onLimit: 'wait', maxWait: 1000 })
  async ship({ id }: Order) {
    return id;
  }

  @Tool()
  @Enforce<Order>(requireFact('id', 'order'))
  async look({ id }: Order) {
    return id;
  }

  @Tool()
  @MaxAttempts(3)
  async tried(_: Order) {
    return 'done';
  }

  @Tool()
  @RateLimit({
    maxCalls: 3,
    period: 100,
    scope({ id }: Order) {
      const act = meanwhile;
      meanwhile = undefined;
      act?.();
      return id;
    },
  })
  async limited({ id }: Order) {
    return id;
  }

  @Tool()
  @Idempotent({ key: 'id' })
  async once({ id }: Order) {
    return id;
  }

  @Tool()
  @CircuitBreaker({ name: 'db', maxFails: 1 })
  async flicker(_: Order) {
    let reads = 0;
    return {
      get statusCode() {
        return reads++ === 0 ? 503 : 200;
      },
    };
  }

  @Tool()
  @Timeout(50)
  async timed(_: Order) {
    return 'in time';
  }

  @Tool()
  async plain(args: object) {
    return Object.keys(args);
  }

  @Tool()
  @Enforce(rule('any', () => true))
  async copied(args: object) {
    return Object.keys(args);
  }
}

const O1 = { id: 'o1' };
const O2 = { id: 'o2' };
const codeOr = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    (error: { code: unknown }) => error.code,
  );

describe.each<[string, (memory: MemoryStore) => StateStore]>([
  ['directly', (memory) => memory],
  ['by operations', (memory) => new OpaqueStore(memory)],
])('a store in this process, asked %s', (_, wrap) => {
  it('shows a rule the facts that a guard behind it consumes for the same call, also after a wait', async () => {
    const clock = new TestClock();
    const host = await AgentHost.create({ agents: [Shop], store: wrap(new MemoryStore()), clock });
    const shop = host.open().get(Shop);
    await shop.find(O1);
    await shop.find(O2);
    const both = Promise.all([codeOr(shop.ship(O1)), codeOr(shop.ship(O2))]);
    await clock.advance(150);
    expect(await both).toEqual(['o1', 'o2']);
    expect(await codeOr(shop.ship(O1))).toBe('RULE_FAILED');
  });

  it('counts attempts anew where a run of the same id has ended on another host', async () => {
    const memory = new MemoryStore();
    const clock = new TestClock();
    const hosts = [
      await AgentHost.create({ agents: [Shop], store: wrap(memory), clock }),
      await AgentHost.create({ agents: [Shop], store: wrap(memory), clock }),
    ] as const;
    const [one, other] = hosts.map((host) => host.open({ runId: 'r', userId: 'alice' }));
    await one?.get(Shop).tried(O1);
    await other?.get(Shop).tried(O1);
    await one?.end();
    await other?.get(Shop).tried(O1);
    expect(memory.snapshot()['attempts']).toEqual({ '["alice","r"]': { 'Shop.tried': 1 } });
  });

  it('keeps a window in order where a scope function makes calls and takes its time', async () => {
    const memory = new MemoryStore();
    const now = { at: 1000 };
    const clock = { now: () => now.at, wall: () => now.at };
    const host = await AgentHost.create({ agents: [Shop], store: wrap(memory), clock });
    const shop = host.open().get(Shop);
    await shop.limited(O1);
    now.at = 1010;
    meanwhile = () => {
      now.at = 1095;
      void shop.limited(O1);
    };
    await shop.limited(O1);
    expect(memory.snapshot()['rates']).toEqual({ 'Shop.limited\u0000o1': [1000, 1095, 1095] });
    now.at = 1120;
    expect(await codeOr(shop.limited(O1))).toBe('o1');
    expect(await codeOr(shop.limited(O1))).toBe('guard.rate_limit_exceeded');
  });

  it('reads once whether a result is a failure', async () => {
    const memory = new MemoryStore();
    const host = await AgentHost.create({ agents: [Shop], store: wrap(memory), clock: new TestClock() });
    await host.open().get(Shop).flicker(O1);
    expect(memory.snapshot()['breakers']).toMatchObject({ db: { state: 'open' } });
  });

  it('stops no call of a run that is only observed', async () => {
    const store = wrap(new MemoryStore());
    const host = await AgentHost.create({ agents: [Shop], store, clock: new TestClock() });
    const shop = host.open({ mode: 'observe' }).get(Shop);
    for (let call = 1; call <= 4; call++) expect(await codeOr(shop.tried(O1))).toBe('done');
    expect(await codeOr(shop.look(O1))).toBe('o1');
  });

  it('refuses a key for which it has no room', async () => {
    const store = wrap(new MemoryStore({ maxKeys: 1 }));
    const host = await AgentHost.create({ agents: [Shop], store, clock: new TestClock() });
    const shop = host.open().get(Shop);
    expect([await codeOr(shop.once(O1)), await codeOr(shop.once(O2))]).toEqual(['o1', 'guard.store_full']);
  });

  it('proves nothing for which it has no room', async () => {
    const store = wrap(new MemoryStore({ maxFactsPerSession: 1 }));
    const host = await AgentHost.create({ agents: [Shop], store, clock: new TestClock() });
    const shop = host.open().get(Shop);
    await shop.find(O1);
    await shop.find(O2);
    expect([await codeOr(shop.look(O1)), await codeOr(shop.look(O2))]).toEqual(['o1', 'MISSING_FACT']);
  });
});

describe('arguments that nothing looks at', () => {
  it('are refused as where they are copied: what a prototype adds is not read', async () => {
    const host = await AgentHost.create({ agents: [Shop] });
    const shop = host.open().get(Shop);
    const inherited = {
      get broken(): never {
        throw new Error('read');
      },
    };
    const args = Object.assign(Object.create(inherited), { id: 'o1' });
    expect([await codeOr(shop.plain(args)), await codeOr(shop.copied(args))]).toEqual([['id'], ['id']]);
  });

  it('have a count of their own, whatever a getter does meanwhile', () => {
    const many = Array.from({ length: 600_000 }, () => 0);
    const args = {
      first: many,
      get between() {
        return Object.keys(checkArguments('other', {})).length;
      },
      second: many,
    };
    expect(() => checkArguments('tool', args)).toThrow('more than 1000000 values');
  });
});

it('a deadline for which no timer could be set is not kept', async () => {
  const clock = new TestClock();
  const alive: boolean[] = [];
  let isBroken = true;
  const own = clock.schedule.bind(clock);
  clock.schedule = (callback, delayMs) => {
    if (isBroken) throw new Error('no timers here');
    const timer = own(callback, delayMs);
    return { cancel: () => timer.cancel(), keepAlive: (yes) => void alive.push(yes) };
  };
  const host = await AgentHost.create({ agents: [Shop], clock });
  const shop = host.open().get(Shop);
  await shop.timed(O1);
  isBroken = false;
  await shop.timed(O1);
  await shop.timed(O1);
  // Nothing is listed between the calls, so nobody waits for the timer.
  expect(alive).toEqual([false, true, false]);
});
