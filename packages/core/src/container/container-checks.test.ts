import { describe, expect, it } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import type { ConfigurationProblem } from '../errors/usage-errors.js';
import { HostConfigurationError } from '../errors/usage-errors.js';
import { buildContainer } from './container.js';
import { Injectable } from './injectable.js';

class Pool {}
class Logger {}

function problemsOf(options: Parameters<typeof buildContainer>[0]): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  buildContainer(options, problems);
  return problems;
}

/** Classes as a JavaScript user declares them: without the compiler's checks. */
function needing(name: string, inject: readonly unknown[], scope?: string) {
  const made = { [name]: class {} }[name] as new () => object;
  (Injectable as (options: object) => (target: object) => void)({ inject, scope })(made);
  return made;
}

describe('buildContainer', () => {
  it('accepts every kind of provider', () => {
    const providers = [
      Pool,
      { provide: 'url', useValue: undefined },
      { provide: Logger, useClass: Logger, scope: 'transient' },
      { provide: 'log', useExisting: Logger },
      { provide: Symbol('made'), inject: [Pool, 'url'], useFactory: (pool: Pool) => pool },
    ];
    expect(problemsOf({ providers })).toEqual([]);
  });

  it('reports every problem, not only the first', () => {
    const problems = problemsOf({
      providers: [undefined, needing('A', [Pool]), needing('B', ['B']), Logger, Logger],
      imports: [undefined],
      agents: [3],
    });
    expect(problems.map(({ code }) => code).sort()).toEqual([
      'usage.module_invalid',
      'usage.provider_duplicate',
      'usage.provider_invalid',
      'usage.provider_invalid',
      'usage.provider_missing',
      'usage.provider_missing',
    ]);
  });

  it('reads well in the error of the host', () => {
    const problems = problemsOf({ providers: [needing('Repository', [Pool]), undefined] });
    expect(new HostConfigurationError(problems).message.split('\n')).toEqual([
      '2 configuration problems:',
      expect.stringMatching(/^ {2}- AgentHost @providers\[1\]: is undefined: probably two files import each other/),
      '  - Repository @Injectable.inject = [function Pool]: nothing that AgentHost sees provides Pool: add it to providers',
    ]);
  });

  describe('missing providers', () => {
    it('says who needs what', () => {
      expect(problemsOf({ providers: [needing('Repository', [Pool])] })).toEqual([
        {
          code: 'usage.provider_missing',
          className: 'Repository',
          option: 'Injectable.inject',
          value: Pool,
          message: 'nothing that AgentHost sees provides Pool: add it to providers',
        },
      ]);
    });

    it('says so of the dependencies of agents and factories, and of aliases', () => {
      @Agent({ inject: [Pool] })
      class OrderAgent {}
      const problems = problemsOf({
        agents: [OrderAgent],
        providers: [
          { provide: 'made', inject: [Pool], useFactory: () => 1 },
          { provide: 'other', useExisting: Pool },
        ],
      });
      expect(problems.map(({ className, option }) => [className, option])).toEqual([
        ['"made"', 'providers[0].inject'],
        ['"other"', 'providers[1].useExisting'],
        ['OrderAgent', 'Agent.inject'],
      ]);
    });

    it('suggests a name that is near', () => {
      const [problem] = problemsOf({
        providers: [needing('A', ['databse-url']), { provide: 'database-url', useValue: '' }],
      });
      expect(problem?.message).toContain('did you mean "database-url"?');
    });

    it('tells a token of the same name from the one that is provided', () => {
      const [problem] = problemsOf({
        providers: [needing('A', [Symbol('url')]), { provide: Symbol('url'), useValue: '' }],
      });
      expect(problem?.message).toContain('another token of that name');
    });

    it('says where an agent that is injected has to be listed', () => {
      @Agent()
      class OrderAgent {}
      expect(problemsOf({ providers: [needing('A', [OrderAgent], 'run')] })[0]?.message).toContain('add it to agents');
    });

    it('does not blame those who need a provider that is itself wrong', () => {
      const problems = problemsOf({ providers: [needing('A', [Pool]), { provide: Pool, useClass: undefined }] });
      expect(problems.map(({ code, className }) => [code, className])).toEqual([['usage.provider_invalid', 'Pool']]);
    });
  });

  describe('circular providers', () => {
    it('prints the path', () => {
      const providers = [
        needing('A', ['b']),
        { provide: 'b', useExisting: 'c' },
        { provide: 'c', inject: ['a'], useFactory: () => 1 },
      ];
      const [problem, ...others] = problemsOf({
        providers: [...providers, { provide: 'a', useExisting: providers[0] }],
      });
      expect(problem).toMatchObject({ code: 'usage.provider_circular', className: 'A', option: 'Injectable.inject' });
      expect(problem?.message).toBe('needs itself: A -> "b" -> "c" -> "a" -> A');
      expect(others).toEqual([]);
    });

    it('finds a cycle that is not at the start, and an alias of itself', () => {
      const problems = problemsOf({
        providers: [
          needing('Start', ['x']),
          { provide: 'x', inject: ['y'], useFactory: () => 1 },
          { provide: 'y', inject: ['x'], useFactory: () => 1 },
          { provide: 'self', useExisting: 'self' },
        ],
      });
      expect(problems.map(({ message }) => message)).toEqual([
        'needs itself: "x" -> "y" -> "x"',
        'needs itself: "self" -> "self"',
      ]);
    });

    it('finds agents that need each other', () => {
      class FirstAgent {}
      class SecondAgent {}
      Agent({ inject: [SecondAgent] })(FirstAgent);
      Agent({ inject: [FirstAgent] })(SecondAgent);
      expect(problemsOf({ agents: [FirstAgent, SecondAgent] })).toEqual([
        expect.objectContaining({
          option: 'Agent.inject',
          message: 'needs itself: FirstAgent -> SecondAgent -> FirstAgent',
        }),
      ]);
    });

    it('takes a provider that several need for no cycle', () => {
      expect(
        problemsOf({
          providers: [
            needing('A', ['b', 'c']),
            needing('B', [Pool]),
            Pool,
            { provide: 'b', useExisting: Pool },
            { provide: 'c', useExisting: Pool },
          ],
        }),
      ).toEqual([]);
    });
  });

  describe('scopes', () => {
    const basket = { provide: 'basket', useFactory: () => 1, scope: 'run' };

    it('refuses a singleton that needs something of a run, through transients and aliases too', () => {
      const problems = problemsOf({
        providers: [
          basket,
          needing('Direct', ['basket']),
          needing('Indirect', ['transient']),
          { provide: 'transient', inject: ['alias'], useFactory: () => 1, scope: 'transient' },
          { provide: 'alias', useExisting: 'basket' },
        ],
      });
      expect(problems.map(({ code, className }) => [code, className])).toEqual([
        ['usage.provider_scope', 'Direct'],
        ['usage.provider_scope', 'Indirect'],
      ]);
      expect(problems[1]?.message).toContain('Indirect -> "transient" -> "alias" -> "basket"');
    });

    it('blames the singleton that needs it, not those that need that one', () => {
      const problems = problemsOf({
        providers: [needing('Outer', ['inner']), { provide: 'inner', useClass: needing('I', ['basket']) }, basket],
      });
      expect(problems.map(({ className }) => className)).toEqual(['"inner"']);
    });

    it('refuses a singleton that needs an agent', () => {
      @Agent()
      class OrderAgent {}
      const [problem] = problemsOf({ agents: [OrderAgent], providers: [needing('Service', [OrderAgent])] });
      expect(problem?.message).toContain('Service -> OrderAgent (OrderAgent is an agent)');
    });

    it('lets what lives in a run, and agents, need anything', () => {
      @Agent({ inject: ['basket', Pool] })
      class OrderAgent {}
      expect(
        problemsOf({ agents: [OrderAgent], providers: [basket, Pool, needing('A', ['basket', OrderAgent], 'run')] }),
      ).toEqual([]);
    });

    it('lets the scope of a provider win over the scope of its class', () => {
      const target = needing('Basket', [], 'run');
      const providers = [{ provide: 'b', useClass: target, scope: 'singleton' }, needing('A', ['b'])];
      expect(problemsOf({ providers })).toEqual([]);
      expect(problemsOf({ providers: [{ provide: 'b', useClass: target }, needing('A', ['b'])] })).toHaveLength(1);
    });
  });

  describe('malformed providers', () => {
    it.each<[unknown, RegExp]>([
      [undefined, /two files import each other/],
      [null, /is not a provider/],
      [3, /is not a provider/],
      ['text', /is not a provider/],
      [[Pool], /is not a provider/],
      [() => new Pool(), /is not a class; useFactory calls a function/],
      [{}, /provide is missing or undefined/],
      [{ provide: undefined, useClass: Pool }, /provide is missing or undefined/],
      [{ provide: 3, useClass: Pool }, /provide is not a token/],
      [{ provide: Pool }, /needs one of useClass, useValue, useFactory, useExisting/],
      [{ provide: Pool, useClass: Pool, useValue: 1 }, /has both useClass and useValue/],
      [{ provide: Pool, useClas: Pool }, /option useClas has no meaning here: did you mean useClass\?/],
      [{ provide: Pool, useValue: 1, scope: 'run' }, /option scope has no meaning here/],
      [{ provide: Pool, useClass: undefined }, /useClass is undefined: probably two files import each other/],
      [{ provide: Pool, useClass: () => 1 }, /is not a class/],
      [{ provide: Pool, useFactory: 3 }, /useFactory is not a function/],
      [{ provide: Pool, useExisting: 3 }, /useExisting is not a token/],
      [{ provide: Pool, useClass: Pool, scope: 'request' }, /scope must be one of singleton, run, transient/],
      [{ provide: Pool, useFactory: () => 1, inject: Pool }, /must be an array of tokens/],
      [{ provide: Pool, useFactory: () => 1, inject: [undefined] }, /two files import each other/],
      [{ provide: Pool, useFactory: () => 1, inject: [3] }, /is not a token/],
    ])('reports %p', (provider, message) => {
      expect(problemsOf({ providers: [provider] })).toEqual([
        expect.objectContaining({ code: 'usage.provider_invalid', message: expect.stringMatching(message) }),
      ]);
    });

    it('reports a hole in a list as what is missing there', () => {
      const providers = new Array<unknown>(2);
      providers[0] = Pool;
      const inject = new Array<unknown>(2);
      inject[1] = Pool;
      const problems = problemsOf({ providers: [...providers.slice(0, 1), needing('A', inject)] });
      expect(problems.map(({ option }) => option)).toEqual(['Injectable.inject[0]']);
      expect(problemsOf({ providers }).map(({ option }) => option)).toEqual(['providers[1]']);
    });

    it('reports options that are no lists', () => {
      const problems = problemsOf({ providers: Pool as never, agents: {} as never });
      expect(problems.map(({ option, message }) => [option, message])).toEqual([
        ['providers', 'must be an array'],
        ['agents', 'must be an array'],
      ]);
    });

    it('asks for the tokens of a constructor with required parameters', () => {
      class Repository {
        constructor(_pool: Pool, _logger: Logger) {
          void [_pool, _logger];
        }
      }
      const [problem] = problemsOf({ providers: [Repository] });
      expect(problem).toMatchObject({
        code: 'usage.provider_invalid',
        className: 'Repository',
        option: 'Injectable.inject',
      });
      expect(problem?.message).toContain('takes 2 parameters but 0 are declared: name their tokens in @Injectable');
    });

    it('asks for those of an agent in @Agent', () => {
      @Agent()
      class OrderAgent {
        constructor(_pool: Pool) {
          void _pool;
        }
      }
      const [problem] = problemsOf({ agents: [OrderAgent] });
      expect(problem).toMatchObject({ className: 'OrderAgent', option: 'Agent.inject' });
      expect(problem?.message).toContain('name their tokens in @Agent');
    });

    it('reports a scope in @Injectable that there is not', () => {
      expect(problemsOf({ providers: [needing('A', [], 'request')] })[0]?.message).toContain('scope must be one of');
    });

    it('keeps an agent out of the providers, where its tools would run unguarded', () => {
      @Agent()
      class OrderAgent {}
      class SpecialAgent extends OrderAgent {}
      @Injectable()
      class MarkedAgent extends OrderAgent {}
      for (const provider of [OrderAgent, SpecialAgent, MarkedAgent, { provide: 'agent', useClass: OrderAgent }]) {
        expect(problemsOf({ providers: [provider] })[0]?.message).toContain('list it in agents');
      }
    });

    it('names an agent by the name that it declares', () => {
      @Agent({ name: 'orders', inject: [Pool] })
      class OrderAgent {}
      expect(problemsOf({ agents: [OrderAgent] })[0]?.className).toBe('orders');
    });

    it('takes an option that is undefined for one that is not given', () => {
      const providers = [
        { provide: Pool, useValue: 1, scope: undefined },
        { provide: 'x', useFactory: () => 1, inject: undefined },
      ];
      expect(problemsOf({ providers })).toEqual([]);
    });

    it('does not count tokens where one of them is wrong', () => {
      class Repository {
        constructor(_pool: Pool) {
          void _pool;
        }
      }
      (Injectable as (options: object) => (target: object) => void)({ inject: [undefined] })(Repository);
      expect(problemsOf({ providers: [Repository] }).map(({ option }) => option)).toEqual(['Injectable.inject[0]']);
    });

    it('names an anonymous class, and one with a static member called name', () => {
      const anonymous = [class {}][0];
      const named = Object.defineProperty(class {}, 'name', { value: 3 });
      expect(problemsOf({ providers: [anonymous, anonymous] })[0]?.className).toBe('(anonymous class)');
      expect(problemsOf({ providers: [named, named] })[0]?.className).toBe('(anonymous class)');
    });
  });

  describe('duplicates', () => {
    it('are reported within one list', () => {
      const problems = problemsOf({ providers: [Pool, Logger, { provide: Pool, useValue: new Pool() }] });
      expect(problems).toEqual([
        expect.objectContaining({ code: 'usage.provider_duplicate', className: 'Pool', option: 'providers[2]' }),
      ]);
      expect(problems[0]?.message).toContain('AgentHost already provides it in providers[0]');
    });

    it('are reported for an agent that is listed twice', () => {
      @Agent()
      class OrderAgent {}
      expect(problemsOf({ agents: [OrderAgent, OrderAgent] }).map(({ option }) => option)).toEqual(['agents[1]']);
    });
  });

  it('keeps tokens apart that plain objects would confuse', async () => {
    const problems: ConfigurationProblem[] = [];
    const providers = ['__proto__', 'constructor', 'toString'].map((provide, useValue) => ({ provide, useValue }));
    const container = buildContainer({ providers }, problems);
    expect(problems).toEqual([]);
    await container.initialise();
    expect(providers.map(({ provide }) => container.get(provide))).toEqual([0, 1, 2]);
    expect(problemsOf({ providers: [needing('A', ['__proto__', 'hasOwnProperty'])] })).toHaveLength(2);
  });

  it('leaves frozen options alone', () => {
    const frozen = Object.freeze({ provide: 'x', inject: Object.freeze([Pool]), useFactory: () => 1 });
    expect(problemsOf(Object.freeze({ providers: Object.freeze([Pool, frozen]), agents: Object.freeze([]) }))).toEqual(
      [],
    );
  });
});
