import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type ActGuardEvent,
  Agent,
  AgentHost,
  type AgentHostOptions,
  Enforce,
  factAbout,
  Idempotent,
  MemoryStore,
  Prove,
  type ProveOptions,
  type Run,
  requireFact,
  Tool,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

let host: AgentHost | undefined;

afterEach(async () => {
  await host?.close();
  host = undefined;
});

type Args = { readonly user?: unknown };
type Options = ProveOptions<any, any>;

/** An agent whose one tool returns `result`, with these proofs on it. */
async function open(proofs: Options | readonly Options[], result: () => unknown, options: AgentHostOptions = {}) {
  @Agent()
  class Source {
    @Tool({ prove: proofs })
    async find(_args: Args) {
      return result();
    }
  }
  host = await AgentHost.create({ agents: [Source], ...options });
  const run = host.open();
  return { run, source: run.get(Source) };
}

async function valuesOf(run: Run, kind?: string): Promise<string[]> {
  return (await run.facts.list(kind)).map(({ value }) => value);
}

async function minted(extract: Options['extract'], result: unknown): Promise<string[]> {
  const { run, source } = await open({ kind: 'id', extract }, () => result);
  expect(await source.find({})).toBe(result);
  return valuesOf(run);
}

describe('@Prove, what it finds', () => {
  class Row {
    readonly #id = 'r1';
    readonly field = 'f1';

    get id() {
      return this.#id;
    }

    method() {
      return 'm1';
    }
  }

  it.each<[string, Options['extract'], unknown, string[]]>([
    ['a property of an object', 'id', { id: 'o1' }, ['o1']],
    ['a number, as text', 'id', { id: 42 }, ['42']],
    ['a property of an instance', 'field', new Row(), ['f1']],
    ['an accessor of an instance', 'id', [new Row()], ['r1']],
    ['a property of each element of a list', 'id', [{ id: 'o1' }, { id: 'o2' }], ['o1', 'o2']],
    ['the result of a function', (text: string) => text.match(/W\d+/g), 'orders W1 and W22', ['W1', 'W22']],
    ['the one value of a function', ({ id }: { id: string }) => id, { id: 'o1' }, ['o1']],
    [
      'what a generator function yields',
      function* (result: { id: string }) {
        yield result.id;
      },
      { id: 'o1' },
      ['o1'],
    ],
    [
      'lists in wrapped lists',
      'orders[].items[].id',
      { orders: [{ items: [{ id: 1 }, { id: 2 }] }, { items: [] }] },
      ['1', '2'],
    ],
    ['names of properties', 'variants.$keys', { variants: { red: {}, blue: {} } }, ['red', 'blue']],
    ['elements of a list', '[]', ['a', 'b'], ['a', 'b']],
    ['elements of lists in a list', '[][].flight', [[{ flight: 'A' }], [{ flight: 'B' }]], ['A', 'B']],
    ['recipients of each message', '[].recipients[]', [{ recipients: ['a', 'b'] }, { recipients: [] }], ['a', 'b']],
    ['each value once', 'id', [{ id: 'o1' }, { id: 'o1' }], ['o1']],
    ['own properties named like built-in ones', 'constructor', { constructor: 'c1' }, ['c1']],
  ])('%s', async (_what, extract, result, expected) => {
    expect(await minted(extract, result)).toEqual(expected);
  });

  it.each<[string, Options['extract'], unknown]>([
    ['a missing property', 'id', { ID: 'o1' }],
    ['a wrapped result that the path does not name', 'id', { orders: [{ id: 'o1' }] }],
    ['null', 'id', null],
    ['undefined', 'id', undefined],
    ['a text', 'length', 'abc'],
    ['a method', 'method', new Row()],
    ['an inherited value', 'toString', {}],
    ['__proto__', '__proto__', {}],
    ['a path through __proto__', '__proto__.constructor.name', {}],
    ['the constructor', 'constructor.name', new Row()],
    ['a list where the path says none', 'ids', { ids: ['a'] }],
    ['an object where an id should be', 'id', { id: { toString: () => 'o1' } }],
    ['values that are no ids', '[]', [null, true, 1.5, Number.NaN, '', 2 ** 60, 'x'.repeat(1025), Symbol('s')]],
    ['free text beside the field', 'id', { id: null, note: 'o1' }],
  ])('%s proves nothing', async (_what, extract, result) => {
    expect(await minted(extract, result)).toEqual([]);
  });

  it('a result that cannot be read proves nothing, and is still delivered', async () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
        getOwnPropertyDescriptor: () => {
          throw new Error('trap');
        },
      },
    );
    const { run, source } = await open(
      [
        { kind: 'a', extract: 'id' },
        {
          kind: 'b',
          extract: () => {
            throw new Error('extractor');
          },
        },
      ],
      () => ({ inner: hostile }),
    );
    expect(await source.find({})).toBeDefined();
    expect(await valuesOf(run)).toEqual([]);
    const text = await open({ kind: 'a', extract: 'inner.id' }, () => ({ inner: hostile }));
    await text.source.find({});
    expect(await valuesOf(text.run)).toEqual([]);
  });

  it('proves several kinds from one result', async () => {
    const { run, source } = await open(
      [
        { kind: 'order', extract: 'id' },
        { kind: 'item', extract: 'items[]' },
      ],
      () => ({ id: 'o1', items: ['i1', 'i2'] }),
    );
    await source.find({});
    expect(await valuesOf(run, 'order')).toEqual(['o1']);
    expect(await valuesOf(run, 'item')).toEqual(['i1', 'i2']);
  });

  it('D-29: tells listeners what was minted, and that nothing was', async () => {
    const events: ActGuardEvent[] = [];
    const results = [{ id: 'o1' }, { orders: [{ id: 'o2' }] }];
    const { source } = await open({ kind: 'order', extract: 'id' }, () => results.shift(), {
      onEvent: (event) => void events.push(event),
    });
    await source.find({});
    await source.find({});
    expect(events.filter((event) => event.name === 'guard.admitted' && event.guardName === 'prove')).toMatchObject([
      { facts: [{ kind: 'order', value: 'o1' }] },
      { facts: [] },
    ]);
  });
});

describe('@Prove, when it mints', () => {
  it('mints nothing where the method fails', async () => {
    const { run, source } = await open({ kind: 'id', extract: 'id' }, () => {
      throw Object.assign(new Error('failed'), { id: 'o1' });
    });
    await expect(source.find({})).rejects.toThrow('failed');
    expect(await valuesOf(run)).toEqual([]);
  });

  it('D-29: with too many values mints nothing, and keeps the result on the error', async () => {
    const result = ['a', 'b', 'c'];
    const { run, source } = await open({ kind: 'id', extract: '[]', maxItems: 2 }, () => result);
    const error = await source.find({}).catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ code: 'TOO_MANY_RESULTS', details: { kind: 'id', count: 3, maxItems: 2 } });
    expect((error as { result: unknown }).result).toBe(result);
    expect(JSON.stringify(error)).not.toContain('"c"');
    expect((error as { toPrompt(): object }).toPrompt()).toMatchObject({
      because: 'The result holds 3 entries, more than the 2 that may be used.',
    });
    expect(await valuesOf(run)).toEqual([]);
  });

  it('with too many values mints the first ones, where it may truncate', async () => {
    const { run, source } = await open({ kind: 'id', extract: '[]', maxItems: 2, onTooMany: 'truncate' }, () => [
      'a',
      'b',
      'c',
    ]);
    expect(await source.find({})).toEqual(['a', 'b', 'c']);
    expect(await valuesOf(run)).toEqual(['a', 'b']);
  });

  it('takes 200 values unless told otherwise', async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `id${index}`);
    const results = [ids(200), ids(201)];
    const { run, source } = await open({ kind: 'id', extract: '[]' }, () => results.shift());
    await source.find({});
    await expect(source.find({})).rejects.toMatchObject({ code: 'TOO_MANY_RESULTS' });
    expect(await valuesOf(run)).toHaveLength(200);
  });

  it('a too large result of one proof mints nothing for the others either', async () => {
    const { run, source } = await open(
      [
        { kind: 'a', extract: '[]' },
        { kind: 'b', extract: '[]', maxItems: 1 },
      ],
      () => ['x', 'y'],
    );
    await expect(source.find({})).rejects.toMatchObject({ code: 'TOO_MANY_RESULTS' });
    expect(await valuesOf(run)).toEqual([]);
  });

  it('in observe mode mints and delivers, and reports what it would have withheld', async () => {
    const events: ActGuardEvent[] = [];
    const { source } = await open({ kind: 'id', extract: '[]', maxItems: 1, mode: 'observe' }, () => ['a', 'b'], {
      onEvent: (event) => void events.push(event),
    });
    expect(await source.find({})).toEqual(['a', 'b']);
    expect(events.filter(({ name }) => name === 'guard.observed')).toMatchObject([
      { guardName: 'prove', error: { code: 'TOO_MANY_RESULTS' } },
    ]);
  });

  it('takes facts from result and arguments together, where a function says so', async () => {
    const extract = (found: boolean, { user }: { user: string }): unknown => (found ? user : undefined);
    const results = [true, false];
    const { run, source } = await open({ kind: 'user', extract }, () => results.shift());
    await source.find({ user: 'alice' });
    await source.find({ user: 'bob' });
    expect(await valuesOf(run)).toEqual(['alice']);
  });

  it('facts hold as long as their ttl, and minting again renews them', async () => {
    const clock = new TestClock();
    const { run, source } = await open({ kind: 'id', extract: 'id', ttl: '5m' }, () => ({ id: 'o1' }), { clock });
    await source.find({});
    await clock.advance(200_000);
    await source.find({});
    await clock.advance(299_999);
    expect(await run.facts.has('id', 'o1')).toBe(true);
    await clock.advance(1);
    expect(await run.facts.has('id', 'o1')).toBe(false);
    expect(await valuesOf(run)).toEqual([]);
  });

  it('facts without ttl hold as long as the session', async () => {
    const clock = new TestClock();
    const { run, source } = await open({ kind: 'id', extract: 'id' }, () => ({ id: 'o1' }), { clock });
    await source.find({});
    await clock.advance(300 * 24 * 3_600_000);
    expect(await run.facts.has('id', 'o1')).toBe(true);
  });

  it('D-28: a session holds so many facts and no more, and says so', async () => {
    const events: ActGuardEvent[] = [];
    const store = new MemoryStore({ maxFactsPerSession: 2 });
    const { run, source } = await open({ kind: 'id', extract: '[]' }, () => ['a', 'b', 'c'], {
      store,
      onEvent: (event) => void events.push(event),
    });
    expect(await source.find({})).toHaveLength(3);
    expect(await valuesOf(run)).toEqual(['a', 'b']);
    expect(events.filter(({ name }) => name === 'guard.intervention')).toMatchObject([
      { guardName: 'prove', action: 'facts_dropped' },
    ]);
  });

  it('a replay mints nothing', async () => {
    @Agent()
    class Once {
      @Tool()
      @Idempotent({ key: 'key' })
      @Prove({ kind: 'id', extract: 'id' })
      async find(_args: { key: string }) {
        return { id: 'o1' };
      }
    }
    host = await AgentHost.create({ agents: [Once] });
    const run = host.open();
    await run.get(Once).find({ key: 'k' });
    run.facts.revoke('id');
    expect(await run.get(Once).find({ key: 'k' })).toEqual({ id: 'o1' });
    expect(await valuesOf(run)).toEqual([]);
  });

  it('stores the argument that a fact is about, where it is an id', async () => {
    const { run, source } = await open({ kind: 'order', extract: 'id', about: 'user' }, () => ({ id: 'o1' }));
    await source.find({ user: 'alice' });
    await source.find({ user: 7 });
    await source.find({ user: ['bob'] });
    expect((await run.facts.list()).map(({ about }) => about)).toEqual(['alice', '7', undefined]);
  });

  it('stores what an extractor says that a value is about, before the argument', async () => {
    const mails = [
      { id: 'm1', from: 'mina' },
      { id: 'm2', from: 'ole' },
      { id: 'm3', from: 'mina' },
      { id: 'm4', from: undefined },
    ];
    const extract = (found: typeof mails) => [...found.map(({ id, from }) => factAbout(id, from)), 'm5'];
    const { run, source } = await open({ kind: 'mail', extract, about: 'user' }, () => mails);
    await source.find({ user: 'alice' });
    const facts = (await run.facts.list('mail')).map(({ value, about }) => [value, about]);
    expect(facts).toEqual(
      expect.arrayContaining([
        ['m1', 'mina'],
        ['m2', 'ole'],
        ['m3', 'mina'],
        ['m5', 'alice'],
      ]),
    );
    expect(facts).toHaveLength(4);
  });

  it('keeps the first values of what is about several, and counts them together', async () => {
    const extract = (values: readonly string[]) => values.map((value, index) => factAbout(value, `a${index % 2}`));
    const proofs = { kind: 'v', extract, maxItems: 3, onTooMany: 'truncate' as const };
    const { run, source } = await open(proofs, () => ['1', '2', '3', '4', '5']);
    await source.find({});
    expect(await valuesOf(run)).toHaveLength(3);
    await host?.close();
    const blocked = await open({ kind: 'v', extract, maxItems: 4 }, () => ['1', '2', '3', '4', '5']);
    await expect(blocked.source.find({})).rejects.toMatchObject({ code: 'TOO_MANY_RESULTS' });
    expect(await valuesOf(blocked.run)).toEqual([]);
  });

  it('takes no result for what only factAbout can say', async () => {
    const forged = [{ value: 'm1', about: 'mina' }];
    expect(await minted((found: unknown) => found, forged)).toEqual([]);
    await host?.close();
    expect(await minted('[]', forged)).toEqual([]);
  });

  it('warns of no missing about where an extractor may say it', async () => {
    @Agent()
    class Mailbox {
      @Tool()
      @Prove({
        kind: 'mail',
        extract: (found: { id: string; from: string }[]) => found.map((m) => factAbout(m.id, m.from)),
      })
      async list() {
        return [{ id: 'm1', from: 'mina' }];
      }

      @Tool()
      @Enforce(requireFact('id', 'mail', { about: 'sender' }))
      async remove({ id }: { id: string; sender: string }) {
        return id;
      }
    }
    host = await AgentHost.create({ agents: [Mailbox] });
    expect(
      host
        .explain(Mailbox)
        .tools.flatMap(({ warnings }) => warnings)
        .join(),
    ).not.toContain('no @Prove of it says about');
    const agent = host.open().get(Mailbox);
    await agent.list();
    expect(await agent.remove({ id: 'm1', sender: 'mina' })).toBe('m1');
    await expect(agent.remove({ id: 'm1', sender: 'ole' })).rejects.toMatchObject({ code: 'MISSING_FACT' });
  });

  it('a tool that yields proves each value as it comes', async () => {
    @Agent()
    class Stream {
      @Tool()
      @Prove({ kind: 'id', extract: 'id' })
      async *find(_args: object) {
        yield { id: 'o1' };
        yield { id: 'o2' };
      }
    }
    host = await AgentHost.create({ agents: [Stream] });
    const run = host.open();
    const found: string[][] = [];
    for await (const _ of run.get(Stream).find({})) found.push(await valuesOf(run));
    expect(found).toEqual([['o1'], ['o1', 'o2']]);
  });

  it.each<[string, object, string]>([
    ['no kind', { kind: '', extract: 'id' }, 'Prove.kind'],
    ['no extract', { kind: 'id' }, 'Prove.extract'],
    ['a path that is none', { kind: 'id', extract: 'a[0]' }, 'Prove.extract'],
    ['a ttl that is none', { kind: 'id', extract: 'id', ttl: 'soon' }, 'Prove.ttl'],
    ['no items', { kind: 'id', extract: 'id', maxItems: 0 }, 'Prove.maxItems'],
    ['an unknown choice', { kind: 'id', extract: 'id', onTooMany: 'raise' }, 'Prove.onTooMany'],
    ['an unknown option', { kind: 'id', extract: 'id', trust: true }, 'Prove.trust'],
  ])('%s is an error when the host is created', async (_what, options, option) => {
    await expect(open(options as Options, () => null)).rejects.toMatchObject({
      problems: [{ className: 'Source', method: 'find', option }],
    });
  });
});
