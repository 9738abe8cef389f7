import { afterEach, describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import {
  Agent,
  AgentHost,
  blockRegex,
  CircuitBreaker,
  type ConfigurationProblem,
  defineGuard,
  Enforce,
  Idempotent,
  Prove,
  type Rule,
  requireCall,
  requireFact,
  rule,
  Tool,
  threshold,
  UsageError,
} from '../index.js';

// JavaScript passes anything; so do these tests.
type Anything = any;

let host: AgentHost | undefined;
afterEach(async () => {
  await host?.close();
  host = undefined;
});

async function problemsOf(...agents: (new () => object)[]): Promise<readonly ConfigurationProblem[]> {
  try {
    host = await AgentHost.create({ agents });
    return [];
  } catch (error) {
    return (error as { problems: readonly ConfigurationProblem[] }).problems;
  }
}

const wrong = (value: unknown) => value as never;

/** Problems of a tool with these decorators, as `option: message`. */
async function problemsWith(...decorators: Anything[]): Promise<readonly string[]> {
  class Shop {
    @Tool()
    async act(args: { id: string; amount: number; idempotencyKey: string }) {
      return args;
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, 'act');
  const bag = (Shop as Anything)[Symbol.metadata];
  for (const decorate of decorators)
    decorate(descriptor?.value, { kind: 'method', name: 'act', static: false, private: false, metadata: bag });
  Agent()(Shop, { kind: 'class', name: 'Shop', metadata: bag } as Anything);
  const problems = await problemsOf(Shop);
  return problems.map(({ option, message }) => `${option}: ${message}`);
}

const enforced = (...rules: unknown[]) => problemsWith((Enforce as Anything)(...rules));
const passes: Rule<object> = rule('passes', () => true);

describe('what is no rule', () => {
  it.each<[string, unknown[]]>([
    ['an undefined rule first', [undefined, passes]],
    ['an undefined rule last', [passes, undefined]],
    ['an undefined rule after options', [{ mode: 'enforce' }, passes, undefined]],
    ['null', [null, passes]],
    ['a text', ['passes', passes]],
  ])('%s is reported', async (_what, rules) => {
    expect(await enforced(...rules)).toEqual(['Enforce: is no rule']);
  });

  it('no rule at all is reported as that', async () => {
    expect(await enforced()).toEqual(['Enforce: needs at least one rule']);
    expect(await enforced({ mode: 'enforce' })).toEqual(['Enforce: needs at least one rule']);
  });
});

describe('options of rules', () => {
  const makers: [string, (options: unknown) => unknown][] = [
    ['requireFact', (options) => requireFact<Anything>('id', 'k', options as object)],
    ['requireCall', (options) => requireCall('Shop.act', options as object)],
    ['threshold', (options) => threshold<Anything>('amount', { max: 1, ...(options as object) })],
    ['blockRegex', (options) => blockRegex<Anything>('id', /x/, options as object)],
    ['rule', (options) => rule('r', () => true, options as object)],
  ];

  it.each(makers)('%s: a hint must be a text', async (name, make) => {
    const message = `Enforce.${name}.hint: must be a text that is not blank`;
    for (const hint of [42, null, {}, Symbol('s'), ' ']) expect(await enforced(make({ hint }))).toEqual([message]);
    expect(await enforced(make({ hint: 'Ask the user.' }))).toEqual([]);
  });

  it.each(makers)('%s: an unknown option is reported', async (name, make) => {
    expect(await enforced(make({ withn: '1m' }))).toEqual([
      expect.stringContaining(`Enforce.${name}.withn: is no option of @Enforce.${name}; its options are`),
    ]);
  });

  it.each(makers.filter(([name]) => name !== 'threshold'))('%s: null is no object of options', async (name, make) => {
    expect(await enforced(make(null))).toEqual([`Enforce.${name}: must be an object of options`]);
  });

  it.each<[string, () => unknown, string[]]>([
    ['requireFact', () => requireFact(wrong(Symbol('a')), wrong(Symbol('b'))), ['requireFact.kind', 'requireFact']],
    ['requireFact about', () => requireFact<Anything>('id', 'k', { about: wrong(Symbol('a')) }), ['requireFact.about']],
    ['requireFact from', () => requireFact<Anything>('id', 'k', { from: [wrong(Symbol('a'))] }), ['requireFact.from']],
    ['requireCall', () => requireCall(wrong(Symbol('a'))), ['requireCall']],
    ['threshold', () => threshold<Anything>('amount', { max: wrong(Symbol('a')), min: 1 }), ['threshold.max']],
    ['threshold of', () => threshold(wrong(Symbol('a')), { max: 1 }), ['threshold']],
    [
      'blockRegex',
      () => blockRegex(wrong(Symbol('a')), wrong(Object.create(null))),
      ['blockRegex', 'blockRegex.pattern'],
    ],
    ['rule', () => rule(wrong(Symbol('a')), () => true), ['rule']],
  ])('%s: a symbol is a problem, no TypeError', async (_name, make, options) => {
    const problems = await enforced(make());
    expect(problems.map((each) => each.slice(0, each.indexOf(':')))).toEqual(options.map((each) => `Enforce.${each}`));
  });

  it('blockRegex says that it needs a pattern', async () => {
    expect(await enforced((blockRegex as Anything)('id'))).toEqual([
      'Enforce.blockRegex.pattern: must be a RegExp or the text of one',
    ]);
  });
});

describe('options of decorators', () => {
  it.each<[string, () => Anything]>([
    ['@Prove()', () => (Prove as Anything)()],
    ['@Prove(null)', () => Prove(wrong(null))],
    ['@Tool({ prove: null })', () => Tool({ prove: wrong(null) })],
  ])('%s is reported together with the other problems', async (_what, make) => {
    const problems = await problemsWith(make(), (Enforce as Anything)(undefined));
    expect(problems).toContain('Prove: must be an object of options');
    expect(problems).toContain('Enforce: is no rule');
  });

  it('@Idempotent reports safeErrors that are no list, and a key that names nothing', async () => {
    for (const safeErrors of [null, {}, [null]])
      expect(await problemsWith(Idempotent<Anything>({ safeErrors: wrong(safeErrors) }))).toEqual([
        'Idempotent.safeErrors: must be a list of error classes',
      ]);
    expect(await problemsWith(Idempotent<Anything>({ key: wrong(Symbol('k')) }))).toEqual([
      'Idempotent.key: must be the name of an argument',
    ]);
  });

  it('@Prove reports an about that is no name', async () => {
    const about = wrong(Symbol('a'));
    expect(await problemsWith(Prove<Anything, Anything>({ kind: 'k', extract: 'id', about }))).toEqual([
      'Prove.about: must be the name of an argument',
    ]);
  });

  it('@CircuitBreaker reports a symbol among its kinds', async () => {
    expect(await problemsWith(CircuitBreaker({ name: 'b', failOn: [wrong(Symbol('s'))] }))).toEqual([
      expect.stringContaining('CircuitBreaker.failOn: must hold only'),
    ]);
  });

  it.each([{ nam: 'x' }, null, 'x', { name: 1n }])('@Agent(%p) is refused at decoration', (options) => {
    expect(() => Agent(wrong(options))(class Shop {})).toThrow(UsageError);
    expect(() => Agent(wrong(options))(class Shop {})).toThrow(/@Agent .*class Shop/);
  });
});

describe('overrides', () => {
  it('keep the schema of their ancestor where they say undefined', async () => {
    @Agent()
    class Base {
      @Tool({ input: v.object({ id: v.string() }) })
      async act(args: { id: string }) {
        return args.id;
      }
    }
    @Agent()
    class Careful extends Base {
      @Tool({ description: 'Acts.', input: undefined } as object)
      override async act(args: { id: string }) {
        return args.id;
      }
    }
    host = await AgentHost.create({ agents: [Careful] });
    const agent = host.open().get(Careful);
    await expect(agent.act({ id: wrong(5) })).rejects.toMatchObject({ code: 'guard.input_invalid' });
    await expect(agent.act({ id: 'a' })).resolves.toBe('a');
  });

  const guardNamed = (name: string) => defineGuard({ name, create: () => ({ admit() {} }) });

  it('must not replace a guard by another one of the same name', async () => {
    const [Mine, Theirs] = [guardNamed('officeHours'), guardNamed('officeHours')];
    @Agent()
    class Base {
      @Tool()
      @Theirs()
      async act(_args: object) {}
    }
    @Agent()
    class Other extends Base {
      @Mine()
      override async act(_args: object) {}
    }
    @Agent()
    class Same extends Base {
      @Theirs({ mode: 'observe' })
      override async act(_args: object) {}
    }
    expect(await problemsOf(Same)).toEqual([]);
    await host?.close();
    expect(await problemsOf(Other)).toMatchObject([
      { code: 'usage.guard_twice', className: 'Other', method: 'act', message: expect.stringContaining('officeHours') },
    ]);
  });
});

describe('defineGuard', () => {
  const create = () => ({});
  it.each([
    ...['input', 'runState', 'store', 'custom', 'enforce', 'Big', '', undefined, 1n].map((name) => ({ name, create })),
    { name: 'fine' },
    { name: 'fine', create: 'no function' },
    undefined,
    null,
    'officeHours',
  ])('refuses %p', (custom) => {
    expect(() => (defineGuard as Anything)(custom)).toThrow(UsageError);
  });
});

describe('paths that the schema does not know', () => {
  const flight = v.object({ number: v.string(), seat: v.object({ row: v.number() }) });
  const input = v.object({
    flights: v.array(flight),
    grid: v.array(v.array(flight)),
    open: v.looseObject({ known: v.string() }),
    either: v.union([flight, v.object({ other: v.string() })]),
    maybe: v.optional(flight),
    name: v.string(),
  });

  async function problemOf(path: string): Promise<readonly string[]> {
    @Agent()
    class Travel {
      @Tool<Anything>({ input: input as Anything })
      @Enforce(blockRegex<Anything>(path, /x/) as Rule<Anything>)
      async book(_args: Anything) {}
    }
    const problems = await problemsOf(Travel);
    await host?.close();
    host = undefined;
    return problems.map(({ message }) => message);
  }

  it.each([
    ['flights[].nmber', 'flights[] has no "nmber"; it has number, seat'],
    ['flights[].seat.rwo', 'flights[].seat has no "rwo"; it has row'],
    ['flights[].toString', 'flights[] has no "toString"; it has number, seat'],
    ['grid[][].nmber', 'grid[][] has no "nmber"; it has number, seat'],
    ['maybe.nmber', 'maybe has no "nmber"; it has number, seat'],
    ['flihgts[].number', 'names no argument; the arguments are flights, grid, open, either, maybe, name'],
  ])('%s is reported with the right names', async (path, message) => {
    expect(await problemOf(path)).toEqual([message]);
  });

  it.each([
    'flights[].number',
    'flights[].seat.row',
    'grid[][].number',
    'open.other',
    'either.unknown',
    'maybe.number',
    'name',
  ])('%s passes', async (path) => {
    expect(await problemOf(path)).toEqual([]);
  });
});
