// biome-ignore-all lint/suspicious/noThenProperty: thenables are tested
// biome-ignore-all lint/suspicious/noSparseArray: sparse arrays are tested
import { afterEach, describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import {
  ActGuardError,
  Agent,
  AgentHost,
  type AgentHostOptions,
  argumentsKey,
  byUser,
  CircuitBreaker,
  currentCall,
  defineGuard,
  Enforce,
  GuardRefusedError,
  Idempotent,
  isActGuardError,
  MaxAttempts,
  Prove,
  RateLimit,
  type Run,
  type RunOptions,
  requireFact,
  rule,
  Timeout,
  Tool,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';
import { copyArguments } from './argument-copy.js';

const hosts: AgentHost[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

async function open(
  agent: new () => object,
  options: AgentHostOptions = {},
  runOptions: RunOptions = {},
): Promise<Run> {
  const host = await AgentHost.create({ agents: [agent], ...options });
  hosts.push(host);
  return host.open(runOptions);
}

@Agent()
class Echo {
  @Tool()
  async echo(args: unknown) {
    return args;
  }

  @Tool()
  @Enforce(rule('any', () => true))
  async checked(args: unknown) {
    return args;
  }

  @Tool()
  @MaxAttempts(2)
  async limited(args: object) {
    return args;
  }

  @Tool()
  @Idempotent({ key: argumentsKey })
  @RateLimit({ scope: 'id' })
  @Enforce(
    rule('any', () => true),
    requireFact('id', 'id', { optional: true }),
  )
  @Prove({ kind: 'out', extract: 'id' })
  @CircuitBreaker({ name: 'echo' })
  @Timeout('1s')
  async guarded(args: { id?: string | number }) {
    return args;
  }
}

const thrower = (): never => {
  throw new TypeError('from inside');
};

function nested(depth: number): object {
  let value: object = {};
  for (let level = 0; level < depth; level++) value = { value };
  return value;
}

function cycle(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const INPUT = { name: 'ToolInputError', code: 'guard.input_invalid' };

describe('arguments', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 1],
    ['a text', '{"id":"o1"}'],
    ['true', true],
    ['a bigint', 1n],
    ['a symbol', Symbol('x')],
    ['a function', () => ({})],
    ['a list', [{ id: 'o1' }]],
    ['a map', new Map([['id', 'o1']])],
    ['a set', new Set()],
    ['a promise', Promise.resolve({ id: 'o1' })],
    ['a regular expression', /x/],
    ['a buffer', Buffer.from('x')],
    ['an error', new Error('x')],
    ['a proxy that was revoked', revoked()],
    ['a proxy that throws', new Proxy({}, { ownKeys: thrower, getPrototypeOf: thrower, get: thrower })],
    ['a proxy that throws at its names', new Proxy({ a: 1 }, { ownKeys: thrower })],
    [
      'a getter that throws',
      {
        get id() {
          return thrower();
        },
      },
    ],
    [
      'a deep getter that throws',
      {
        a: [
          {
            get id() {
              return thrower();
            },
          },
        ],
      },
    ],
    ['a symbol inside', { id: Symbol('x') }],
    ['a function inside', { id: () => 'o1' }],
    ['a class inside', { id: class {} }],
    ['a map inside', { id: new Map() }],
    ['a typed array inside', { id: new Uint8Array(1) }],
    ['a proxy inside that was revoked', { id: revoked() }],
    ['a list with holes', { ids: [1, , 3] }],
    ['an endless sparse list', { ids: new Array(4_294_967_295) }],
    [
      'a proxy that claims to be an endless list',
      {
        ids: new Proxy([1], {
          get: (list, name) => (name === 'length' ? 4_294_967_295 : Reflect.get(list, name)),
          has: () => true,
        }),
      },
    ],
    ['a cycle', cycle()],
    [
      'a cycle of lists',
      (() => {
        const list: unknown[] = [];
        list.push(list);
        return { list };
      })(),
    ],
    ['deep nesting', nested(100_000)],
    ['an own __proto__', JSON.parse('{"__proto__": {"isAdmin": true}}')],
    ['a deep own __proto__', JSON.parse('{"a": [{"__proto__": 1}]}')],
  ])('%s is refused as input', async (_what, args) => {
    const run = await open(Echo);
    for (const call of [
      run.get(Echo).echo(args),
      run.get(Echo).limited(args as object),
      run.get(Echo).guarded(args as object),
    ]) {
      const error = await call.then(
        () => 'let through',
        (refusal) => refusal,
      );
      expect(error).toMatchObject(INPUT);
      expect(error).toBeInstanceOf(ActGuardError);
      const { because, tryInstead } = error.toPrompt();
      expect(because.length + tryInstead.length).toBeLessThanOrEqual(300);
      expect(because).not.toContain('from inside');
    }
    expect(run.attempts('Echo.limited')).toBe(1);
  });

  it('says where in the arguments the fault is', async () => {
    const run = await open(Echo);
    const error: any = await run
      .get(Echo)
      .echo({ a: [1, { b: Symbol('x') }] })
      .catch((refusal) => refusal);
    expect(error.issues).toEqual([{ path: 'a[1].b', message: 'is a symbol, not plain data' }]);
    expect(error.details.issues).toEqual(error.issues);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: 'guard.input_invalid' });
  });

  it('nothing at all is an empty object', async () => {
    const run = await open(Echo);
    expect(await run.get(Echo).echo(undefined)).toEqual({});
    expect(await (run.get(Echo).echo as () => Promise<unknown>)()).toEqual({});
  });

  it('are one frozen plain copy, of objects of classes and of objects without prototype too', async () => {
    class Point {
      x = 1;
      readonly #secret = 2;
      get secret() {
        return this.#secret;
      }
    }
    const run = await open(Echo);
    const when = new Date(5);
    const args = {
      point: new Point(),
      bare: Object.assign(Object.create(null), { a: [1] }),
      when,
      big: 5n,
      nothing: null,
      gone: undefined,
    };
    const got = (await run.get(Echo).checked(args)) as typeof args;
    expect(got).toEqual({ point: { x: 1 }, bare: { a: [1] }, when, big: 5n, nothing: null, gone: undefined });
    expect(Object.getPrototypeOf(got.point)).toBe(Object.prototype);
    for (const each of [got, got.point, got.bare, got.bare.a]) expect(Object.isFrozen(each)).toBe(true);
    expect(got.when).not.toBe(when);
  });

  it('are copied for a guard of the user, unless it says that it does not look at them', async () => {
    const Curious = defineGuard({ name: 'curious', create: () => ({ admit() {} }) });
    const Blind = defineGuard({ name: 'blind', create: () => ({ readsArguments: false, admit() {} }) });
    @Agent()
    class Both {
      @Tool()
      @Curious()
      async seen(args: object) {
        return args;
      }

      @Tool()
      @Blind()
      async unseen(args: object) {
        return args;
      }
    }
    const run = await open(Both);
    const args = { id: 'a' };
    const got = await run.get(Both).seen(args);
    expect(got).toEqual(args);
    expect(Object.isFrozen(got)).toBe(true);
    expect(await run.get(Both).unseen(args)).toBe(args);
    await expect(run.get(Both).unseen({ call: () => {} })).rejects.toMatchObject(INPUT);
  });

  it('are what the caller passed where nothing looks at them, and listeners see a copy', async () => {
    const host = await AgentHost.create({ agents: [Echo] });
    const seen: unknown[] = [];
    const run = host.open();
    const args = { list: [1] };
    expect(await run.get(Echo).echo(args)).toBe(args);
    host.on((event) => {
      if (event.name === 'tool.invoke') seen.push(event.args);
    });
    expect(await run.get(Echo).echo(args)).toBe(args);
    args.list.push(2);
    expect(seen).toEqual([{ list: [1] }]);
    await host.close();
  });

  it('a text of a megabyte is plain data like any other', async () => {
    const run = await open(Echo);
    const text = 'x'.repeat(1_000_000);
    expect(await run.get(Echo).echo({ text })).toEqual({ text });
  });

  it('of more than a million values are refused, whatever a getter of theirs calls', () => {
    const many = Array(600_000).fill(0);
    const args = {
      first: many,
      get second() {
        return copyArguments('Other.tool', { value: 1 });
      },
      third: many,
    };
    expect(() => copyArguments('Bank.pay', args)).toThrow('more than 1000000 values');
    expect(() => copyArguments('Bank.pay', { many })).not.toThrow();
  });

  it('texts and numbers in many small objects count together', () => {
    const row = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`name${index}`, index]));
    expect(() => copyArguments('Bank.pay', { rows: Array(9_800).fill(row) })).not.toThrow();
    expect(() => copyArguments('Bank.pay', { rows: Array(10_000).fill(row) })).toThrow('more than 1000000 values');
  });

  it('a property is read once: what was checked is what is used', async () => {
    @Agent()
    class Bank {
      @Tool({ input: v.object({ amount: v.pipe(v.number(), v.maxValue(10)) }) })
      @Enforce(rule('small', (args: { amount: number }) => args.amount <= 10))
      @Idempotent({ key: argumentsKey })
      async pay(args: { amount: number }) {
        return args.amount;
      }
    }
    let reads = 0;
    const args = {
      get amount() {
        return ++reads === 1 ? 5 : 5000;
      },
    };
    const run = await open(Bank);
    expect(await run.get(Bank).pay(args)).toBe(5);
    expect(reads).toBe(1);
  });

  it('the caller may change its object after the call: the call does not see it', async () => {
    @Agent()
    class Bank {
      @Tool({
        input: v.objectAsync({
          to: v.pipeAsync(
            v.array(v.string()),
            v.checkAsync(async () => true),
          ),
        }) as never,
      })
      @Enforce(rule('not evil', (args: { to: string[] }) => !args.to.includes('evil')))
      async pay(args: { to: string[] }) {
        await Promise.resolve();
        return args.to;
      }
    }
    const run = await open(Bank);
    const args = { to: ['good'] };
    const call = run.get(Bank).pay(args);
    args.to[0] = 'evil';
    args.to.push('evil');
    expect(await call).toEqual(['good']);
  });

  it('the second parameter is the call, whatever the caller passes', async () => {
    @Agent()
    class Curious {
      @Tool()
      async look(_args: object, call = currentCall()) {
        return [call.tool, call.attempt, call.run.userId];
      }
    }
    const run = await open(Curious, {}, { userId: 'alice' });
    const forged = { tool: 'Other.tool', attempt: 99, run: { userId: 'bob' } };
    expect(await run.get(Curious).look({}, forged as never)).toEqual(['Curious.look', 1, 'alice']);
  });
});

describe('schemas', () => {
  const schema = (validate: (value: unknown) => unknown) =>
    ({ '~standard': { version: 1, vendor: 'test', validate } }) as never;

  async function guarded(input: never) {
    @Agent()
    class Tools {
      @Tool({ input, maxAttempts: 5 })
      async use(args: any) {
        return args;
      }
    }
    const run = await open(Tools, { drain: 10 });
    return { run, use: (args: unknown) => run.get(Tools).use(args) };
  }

  it('refuses with its issues, at their paths', async () => {
    const { use } = await guarded(v.object({ lines: v.array(v.object({ price: v.number() })) }) as never);
    const error = await use({ lines: [{ price: 1 }, { price: '2' }] }).catch((refusal) => refusal);
    expect(error).toMatchObject({
      ...INPUT,
      issues: [{ path: 'lines.1.price', message: expect.stringContaining('Expected number') }],
    });
    expect(error.toPrompt()).toMatchObject({
      because: expect.stringMatching(/^The argument "lines\.1\.price" did not pass: ".+"\.$/),
      attemptsLeft: 4,
    });
  });

  it('may be asynchronous, and then no call overtakes what was sent', async () => {
    const { use } = await guarded(schema(async (value) => ({ value })));
    expect(await Promise.all([use({ n: 1 }), use({ n: 2 })])).toEqual([{ n: 1 }, { n: 2 }]);
    const failing = await guarded(schema(async () => ({ issues: [{ message: 'no' }] })));
    await expect(failing.use({})).rejects.toMatchObject(INPUT);
  });

  it('may drop and default properties: guards and method get what it returned, frozen', async () => {
    const { use } = await guarded(v.object({ a: v.number(), b: v.optional(v.number(), 7) }) as never);
    const got = await use({ a: 1, c: 3 });
    expect(got).toEqual({ a: 1, b: 7 });
    expect(Object.isFrozen(got)).toBe(true);
  });

  it.each<[string, (value: unknown) => unknown]>([
    ['throws', thrower],
    ['rejects', async () => thrower()],
    ['returns something that is no object', () => ({ value: 7 })],
    ['returns a class that is no plain data', () => ({ value: new Map() })],
    ['returns nothing', () => undefined],
    ['returns issues that are none', () => ({ issues: [null] })],
    [
      'returns issues that cannot be read',
      () => ({
        issues: [
          {
            get message() {
              return thrower();
            },
          },
        ],
      }),
    ],
    ['returns an odd path', () => ({ issues: [{ message: 'no', path: [Symbol('x'), { key: 'a' }, 0] }] })],
  ])('one that %s refuses', async (_what, validate) => {
    const { run, use } = await guarded(schema(validate));
    const error = await use({ a: 1 }).catch((refusal) => refusal);
    expect(error).toMatchObject(INPUT);
    expect(JSON.stringify(error.toPrompt())).not.toContain('from inside');
    expect(run.attempts('Tools.use')).toBe(1);
  });

  it('one that never answers is ended by the run', async () => {
    const { run, use } = await guarded(schema(() => new Promise(() => {})));
    const call = use({}).catch((error) => error.code);
    run.kill('enough');
    expect(await call).toBe('run.killed');
  });

  it('cannot change what the caller sent', async () => {
    const { use } = await guarded(
      schema((value) => {
        (value as { a: number }).a = 5;
        return { value };
      }),
    );
    await expect(use({ a: 1 })).rejects.toMatchObject(INPUT);
  });
});

describe('ids and keys', () => {
  @Agent()
  class Keys {
    executed = 0;

    @Tool()
    @Idempotent()
    async pay(_args: { idempotencyKey: string | number }) {
      return ++this.executed;
    }

    @Tool()
    @RateLimit({ maxCalls: 1, scope: 'user' })
    async list(args: { user: string | number }) {
      return args.user;
    }

    @Tool()
    @RateLimit({ maxCalls: 1, scope: byUser })
    async mine(_args: object) {
      return true;
    }
  }

  const odd: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a fraction', 1.5],
    ['true', true],
    ['an object', {}],
    ['a list', ['a']],
    ['a text of a megabyte', 'x'.repeat(1_000_000)],
  ];

  it.each(odd)('%s is no idempotency key', async (_what, idempotencyKey) => {
    const run = await open(Keys);
    const error = await run
      .get(Keys)
      .pay({ idempotencyKey } as never)
      .catch((refusal) => refusal);
    expect(error).toMatchObject({ name: 'MissingIdempotencyKeyError', code: 'usage.missing_idempotency_key' });
    expect(run.get(Keys).executed).toBe(0);
  });

  it.each(odd)('%s is no scope of a rate limit', async (_what, user) => {
    const run = await open(Keys);
    const error = await run
      .get(Keys)
      .list({ user } as never)
      .catch((refusal) => refusal);
    expect(error).toMatchObject({ name: 'ScopeValidationError', code: 'usage.scope_validation' });
    expect(error.toPrompt().because.length).toBeLessThan(150);
  });

  it('a limit by user refuses a run without one', async () => {
    const run = await open(Keys);
    await expect(run.get(Keys).mine({})).rejects.toMatchObject({ code: 'usage.scope_validation' });
  });

  it('names of built-in properties are keys and scopes like any other', async () => {
    const run = await open(Keys);
    const agent = run.get(Keys);
    let executed = 0;
    for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(await agent.pay({ idempotencyKey: id })).toBe(++executed);
      expect(await agent.pay({ idempotencyKey: id })).toBe(executed);
      expect(await agent.list({ user: id })).toBe(id);
      await expect(agent.list({ user: id })).rejects.toMatchObject({ code: 'guard.rate_limit_exceeded' });
    }
  });

  it('ids with separators and invisible characters never meet', async () => {
    const run = await open(Keys);
    const agent = run.get(Keys);
    const ids = ['a', 'a:b', 'a\u0000b', 'a\u200b', '\u0430', 'a/b', 'a|b', '["a"]', 'a ', 'A', 'a\nb'];
    let executed = 0;
    for (const id of ids) {
      expect(await agent.pay({ idempotencyKey: id })).toBe(++executed);
      expect(await agent.list({ user: id })).toBe(id);
    }
  });

  it('1 and "1" are one key and one scope', async () => {
    const run = await open(Keys);
    const agent = run.get(Keys);
    await agent.list({ user: 1 });
    await expect(agent.list({ user: '1' })).rejects.toMatchObject({
      code: 'guard.rate_limit_exceeded',
      scopeValue: '1',
    });
    await agent.pay({ idempotencyKey: 1 });
    // The same key, but the arguments say something else.
    await expect(agent.pay({ idempotencyKey: '1' })).rejects.toMatchObject({ code: 'guard.idempotency_conflict' });
  });
});

describe('what a method throws and returns', () => {
  const hostile = new Proxy(function hostile() {}, {
    get: thrower,
    has: thrower,
    getPrototypeOf: thrower,
    ownKeys: thrower,
    getOwnPropertyDescriptor: thrower,
  });

  class Unreadable extends Error {
    override get message(): string {
      return thrower();
    }
    override get name(): string {
      return thrower();
    }
    get code(): string {
      return thrower();
    }
    get status(): string {
      return thrower();
    }
  }

  const oddName = Object.assign(new Error('odd'), {
    name: Symbol('name'),
    message: Symbol('message'),
    code: {},
    cause: cycle(),
  });

  @Agent()
  class Source {
    thrown: unknown;
    returned: unknown;

    @Tool()
    @Idempotent({ key: 'key' })
    @CircuitBreaker({ name: 'source' })
    @Prove({ kind: 'id', extract: 'id' })
    @Timeout('1s')
    async fail(_args: { key: string }) {
      throw this.thrown;
    }

    @Tool()
    @Idempotent({ key: 'key' })
    @CircuitBreaker({ name: 'source' })
    @Prove({ kind: 'id', extract: 'id' })
    @Timeout('1s')
    give(_args: { key: string }): Promise<unknown> {
      return this.returned as Promise<unknown>;
    }

    @Tool()
    throwAtOnce(_args: object): Promise<unknown> {
      throw this.thrown;
    }
  }

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'failed'],
    ['a number', 0],
    ['a symbol', Symbol('x')],
    ['an object', { code: 'X', message: 'x' }],
    ['a function', thrower],
    ['an object without prototype', Object.create(null)],
    ['an error that cannot be read', new Unreadable()],
    ['an error of odd properties', oddName],
    ['an object that throws at every touch', hostile],
    [
      'a cycle of causes',
      (() => {
        const error = new Error('a');
        error.cause = error;
        return error;
      })(),
    ],
  ])('%s thrown passes through as it is, also with a listener and for a model', async (_what, thrown) => {
    const run = await open(Source, { onEvent: () => {} });
    const source = run.get(Source);
    source.thrown = thrown;
    for (const call of [() => source.fail({ key: 'k' }), () => source.throwAtOnce({})]) {
      const outcome = await call().then(
        () => ({ thrown: 'nothing' }),
        (error: unknown) => ({ thrown: error }),
      );
      expect(Object.is(outcome.thrown, thrown)).toBe(true);
    }
    // What happened is not known, so the key is held.
    await expect(source.fail({ key: 'k' })).rejects.toMatchObject({ code: 'guard.idempotency_outcome_unknown' });
    const result = await run.tools().call('fail', { key: 'k2' });
    expect(result).toMatchObject({
      ok: false,
      final: false,
      refusal: { code: 'tool.failed', because: 'The tool failed.' },
    });
  });

  it.each<[string, unknown, unknown]>([
    ['no promise', 5, 5],
    ['undefined', undefined, undefined],
    ['a thenable', { then: (resolve: (value: string) => void) => resolve('x') }, 'x'],
    [
      'a thenable that calls back twice',
      { then: (resolve: (value: string) => void) => [resolve('x'), resolve('y')] },
      'x',
    ],
    ['a thenable of a thenable', { then: (resolve: (value: unknown) => void) => resolve(Promise.resolve('z')) }, 'z'],
  ])('%s returned is awaited like any promise', async (_what, returned, expected) => {
    const run = await open(Source);
    run.get(Source).returned = returned;
    expect(await run.get(Source).give({ key: 'k' })).toBe(expected);
  });

  it('a thenable whose then throws is a failure of the tool', async () => {
    const run = await open(Source);
    const source = run.get(Source);

    source.returned = {
      get then() {
        return thrower();
      },
    };
    await expect(source.give({ key: 'k1' })).rejects.toThrow('from inside');

    source.returned = { then: thrower };
    await expect(source.give({ key: 'k2' })).rejects.toThrow('from inside');
  });

  it('a thenable that never settles is cut off by the timeout, and its key is held', async () => {
    const clock = new TestClock();
    const run = await open(Source, { clock });
    const source = run.get(Source);

    source.returned = { then: () => {} };
    const call = source.give({ key: 'k' }).catch((error) => error);
    await clock.advance(1000);
    expect(await call).toMatchObject({ code: 'tool.timeout' });
    await expect(source.give({ key: 'k' })).rejects.toMatchObject({
      code: 'guard.idempotency_outcome_unknown',
      lastError: 'ToolTimeoutError',
    });
  });

  it('a result that throws at every touch is delivered, proves nothing, and cannot be replayed', async () => {
    const run = await open(Source, { onEvent: () => {} });
    const source = run.get(Source);
    const result = { id: hostile };
    source.returned = Promise.resolve(result);
    expect(Object.is(await source.give({ key: 'k' }), result)).toBe(true);
    expect(await run.facts.list()).toEqual([]);
    await expect(source.give({ key: 'k' })).rejects.toMatchObject({ code: 'guard.idempotency_duplicate' });
  });
});

describe('functions of options that fail', () => {
  const odd = (): never => thrower();

  @Agent()
  class Odd {
    @Tool()
    @RateLimit({ scope: odd })
    async limited(_args: object) {
      return true;
    }

    @Tool()
    @Idempotent({ key: odd })
    async once(_args: object) {
      return true;
    }

    @Tool()
    @CircuitBreaker({ name: 'odd', classify: odd })
    async fragile(_args: object) {
      throw new Error('the tool’s own');
    }

    @Tool()
    @Idempotent({ key: 'key', succeeded: odd })
    async judged(args: { key: string }) {
      return args.key;
    }

    @Tool()
    @Idempotent({ key: 'key', reconcile: odd })
    async reconciled(_args: { key: string }) {
      throw new Error('the tool’s own');
    }
  }

  it('refuse the call, or leave it as it is, but never show through', async () => {
    const run = await open(Odd);
    const agent = run.get(Odd);
    const refusals = [await agent.limited({}).catch((error) => error), await agent.once({}).catch((error) => error)];
    expect(refusals.map(({ code }) => code)).toEqual(['usage.scope_validation', 'usage.missing_idempotency_key']);
    for (const refusal of refusals) {
      expect(refusal.cause).toBeInstanceOf(TypeError);
      expect(JSON.stringify(refusal.toPrompt())).not.toContain('from inside');
    }
    await expect(agent.fragile({})).rejects.toThrow('the tool’s own');
    expect(await agent.judged({ key: 'k' })).toBe('k');
    await expect(agent.judged({ key: 'k' })).rejects.toMatchObject({ code: 'guard.idempotency_outcome_unknown' });
    await expect(agent.reconciled({ key: 'k' })).rejects.toThrow('the tool’s own');
    await expect(agent.reconciled({ key: 'k' })).rejects.toMatchObject({ code: 'guard.idempotency_outcome_unknown' });
  });
});

describe('a guard of one’s own', () => {
  it.each<[string, () => unknown]>([
    ['answers false', () => false],
    ['answers true', () => true],
    ['answers null', () => null],
    ['answers an object of its own', () => ({ allow: true })],
    ['answers an unknown decision', () => ({ decision: 'allow' })],
    ['answers false later', async () => false],
    ['throws', thrower],
    ['rejects', async () => thrower()],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
    ],
    [
      'throws an object that throws at every touch',
      () => {
        throw new Proxy({}, { get: thrower, has: thrower, getPrototypeOf: thrower });
      },
    ],
  ])('that %s refuses the call', async (_what, admit) => {
    const Odd = defineGuard({ name: 'odd', create: () => ({ admit: admit as never }) });
    let executed = 0;

    @Agent()
    class Guarded {
      @Tool()
      @Odd()
      @MaxAttempts(3)
      async use(_args: object) {
        executed++;
      }
    }
    const run = await open(Guarded, { onEvent: () => {} });
    const error = await run
      .get(Guarded)
      .use({})
      .catch((refusal) => refusal);
    expect(error).toMatchObject({ code: 'guard.refused', guard: 'odd', attemptsLeft: 2 });
    expect(JSON.stringify([error.toPrompt(), error])).not.toContain('from inside');
    expect(executed).toBe(0);
  });

  it('may throw one frozen refusal again and again', async () => {
    const refusal = Object.freeze(new GuardRefusedError({ tool: 'Guarded.use', guard: 'closed', because: 'Closed.' }));
    const Closed = defineGuard({
      name: 'closed',
      create: () => ({
        admit() {
          throw refusal;
        },
      }),
    });

    @Agent()
    class Guarded {
      @Tool()
      @Closed()
      @MaxAttempts(3)
      async use(_args: object) {}
    }
    const run = await open(Guarded);
    for (let turn = 0; turn < 2; turn++) await expect(run.get(Guarded).use({})).rejects.toBe(refusal);
    expect(run.attempts('Guarded.use')).toBe(2);
  });
});

describe('a clock that goes backwards', () => {
  @Agent()
  class Timed {
    @Tool()
    @RateLimit({ maxCalls: 1, period: '10s' })
    async limited(_args: object) {
      return true;
    }

    @Tool()
    @CircuitBreaker({ name: 'timed', maxFails: 1, resetTimeout: '10s' })
    async fragile(args: { fail: boolean }) {
      if (args.fail) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
      return true;
    }

    @Tool()
    @Idempotent({ ttl: '10s' })
    async once(_args: { idempotencyKey: string }) {
      return {};
    }

    @Tool()
    @Timeout('1s')
    async hang(_args: object) {
      await new Promise(() => {});
    }
  }

  it('D-37: neither frees nor locks anything for long', async () => {
    const clock = new TestClock();
    const run = await open(Timed, { clock });
    const agent = run.get(Timed);
    run.facts.add('id', 'o1', { ttl: '10s' });
    await agent.limited({});
    await agent.fragile({ fail: true }).catch(() => {});
    await agent.once({ idempotencyKey: 'k' });
    clock.jump(-3_600_000);
    const limited = await agent.limited({}).catch((error) => error);
    expect(limited).toMatchObject({ code: 'guard.rate_limit_exceeded' });
    expect(limited.retryAfterMs).toBeGreaterThan(0);
    expect(limited.retryAfterMs).toBeLessThanOrEqual(10_000);
    const refusal = await agent.fragile({ fail: false }).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'guard.circuit_open' });
    expect(refusal.retryAfterMs).toBeLessThanOrEqual(10_000);
    expect(await run.facts.has('id', 'o1')).toBe(true);

    clock.jump(3_600_000 + 10_000);
    expect(await agent.limited({})).toBe(true);
    expect(await agent.fragile({ fail: false })).toBe(true);
    expect(await run.facts.has('id', 'o1')).toBe(false);
  });

  it('a timeout still falls due', async () => {
    const clock = new TestClock();
    const run = await open(Timed, { clock });
    const first = run
      .get(Timed)
      .hang({})
      .catch((error) => error.code);
    clock.jump(-5000);
    const second = run
      .get(Timed)
      .hang({})
      .catch((error) => error.code);
    await clock.advance(6001);
    expect(await Promise.all([first, second])).toEqual(['tool.timeout', 'tool.timeout']);
  });

  it('a clock that gives NaN refuses rather than lets through', async () => {
    let now = 1000;
    const run = await open(Timed, { clock: { now: () => now, wall: () => now } });
    const agent = run.get(Timed);
    await agent.limited({});
    now = Number.NaN;
    const error = await agent.limited({}).catch((refusal) => refusal);
    expect(isActGuardError(error)).toBe(true);
  });
});
