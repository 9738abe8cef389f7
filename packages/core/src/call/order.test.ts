import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as v from 'valibot';
import {
  Agent,
  AgentHost,
  admitModelCall,
  Budget,
  CircuitBreaker,
  currentCall,
  defineGuard,
  Enforce,
  GuardRefusedError,
  Idempotent,
  MaxAttempts,
  MemoryStore,
  type ModelCall,
  Prove,
  RateLimit,
  requireFact,
  rule,
  type StateStore,
  Timeout,
  Tool,
  type ToolDecorator,
  tokenUsage,
} from '../index.js';
import { DelayedStore } from '../testing/delayed-store.js';
import { OpaqueStore } from '../testing/opaque-store.js';
import { TestClock } from '../testing/test-clock.js';

interface Args {
  readonly key?: string;
  readonly id?: string;
  /** Guards that refuse this call. */
  readonly refusedBy?: readonly string[];
}
type Name =
  | 'input'
  | 'idempotent'
  | 'maxAttempts'
  | 'enforce'
  | 'house'
  | 'circuitBreaker'
  | 'rateLimit'
  | 'budget'
  | 'timeout'
  | 'prove';

const refusedBy = ({ refusedBy: names = [] }: Args, name: Name) => names.includes(name);
const House = defineGuard<object, Args>({
  name: 'house',
  create: () => ({
    admit({ args, tool }) {
      if (refusedBy(args, 'house')) throw new GuardRefusedError({ tool, guard: 'house', because: 'No.' });
    },
  }),
});

const DECORATORS: Record<Name, ToolDecorator<Args>> = {
  input: Tool<Args>({ input: v.custom<Args>((args) => !refusedBy(args as Args, 'input')) as never }),
  idempotent: Idempotent<Args>({ key: 'key' as never }),
  maxAttempts: MaxAttempts(3),
  enforce: Enforce<Args>(rule('allowed', (args) => !refusedBy(args, 'enforce'))),
  house: House(),
  circuitBreaker: CircuitBreaker({ name: 'db', maxFails: 1 }),
  rateLimit: RateLimit({ maxCalls: 2, period: '10m' }),
  budget: Budget({ name: 'read', tokenLimit: 5 }),
  timeout: Timeout('2s'),
  prove: Prove<Args>({ kind: 'row', extract: '[]' }),
};
const CODES: Partial<Record<Name, string>> = {
  input: 'guard.input_invalid',
  idempotent: 'usage.missing_idempotency_key',
  maxAttempts: 'guard.max_attempts_exceeded',
  enforce: 'RULE_FAILED',
  house: 'guard.refused',
  circuitBreaker: 'guard.circuit_open',
  rateLimit: 'guard.rate_limit_exceeded',
  budget: 'budget.limit_exceeded',
};
/** As they act. */
const ORDER: readonly Name[] = [
  'input',
  'idempotent',
  'maxAttempts',
  'enforce',
  'house',
  'circuitBreaker',
  'rateLimit',
  'budget',
  'timeout',
  'prove',
];

let executed = 0;
let behaviour: () => unknown = () => ['r1'];
beforeEach(() => {
  executed = 0;
  behaviour = () => ['r1'];
});

async function open(decorators: readonly Name[] = ORDER, store: StateStore = new MemoryStore()) {
  class Rows {
    async read(_args: Args, _call = currentCall()): Promise<unknown> {
      executed++;
      return behaviour();
    }
    async fail(): Promise<unknown> {
      throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    }
  }
  const decorate = (name: 'read' | 'fail', list: readonly unknown[]) => {
    const descriptor = Object.getOwnPropertyDescriptor(Rows.prototype, name) as object;
    for (const decorator of list as readonly ToolDecorator<never>[]) decorator(Rows.prototype, name, descriptor);
  };
  const input = decorators.includes('input') ? [] : [Tool()];
  decorate('read', [...input, ...decorators.map((name) => DECORATORS[name])]);
  decorate('fail', [Tool(), DECORATORS.circuitBreaker]);
  Agent()(Rows);
  const clock = new TestClock();
  const events: { name: string; guardName?: string }[] = [];
  const host = await AgentHost.create({ agents: [Rows], clock, store, onEvent: (event) => void events.push(event) });
  const run = host.open({ userId: 'alice', budget: { tokenLimit: 1 } });
  return { agent: Rows, host, run, rows: run.get(Rows), clock, events, store };
}
const end = (call: Promise<unknown>) =>
  call.then(
    (value) => value,
    (error: { code?: string }) => error.code ?? error,
  );
const attempts = (world: { run: { attempts(tool: string): number } }) => world.run.attempts('Rows.read');

/** What has to happen so that a guard refuses a call. */
const PREPARE: Partial<Record<Name, (world: Awaited<ReturnType<typeof open>>) => unknown>> = {
  maxAttempts: async ({ rows }) => {
    for (const key of ['a', 'b', 'c']) await end(rows.read({ key, refusedBy: ['enforce', 'house'] }));
  },
  circuitBreaker: ({ rows }) => end(rows.fail()),
  rateLimit: async ({ rows }) => {
    for (const key of ['d', 'e']) await rows.read({ key });
  },
  budget: ({ run }) =>
    run.bind(() => {
      const bound = () => ({ inputTokens: 1 });
      const call = admitModelCall({ provider: 'lab', model: 'm', operation: 'chat', bound }) as ModelCall;
      call.settle({ outcome: 'success', usage: tokenUsage({ input: 1 }) });
    })(),
};

describe('the order of guards', () => {
  const shuffles = fc.shuffledSubarray([...ORDER], { minLength: ORDER.length });

  it('is the same whatever the order of decorators, and what the host explains', async () => {
    await fc.assert(
      fc.asyncProperty(shuffles, async (decorators) => {
        const { events, rows, host, agent } = await open(decorators);
        const explained = host.explain(agent).tools.find(({ method }) => method === 'read')?.guards;
        expect(explained?.map(({ guard }) => guard)).toEqual(ORDER);
        await rows.read({ key: 'k' });
        const admitted = events.filter(({ name }) => name === 'guard.admitted').map(({ guardName }) => guardName);
        expect(admitted).toEqual(ORDER.filter((name) => name !== 'input' && name !== 'timeout'));
      }),
      { numRuns: 30 },
    );
  });

  const pairs = ORDER.flatMap((first, index) =>
    ORDER.slice(index + 1).flatMap((second) => (CODES[first] && CODES[second] ? [[first, second] as const] : [])),
  );
  // Attempts are used up by calls that others refuse, so over the limit these become its refusals: tested below.
  const plain = pairs.filter((pair) => !pair.includes('maxAttempts'));

  it.each(plain)('%s refuses before %s', async (first, second) => {
    await fc.assert(
      fc.asyncProperty(shuffles, async (shuffled) => {
        const world = await open(shuffled.filter((name) => name !== 'maxAttempts'));
        for (const name of ['rateLimit', 'circuitBreaker', 'budget'] as const) {
          if (name === first || name === second) await PREPARE[name]?.(world);
        }
        const key = first === 'idempotent' || second === 'idempotent' ? '' : 'k';
        expect(await end(world.rows.read({ key, refusedBy: [first, second] }))).toBe(CODES[first]);
      }),
      { numRuns: 5 },
    );
  });

  it.each(pairs.filter((pair) => pair.includes('maxAttempts')))(
    'over the limit of attempts a refusal by %s or %s is one of attempts',
    async (first, second) => {
      const other = first === 'maxAttempts' ? second : first;
      const world = await open();
      await PREPARE.maxAttempts?.(world);
      if (other === 'circuitBreaker') await end(world.rows.fail());
      if (other === 'budget') await PREPARE.budget?.(world);
      const key = other === 'idempotent' ? '' : 'k';
      expect(await end(world.rows.read({ key, refusedBy: [other] }))).toBe(CODES.maxAttempts);
    },
  );

  it('D-20: an open breaker never eats the rate window', async () => {
    const { rows, clock } = await open(['circuitBreaker', 'rateLimit']);
    await end(rows.fail());
    for (let time = 0; time < 5; time++) expect(await end(rows.read({}))).toBe(CODES.circuitBreaker);
    await clock.advance(60_000);
    expect([await end(rows.read({})), await end(rows.read({})), await end(rows.read({}))]).toEqual([
      ['r1'],
      ['r1'],
      CODES.rateLimit,
    ]);
  });

  it('D-20: policy comes before capacity: a call that may not be made takes no place and no probe', async () => {
    const { rows, clock } = await open(['rateLimit', 'circuitBreaker', 'house', 'enforce']);
    await end(rows.fail());
    await clock.advance(60_000);
    for (const name of ['enforce', 'house'] as const) {
      for (let time = 0; time < 3; time++) expect(await end(rows.read({ refusedBy: [name] }))).toBe(CODES[name]);
    }
    expect([await end(rows.read({})), await end(rows.read({}))]).toEqual([['r1'], ['r1']]);
  });

  it('run state comes before everything', async () => {
    const world = await open();
    world.run.kill('stop');
    expect(await end(world.rows.read({ refusedBy: ['input'] }))).toBe('run.killed');
    expect(attempts(world)).toBe(0);
  });
});

describe('attempts', () => {
  it.each(['input', 'idempotent', 'enforce', 'house', 'circuitBreaker', 'rateLimit', 'budget'] as const)(
    'cost one where %s refuses',
    async (name) => {
      const world = await open(ORDER.filter((each) => each !== 'maxAttempts'));
      await PREPARE[name]?.(world);
      const before = attempts(world);
      expect(await end(world.rows.read({ key: name === 'idempotent' ? '' : 'k', refusedBy: [name] }))).toBe(
        CODES[name],
      );
      expect(attempts(world)).toBe(before + 1);
    },
  );

  it.each([true, false])('cost one where the method runs, failing: %s', async (fails) => {
    const world = await open();
    if (fails) behaviour = () => Promise.reject(new Error('no'));
    await end(world.rows.read({ key: 'k' }));
    expect(attempts(world)).toBe(1);
  });
});

describe('a replay', () => {
  it('costs no attempt and no place, and proves nothing', async () => {
    const world = await open();
    const { rows, run } = world;
    await rows.read({ key: 'k' });
    run.facts.revoke('row');
    for (let time = 0; time < 5; time++) expect(await rows.read({ key: 'k' })).toEqual(['r1']);
    expect(await run.facts.list('row')).toEqual([]);
    expect([attempts(world), executed]).toEqual([1, 1]);
    expect(await end(rows.read({ key: 'l' }))).toEqual(['r1']);
    expect(await end(rows.read({ key: 'm' }))).toBe(CODES.rateLimit);
  });

  it('is delivered while the breaker is open, and leaves a half-open one alone', async () => {
    const { rows, clock, store } = await open();
    await rows.read({ key: 'k' });
    await end(rows.fail());
    expect(await rows.read({ key: 'k' })).toEqual(['r1']);
    await clock.advance(60_000);
    expect(await rows.read({ key: 'k' })).toEqual(['r1']);
    expect((store as MemoryStore).snapshot()).toMatchObject({ breakers: { db: { state: 'open' } } });
  });

  it('is delivered over the limit of attempts', async () => {
    const world = await open();
    await world.rows.read({ key: 'k' });
    for (let time = 0; time < 5; time++) await end(world.rows.read({ key: 'l', refusedBy: ['enforce'] }));
    expect(await end(world.rows.read({ key: 'n' }))).toBe(CODES.maxAttempts);
    expect(await world.rows.read({ key: 'k' })).toEqual(['r1']);
  });
});

interface Order {
  readonly key: string;
  readonly id: string;
}
let open_ = true;
const Door = defineGuard<object, Order>({
  name: 'door',
  create: () => ({
    async admit({ tool }) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!open_) throw new GuardRefusedError({ tool, guard: 'door', because: 'Closed.' });
    },
  }),
});

@Agent()
class Shop {
  @Tool()
  @Idempotent({ key: 'key' })
  @Enforce(requireFact('id', 'order'))
  async cancel(_order: Order) {
    executed++;
    return 'cancelled';
  }

  @Tool()
  @Idempotent({ key: 'key' })
  @Enforce(requireFact('id', 'order', { consume: true }))
  async confirm(_order: Order) {
    executed++;
    return 'confirmed';
  }

  @Tool()
  @Idempotent({ key: 'key' })
  @Door()
  async enter(_order: Order) {
    executed++;
    return 'in';
  }

  @Tool()
  @Door()
  @Enforce(requireFact('id', 'order'))
  @RateLimit({ maxCalls: 1 })
  async slowly(_order: Order) {
    executed++;
    return 'done';
  }

  @Tool()
  @Enforce(requireFact('id', 'order', { match: 'loose' }))
  @RateLimit({ maxCalls: 1 })
  async loosely({ id }: Order) {
    executed++;
    return id;
  }
}

describe.each([
  ['in memory', () => new MemoryStore()],
  ['asked by operations alone', () => new OpaqueStore(new MemoryStore())],
  ['far away', () => new DelayedStore(new MemoryStore())],
])('policy, with a store %s', (_, newStore) => {
  async function shop() {
    open_ = true;
    const store: StateStore = newStore();
    const host = await AgentHost.create({ agents: [Shop], store, clock: new TestClock() });
    const run = host.open({ userId: 'alice' });
    run.facts.add('order', 'o1');
    return { run, shop: run.get(Shop), store };
  }
  const ONE: Order = { key: 'k', id: 'o1' };

  it('lets a stored result be delivered only if it would admit the call now', async () => {
    const { run, shop: agent } = await shop();
    expect([await agent.cancel(ONE), await agent.cancel(ONE)]).toEqual(['cancelled', 'cancelled']);
    run.facts.revoke('order', 'o1');
    expect(await end(agent.cancel(ONE))).toBe('MISSING_FACT');
    run.facts.add('order', 'o1');
    expect(await agent.cancel(ONE)).toBe('cancelled');
    expect(executed).toBe(1);
    expect(run.attempts('Shop.cancel')).toBe(2);
  });

  it('asks custom guards too before it delivers a stored result', async () => {
    const { shop: agent } = await shop();
    await agent.enter(ONE);
    open_ = false;
    expect(await end(agent.enter(ONE))).toBe('guard.refused');
    open_ = true;
    expect(await agent.enter(ONE)).toBe('in');
    expect(executed).toBe(1);
  });

  it('does not ask a repeat for the fact that the first call consumed', async () => {
    const { shop: agent } = await shop();
    expect([await agent.confirm(ONE), await agent.confirm(ONE)]).toEqual(['confirmed', 'confirmed']);
    expect(await end(agent.confirm({ key: 'other', id: 'o1' }))).toBe('MISSING_FACT');
    expect(executed).toBe(1);
  });

  it('looks again after a guard that took its time', async () => {
    const { run, shop: agent } = await shop();
    await run.facts.has('order', 'o1');
    const call = end(agent.slowly(ONE));
    await Promise.resolve();
    run.facts.revoke('order', 'o1');
    expect(await call).toBe('MISSING_FACT');
    run.facts.add('order', 'o1');
    expect(await agent.slowly(ONE)).toBe('done');
  });
});

describe('policy, with a store far away', () => {
  it('looks again in the last trip, where a rule had to decide alone before it', async () => {
    let onTrip = () => {};
    // Called when the operations of a trip were carried out and its answer is on its way.
    const delay = () => {
      onTrip();
      return new Promise<void>((resolve) => void setImmediate(resolve));
    };
    const store = new DelayedStore(new MemoryStore(), { delay });
    const host = await AgentHost.create({ agents: [Shop], store, clock: new TestClock() });
    const run = host.open();
    run.facts.add('order', 'O1');
    await run.facts.has('order', 'O1');
    let trips = 0;
    onTrip = () => {
      if (++trips === 1) run.facts.revoke('order', 'O1');
    };
    expect(await end(run.get(Shop).loosely({ key: 'k', id: '#o1' }))).toBe('MISSING_FACT');
    expect(executed).toBe(0);
    run.facts.add('order', 'O1');
    onTrip = () => {};
    expect(await run.get(Shop).loosely({ key: 'k', id: '#o1' })).toBe('O1');
  });
});
