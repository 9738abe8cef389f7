import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import {
  Agent,
  AgentHost,
  admitModelCall,
  Budget,
  blockRegex,
  CircuitBreaker,
  defineGuard,
  Enforce,
  GuardRefusedError,
  Idempotent,
  MaxAttempts,
  MemoryStore,
  type ModelCall,
  RateLimit,
  type Run,
  requireCall,
  requireFact,
  rule,
  type StateStore,
  Tool,
  type ToolDecorator,
  threshold,
  tokenUsage,
} from '../index.js';
import { DelayedStore } from '../testing/delayed-store.js';
import { OpaqueStore } from '../testing/opaque-store.js';
import { TestClock } from '../testing/test-clock.js';

interface Order {
  readonly key: string;
  readonly token: string;
  readonly amount: number;
  readonly text: string;
}
type Decorator = ToolDecorator<Order>;
const ORDER: Order = { key: 'k1', token: 't1', amount: 5, text: 'fine' };

interface Shop {
  act(order: Order): Promise<unknown>;
  preview(): Promise<unknown>;
  fail(): Promise<unknown>;
}

/** What custom guards of a test hold at the moment. */
const leases = { held: 0 };

/** A class whose `act` has these guards, in this order of decorators. */
function shopWith(guards: readonly Decorator[], breaker = { maxFails: 3 }): new () => Shop {
  class ShopAgent {
    async act({ text }: Order) {
      if (text === 'boom') throw new Error('boom');
      return 'done';
    }
    async preview() {
      return 'shown';
    }
    async fail() {
      throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    }
  }
  const decorate = (name: keyof Shop, decorators: readonly unknown[]) => {
    const descriptor = Object.getOwnPropertyDescriptor(ShopAgent.prototype, name) as object;
    for (const decorator of decorators as readonly ToolDecorator<never>[])
      decorator(ShopAgent.prototype, name, descriptor);
  };
  decorate('act', [Tool(), ...guards]);
  decorate('preview', [Tool()]);
  decorate('fail', [Tool(), CircuitBreaker({ name: 'db', ...breaker })]);
  Agent()(ShopAgent);
  return ShopAgent;
}

interface World {
  readonly run: Run;
  readonly shop: Shop;
  readonly clock: TestClock;
}

/** One guard of a pair: what has to happen so that it admits (or refuses) the call. */
interface Part {
  readonly title: string;
  readonly kind: string;
  readonly guard?: Decorator;
  /** Which options the breaker of `fail` must have to be the same. */
  readonly breaker?: { readonly maxFails: number };
  /** Facts and steps that the call needs. */
  first?(world: World): unknown;
  /** What the call finds, last. */
  last?(world: World): unknown;
  /** Before the call is refused, one like it has been through. */
  readonly warm?: boolean;
  /** Tokens that the run may use. */
  readonly tokenLimit?: number;
  readonly order?: Partial<Order>;
}

const failOnce = ({ shop }: World) => shop.fail().catch(() => {});
const openAndWait = async (world: World) => {
  await failOnce(world);
  await world.clock.advance(60_000);
};

const lease = (kind: string, isAsync: boolean) =>
  defineGuard<object, Order>({
    name: kind,
    create: () => ({
      admit() {
        leases.held++;
        return isAsync ? new Promise((resolve) => setImmediate(resolve)) : undefined;
      },
      settle: () => void leases.held--,
    }),
  });
/** Has a model use a token in the run's own scope. */
const useToken = ({ run }: World) =>
  run.bind(() => {
    const bound = () => ({ inputTokens: 1 });
    const call = admitModelCall({ provider: 'lab', model: 'm', operation: 'chat', bound }) as ModelCall;
    call.settle({ outcome: 'success', usage: tokenUsage({ input: 1 }) });
  })();

const readsFacts = defineGuard<object, Order>({
  name: 'readsFacts',
  create: () => ({
    request: (call) => ({ op: 'fact.read', session: call.run.sessionKey }),
    admit: async () => undefined,
  }),
});

const takers: readonly Part[] = [
  { title: 'the idempotency key', kind: 'idempotent', guard: Idempotent<Order>({ key: 'key' }) },
  {
    title: 'the consumed fact',
    kind: 'requireFact',
    guard: Enforce<Order>(requireFact('token', 'token', { consume: true })),
    first: ({ run }) => {
      run.facts.add('token', 't1', { ttl: '7d' });
      run.facts.add('token', 'warm');
    },
  },
  {
    title: 'the breaker probe',
    kind: 'circuitBreaker',
    guard: CircuitBreaker({ name: 'db', maxFails: 1 }),
    breaker: { maxFails: 1 },
    last: openAndWait,
  },
  {
    title: 'the failure count of a closed breaker',
    kind: 'circuitBreaker',
    guard: CircuitBreaker({ name: 'db' }),
    last: failOnce,
  },
  { title: 'the rate place', kind: 'rateLimit', guard: RateLimit({ maxCalls: 5, period: '1d' as '24h' }) },
  {
    title: 'the rate place of a user-defined scope',
    kind: 'rateLimit',
    guard: RateLimit<Order>({ maxCalls: 5, scope: ({ text }) => text, period: '24h' }),
  },
  {
    title: 'the scope of its budget',
    kind: 'budgetScope',
    guard: Budget<Order>({ name: 'act', tokenLimit: 5, enforcement: 'hard' }),
  },
  { title: 'the attempt limit', kind: 'maxAttempts', guard: MaxAttempts(9) },
  {
    title: 'a valid input',
    kind: 'input',
    guard: Tool({ input: v.object({ key: v.any(), token: v.any(), amount: v.any(), text: v.any() }) }),
  },
  {
    title: 'a step',
    kind: 'requireCall',
    guard: Enforce(requireCall('ShopAgent.preview')),
    first: ({ shop }) => shop.preview(),
  },
  { title: 'a passed threshold', kind: 'threshold', guard: Enforce<Order>(threshold('amount', { max: 10 })) },
  { title: 'a passed pattern', kind: 'blockRegex', guard: Enforce<Order>(blockRegex('text', /DROP/)) },
  { title: 'a passed rule', kind: 'rule', guard: Enforce<Order>(rule('small', ({ amount }) => amount < 10)) },
  { title: 'what a custom guard took', kind: 'lease', guard: lease('lease', false)() },
  { title: 'what an asynchronous custom guard took', kind: 'slowLease', guard: lease('slowLease', true)() },
  { title: 'what a custom guard read in the store', kind: 'readsFacts', guard: readsFacts() },
];

const refuses = (name: string, admit: () => unknown) =>
  defineGuard<object, Order>({
    name,
    create: () => ({ admit: ({ args }) => (args.text === name ? (admit() as undefined) : undefined) }),
  })();
const no = () => new GuardRefusedError({ tool: 't', guard: 'g', because: 'No.' });

const refusers: readonly (Part & { readonly code: string })[] = [
  {
    title: 'the input is wrong',
    kind: 'input',
    code: 'guard.input_invalid',
    guard: Tool({
      input: v.object({ key: v.any(), token: v.any(), text: v.any(), amount: v.pipe(v.number(), v.maxValue(9)) }),
    }),
    order: { amount: 99 },
  },
  {
    title: 'the idempotency key is missing',
    kind: 'idempotent',
    code: 'usage.missing_idempotency_key',
    guard: Idempotent<Order>({ key: 'key' }),
    order: { key: '' },
  },
  {
    title: 'the idempotency key stands for something else',
    kind: 'idempotent',
    code: 'guard.idempotency_conflict',
    guard: Idempotent<Order>({ key: 'key' }),
    warm: true,
    order: { key: 'warm' },
  },
  {
    title: 'attempts are used up',
    kind: 'maxAttempts',
    code: 'guard.max_attempts_exceeded',
    guard: MaxAttempts(1),
    warm: true,
  },
  {
    title: 'a fact is missing',
    kind: 'requireFact',
    code: 'MISSING_FACT',
    guard: Enforce<Order>(requireFact('token', 'other')),
  },
  {
    title: 'a step is missing',
    kind: 'requireCall',
    code: 'MISSING_STEP',
    guard: Enforce(requireCall('ShopAgent.fail')),
  },
  {
    title: 'the threshold refuses',
    kind: 'threshold',
    code: 'THRESHOLD_EXCEEDED',
    guard: Enforce<Order>(threshold('amount', { max: 5 })),
    order: { amount: 6 },
  },
  {
    title: 'a pattern is found',
    kind: 'blockRegex',
    code: 'PATTERN_BLOCKED',
    guard: Enforce<Order>(blockRegex('text', /rm -rf/)),
    order: { text: 'rm -rf' },
  },
  { title: 'a rule refuses', kind: 'rule', code: 'RULE_FAILED', guard: Enforce<Order>(rule('never', () => false)) },
  {
    title: 'a rule about facts refuses',
    kind: 'ruleOfFacts',
    code: 'RULE_FAILED',
    guard: Enforce<Order>(rule('never', (_, facts) => facts.has('no', 'such'))),
  },
  {
    title: 'a custom guard refuses',
    kind: 'custom',
    code: 'guard.refused',
    guard: refuses('nay', () => {
      throw no();
    }),
    order: { text: 'nay' },
  },
  {
    title: 'a custom guard fails',
    kind: 'custom',
    code: 'guard.refused',
    guard: refuses('broken', () => {
      throw new TypeError('broken');
    }),
    order: { text: 'broken' },
  },
  {
    title: 'an asynchronous custom guard refuses',
    kind: 'custom',
    code: 'guard.refused',
    guard: refuses('slowNay', () => new Promise((_, reject) => setImmediate(() => reject(no())))),
    order: { text: 'slowNay' },
  },
  {
    title: 'a custom guard that asked the store refuses',
    kind: 'custom',
    code: 'guard.refused',
    guard: defineGuard<object, Order>({
      name: 'asks',
      create: () => ({
        request: (call) => ({ op: 'fact.read', session: call.run.sessionKey }),
        admit: () => {
          throw no();
        },
      }),
    })(),
  },
  {
    title: 'the breaker is open',
    kind: 'circuitBreaker',
    code: 'guard.circuit_open',
    guard: CircuitBreaker({ name: 'db', maxFails: 1 }),
    breaker: { maxFails: 1 },
    last: failOnce,
  },
  {
    title: 'the rate limit refuses',
    kind: 'rateLimit',
    code: 'guard.rate_limit_exceeded',
    guard: RateLimit({ maxCalls: 1, period: '24h' }),
    warm: true,
  },
  {
    title: 'a budget is used up',
    kind: 'budget',
    code: 'budget.limit_exceeded',
    tokenLimit: 1,
    last: useToken,
  },
  {
    title: 'a place in the rate window is too far away',
    kind: 'rateLimit',
    code: 'guard.rate_limit_exceeded',
    guard: RateLimit({ maxCalls: 1, period: '24h', onLimit: 'wait', maxWait: '1h' }),
    warm: true,
  },
];

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

function stateOf(memory: MemoryStore, run: Run) {
  const { attempts: _, ...rest } = memory.snapshot();
  const { budgets } = run as Run & { readonly budgets: { readonly openScopes: number } };
  return { ...rest, leases: leases.held, scopes: budgets.openScopes };
}

/** Plays a scene up to the call that is to be refused. */
async function scene(
  parts: readonly Part[],
  wrap: (memory: MemoryStore) => StateStore,
  more: readonly Decorator[] = [],
) {
  leases.held = 0;
  const memory = new MemoryStore();
  const store = wrap(memory);
  const clock = new TestClock();
  const breaker = parts.find((part) => part.breaker !== undefined)?.breaker;
  const guards = [...parts.flatMap(({ guard }) => (guard === undefined ? [] : [guard])), ...more];
  const agent = shopWith(guards, breaker);
  const host = await AgentHost.create({ agents: [agent], store, clock });
  const tokenLimit = parts.find((part) => part.tokenLimit !== undefined)?.tokenLimit;
  const budget = tokenLimit === undefined ? {} : { budget: { tokenLimit } };
  const run = host.open({ userId: 'alice', sessionId: 's', ...budget });
  const world: World = { run, shop: run.get(agent), clock };
  for (const part of parts) await part.first?.(world);
  if (parts.some(({ warm }) => warm)) await world.shop.act({ ...ORDER, key: 'warm', token: 'warm' });
  for (const part of parts) await part.last?.(world);
  await settled();
  const order: Order = Object.assign({}, ORDER, ...parts.map((part) => part.order));
  return { memory, store, host, order, ...world };
}

const stores: [string, (memory: MemoryStore) => StateStore][] = [
  ['in memory', (memory) => memory],
  ['asked by operations alone', (memory) => new OpaqueStore(memory)],
  ['far away', (memory) => new DelayedStore(memory)],
];

describe.each(stores)('a refused call costs nothing but an attempt, with a store %s', (_, wrap) => {
  const pairs = takers.flatMap((taker) =>
    refusers
      .filter(({ kind, breaker, last }) => kind !== taker.kind && !(last && taker.last && breaker))
      .map((refuser) => [taker.title, refuser.title, taker, refuser] as const),
  );

  it.each(pairs)('gives back %s when %s', async (_taker, _refuser, taker, refuser) => {
    for (const parts of [
      [taker, refuser],
      [refuser, taker],
    ]) {
      const { memory, run, shop, order } = await scene(parts, wrap);
      const [before, attempts] = [stateOf(memory, run), run.attempts('ShopAgent.act')];
      await expect(shop.act(order)).rejects.toMatchObject({ code: refuser.code });
      await settled();
      expect(stateOf(memory, run)).toEqual(before);
      expect(run.attempts('ShopAgent.act')).toBe(attempts + 1);
    }
  });

  it.each(takers.slice(0, 3).map((taker) => [taker.title, taker] as const))(
    'takes %s when nothing refuses',
    async (_title, taker) => {
      const { memory, run, shop, order } = await scene([taker], wrap);
      const before = stateOf(memory, run);
      await shop.act(order);
      await settled();
      expect(stateOf(memory, run)).not.toEqual(before);
    },
  );
});
