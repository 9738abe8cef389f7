import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import {
  type ActGuardEvent,
  Agent,
  AgentHost,
  blockRegex,
  CircuitBreaker,
  currentCall,
  Enforce,
  Idempotent,
  isActGuardError,
  MaxAttempts,
  MemoryStore,
  Prove,
  RateLimit,
  type Run,
  requireCall,
  requireFact,
  rule,
  type StateStore,
  Timeout,
  Tool,
  threshold,
} from '../index.js';
import { OpaqueStore } from '../testing/opaque-store.js';
import { TestClock } from '../testing/test-clock.js';

interface Order {
  readonly key: string;
  readonly id: string;
  readonly ids: readonly string[];
  readonly amount: number;
  readonly end: 'well' | 'badly' | 'down' | 'status' | 'late';
}

/** Says what became of an order, as its method would. */
async function outcomeOf({ id, end }: Order): Promise<unknown> {
  if (end === 'badly') throw new Error('broken');
  if (end === 'down') throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
  if (end === 'status') return { statusCode: 503, id };
  if (end === 'late') await new Promise<void>((resolve) => late.push(resolve));
  return { id, items: [{ id: `${id}-1` }, { id: `${id}-2` }] };
}
let late: (() => void)[] = [];
const asked: string[] = [];

@Agent()
class Shop {
  @Tool()
  async plain(args: Order) {
    return [Object.isFrozen(args), args.id];
  }

  @Tool()
  @Prove({ kind: 'order', extract: 'id' })
  async find(args: Order) {
    return outcomeOf(args);
  }

  @Tool()
  @Prove({ kind: 'order', extract: 'id', ttl: 50, about: 'key' })
  async findForAWhile(args: Order) {
    return outcomeOf(args);
  }

  @Tool()
  @Prove({ kind: 'item', extract: 'items[].id', maxItems: 1 })
  @Prove({ kind: 'order', extract: 'id' })
  async list(args: Order) {
    return outcomeOf(args);
  }

  @Tool()
  @MaxAttempts(12)
  @CircuitBreaker({ name: 'db', maxFails: 2, resetTimeout: 100 })
  @RateLimit({ maxCalls: 3, period: 40, scope: 'key' })
  @Timeout(60)
  async four(args: Order, call = currentCall()) {
    return [call.attempt, await outcomeOf(args)];
  }

  @Tool()
  @Idempotent({ key: 'key', ttl: 80, within: 'session' })
  @MaxAttempts(20)
  @Enforce<Order>(requireFact('id', 'order', { from: ['tool', 'app', 'user'] }), threshold('amount', { max: 5 }))
  @CircuitBreaker({ name: 'db', maxFails: 2, resetTimeout: 100 })
  @RateLimit({ maxCalls: 6, period: 40 })
  @Timeout(60)
  @Prove({ kind: 'receipt', extract: 'id' })
  async everything(args: Order, call = currentCall()) {
    return [call.idempotencyKey, await outcomeOf(args)];
  }

  @Tool()
  @Idempotent({
    key: 'key',
    within: 'run',
    succeeded: (result) => (result as { statusCode?: number }).statusCode === undefined,
  })
  @Enforce<Order>(
    requireFact('ids', 'order', { consume: true }),
    blockRegex('id', /^evil/),
    rule('asked', ({ amount }, facts) => {
      asked.push('rule');
      return amount !== 4 && !facts.has('receipt', 'o3');
    }),
    requireCall('Shop.find', { within: 70 }),
  )
  async strict(args: Order) {
    return outcomeOf(args);
  }

  @Tool()
  @Enforce<Order>(requireFact('id', 'order', { about: 'key', match: 'loose' }))
  @RateLimit({ maxCalls: 2, period: 30, onLimit: 'wait', maxWait: 20 })
  async patient(args: Order) {
    return outcomeOf(args);
  }
}

const tools = ['plain', 'find', 'findForAWhile', 'list', 'four', 'everything', 'strict', 'patient'] as const;
type Step =
  | { readonly do: 'call'; readonly tool: (typeof tools)[number]; readonly order: Order }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'finish' | 'revoke' | 'say' | 'vouch' | 'kill' };

const id = fc.constantFrom('o1', 'o2', 'o3', 'evil', '', '#O1');
const order: fc.Arbitrary<Order> = fc.record({
  key: fc.constantFrom('k1', 'k2', 'k3', 'k4', ''),
  id,
  ids: fc.array(fc.constantFrom('o1', 'o2'), { maxLength: 2 }),
  amount: fc.constantFrom(1, 4, 9),
  end: fc.oneof(
    { weight: 6, arbitrary: fc.constant('well' as const) },
    { weight: 3, arbitrary: fc.constantFrom('badly' as const, 'down' as const, 'status' as const, 'late' as const) },
  ),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 60, arbitrary: fc.record({ do: fc.constant('call' as const), tool: fc.constantFrom(...tools), order }) },
  {
    weight: 18,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 10, 25, 60, 110) }),
  },
  {
    weight: 9,
    arbitrary: fc.constantFrom('finish', 'revoke', 'say', 'vouch').map((each) => ({ do: each as 'finish' })),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'kill' as const }) },
);

const turns = async () => {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
};

const shownError = (error: unknown) =>
  isActGuardError(error)
    ? { ...error.toJSON(), attemptsLeft: (error as { attemptsLeft?: number }).attemptsLeft }
    : String(error);

/** Plays a script, and says all that anybody could notice of it. */
async function played(script: readonly Step[], wrap: (memory: MemoryStore) => StateStore, isHeard: boolean) {
  late = [];
  asked.length = 0;
  const memory = new MemoryStore({ maxFactsPerSession: 6 });
  const clock = new TestClock();
  const host = await AgentHost.create({ agents: [Shop], store: wrap(memory), clock });
  const events: unknown[] = [];
  if (isHeard) host.on((event: ActGuardEvent) => void events.push({ ...event, error: undefined }));
  const run: Run = host.open({ userId: 'alice', runId: 'r', sessionId: 's' });
  const shop = run.get(Shop);
  const told: unknown[] = [];
  for (const [index, each] of script.entries()) {
    switch (each.do) {
      case 'call':
        shop[each.tool](each.order).then(
          (value) => void told.push([index, each.tool, value]),
          (error: unknown) => void told.push([index, each.tool, shownError(error)]),
        );
        await turns();
        break;
      case 'advance':
        await clock.advance(each.ms);
        await turns();
        break;
      case 'finish':
        late.shift()?.();
        await turns();
        break;
      case 'revoke':
        if (run.isActive) run.facts.revoke('order', 'o1');
        break;
      case 'say':
        run.userSaid('take order o2 please');
        break;
      case 'vouch':
        run.facts.add('order', 'o3', { ttl: 40 });
        break;
      case 'kill':
        run.kill('enough');
        await turns();
    }
    // What has expired goes with a call that reads the time, which not every call does.
    memory.apply([], clock.now());
    told.push([index, plainOf(memory), clock.pending]);
  }
  const facts = Array.from(await run.facts.list(), (fact) => JSON.stringify(fact)).sort();
  return { told, events, asked: [...asked], facts };
}

// Owners are random; whether something is owned, and by which call, is told by everything else.
function plainOf(memory: MemoryStore): unknown {
  return JSON.parse(
    JSON.stringify(memory.snapshot(), (name, value) => (name === 'owner' || name === 'probe' ? 'a call' : value)),
  );
}

// Sessions get full here.
jest.spyOn(process, 'emitWarning').mockImplementation(() => {});

describe('a store in this process', () => {
  it('comes to the same, to the last event and record, as one that is asked by operations', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }),
        fc.boolean(),
        async (script, isHeard) => {
          const directly = await played(script, (memory) => memory, isHeard);
          expect(directly).toEqual(await played(script, (memory) => new OpaqueStore(memory), isHeard));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets a call go on whose timeout could not be set, and says so', async () => {
    const clock = new TestClock();
    clock.schedule = () => {
      throw new Error('no timers here');
    };
    const host = await AgentHost.create({ agents: [Shop], clock });
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    warn.mockClear();
    const order: Order = { key: 'k1', id: 'o1', ids: [], amount: 1, end: 'well' };
    expect(await host.open().get(Shop).four(order)).toEqual([1, await outcomeOf(order)]);
    expect(String(warn.mock.calls[0]?.[0])).toMatch(/timeout failed when Shop.four was dispatched: no timers here/);
  });

  it('is not passed by where its apply was replaced', async () => {
    const memory = new MemoryStore();
    const host = await AgentHost.create({ agents: [Shop], store: memory, clock: new TestClock() });
    const applied: string[] = [];
    const { apply } = memory;
    memory.apply = ((operations: readonly { op: string }[], now: number) => {
      applied.push(...operations.map(({ op }) => op));
      return apply.call(memory, operations as never, now);
    }) as typeof apply;
    const run = host.open();
    await run.get(Shop).four({ key: 'k1', id: 'o1', ids: [], amount: 1, end: 'well' });
    expect(applied).toEqual(['attempt.take', 'breaker.enter', 'rate.take', 'breaker.leave']);
  });
});
