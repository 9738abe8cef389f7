import { describe, expect, it } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import type { ConfigurationProblem } from '../errors/usage-errors.js';
import { buildContainer } from './container.js';
import { inject } from './inject.js';
import { Injectable } from './injectable.js';
import { type DynamicModule, Module } from './module.js';

class Pool {}
class Logger {}

function problemsOf(options: Parameters<typeof buildContainer>[0]): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  buildContainer(options, problems);
  return problems;
}

async function open(options: Parameters<typeof buildContainer>[0]) {
  const problems: ConfigurationProblem[] = [];
  const container = buildContainer(options, problems);
  expect(problems).toEqual([]);
  await container.initialise();
  return container;
}

@Injectable({ inject: [Pool] })
class Repository {
  readonly pool: Pool;
  constructor(pool: Pool) {
    this.pool = pool;
  }
}

@Module({ providers: [Pool, Logger], exports: [Pool] })
class DatabaseModule {}

describe('what a module sees', () => {
  it('is its own providers and what its imports export', async () => {
    @Module({ imports: [DatabaseModule], providers: [Repository], exports: [Repository] })
    class OrderModule {}
    const container = await open({ imports: [OrderModule, DatabaseModule] });
    expect(container.get(Repository).pool).toBe(container.get(Pool));
  });

  it('is not what an import keeps to itself', () => {
    @Injectable({ inject: [Logger] })
    class Audit {}
    @Module({ imports: [DatabaseModule], providers: [Audit as never] })
    class AuditModule {}
    const [problem, ...others] = problemsOf({ imports: [AuditModule] });
    expect(problem).toMatchObject({ code: 'usage.provider_missing', className: 'Audit' });
    expect(problem?.message).toBe(
      'nothing that AuditModule sees provides Logger: DatabaseModule provides it but does not export it',
    );
    expect(others).toEqual([]);
  });

  it('is not what the imports of an import export', () => {
    @Module({ imports: [DatabaseModule] })
    class MiddleModule {}
    @Module({ imports: [MiddleModule], providers: [Repository] })
    class OrderModule {}
    expect(problemsOf({ imports: [OrderModule] })[0]?.message).toContain(
      'DatabaseModule exports it, so import that module',
    );
  });

  it('is not what the host itself provides', () => {
    @Module({ providers: [Repository] })
    class OrderModule {}
    const [problem] = problemsOf({ imports: [OrderModule], providers: [Pool] });
    expect(problem?.message).toContain('the host provides it, but a module sees only what it provides itself');
  });

  it('is for the host what its imports export', async () => {
    const container = await open({ imports: [DatabaseModule], providers: [Repository] });
    expect(container.get(Repository).pool).toBeInstanceOf(Pool);
    expect(() => container.get(Logger)).toThrow(expect.objectContaining({ code: 'usage.provider_missing' }));
  });

  it('counts for inject() as for declared dependencies', async () => {
    class Audit {
      readonly logger = inject(Logger);
    }
    const problems: ConfigurationProblem[] = [];
    const container = buildContainer({ imports: [DatabaseModule], providers: [Audit] }, problems);
    expect(problems).toEqual([]);
    await expect(container.initialise()).rejects.toMatchObject({ code: 'usage.provider_missing' });
  });

  it('is what its agents see too, wherever they are used', async () => {
    @Agent({ inject: [Logger] })
    class OrderAgent {
      readonly logger: Logger;
      constructor(logger: Logger) {
        this.logger = logger;
      }
    }
    @Module({ providers: [Logger], agents: [OrderAgent] })
    class OrderModule {}
    const own = new Logger();
    const container = await open({ imports: [OrderModule], providers: [{ provide: Logger, useValue: own }] });
    expect(container.openRun().construct(OrderAgent).logger).not.toBe(own);
  });

  it('is its own provider where an import exports the token too', async () => {
    const own = new Pool();
    const container = await open({
      imports: [DatabaseModule],
      providers: [{ provide: Pool, useValue: own }, Repository],
    });
    expect(container.get(Repository).pool).toBe(own);
  });

  it('must be decided where two imports export one token, unless nobody needs it', () => {
    @Module({ providers: [Pool], exports: [Pool] })
    class OtherModule {}
    expect(problemsOf({ imports: [DatabaseModule, OtherModule] })).toEqual([]);
    const [problem] = problemsOf({ imports: [DatabaseModule, OtherModule], providers: [Repository] });
    expect(problem).toMatchObject({ code: 'usage.provider_ambiguous', className: 'Repository' });
    expect(problem?.message).toContain('DatabaseModule (Module.providers[0]) and OtherModule (Module.providers[0])');
  });

  it('must be decided for inject() and for the host too', async () => {
    @Module({ providers: [Pool], exports: [Pool] })
    class OtherModule {}
    class Service {
      readonly pool = inject(Pool);
    }
    const imports = [DatabaseModule, OtherModule];
    const container = await open({ imports });
    expect(() => container.get(Pool)).toThrow(expect.objectContaining({ code: 'usage.provider_ambiguous' }));
    const failing = buildContainer({ imports, providers: [Service] }, []).initialise();
    await expect(failing).rejects.toMatchObject({ code: 'usage.provider_ambiguous', details: { path: 'Service' } });
  });
});

describe('exports', () => {
  it('may pass on a token or a whole module that is imported', async () => {
    @Module({ imports: [DatabaseModule], exports: [Pool] })
    class TokenModule {}
    @Module({ imports: [TokenModule], exports: [TokenModule] })
    class WholeModule {}
    const container = await open({ imports: [WholeModule], providers: [Repository] });
    expect(container.get(Repository).pool).toBeInstanceOf(Pool);
  });

  it('that come on two ways are one', async () => {
    @Module({ imports: [DatabaseModule], exports: [DatabaseModule] })
    class LeftModule {}
    @Module({ imports: [DatabaseModule], exports: [Pool] })
    class RightModule {}
    const container = await open({ imports: [LeftModule, RightModule], providers: [Repository] });
    expect(container.get(Repository).pool).toBe(container.get(Pool));
  });

  it('may name agents, which others then can inject', async () => {
    @Agent()
    class OrderAgent {}
    @Agent()
    class ShopAgent {
      readonly orders = inject(OrderAgent);
    }
    @Module({ agents: [OrderAgent], exports: [OrderAgent] })
    class OrderModule {}
    const run = (await open({ imports: [OrderModule], agents: [ShopAgent] })).openRun();
    expect(run.construct(ShopAgent).orders).toBe(run.construct(OrderAgent));
  });

  it('of what is neither own nor imported is an error', () => {
    @Module({ imports: [DatabaseModule], exports: [Logger] })
    class LogModule {}
    @Module({ exports: [DatabaseModule, undefined as never, 3 as never] })
    class WholeModule {}
    const problems = problemsOf({ imports: [LogModule, WholeModule] });
    expect(problems.map(({ code, className, option }) => [code, className, option])).toEqual([
      ['usage.module_export', 'LogModule', 'Module.exports[0]'],
      ['usage.module_export', 'WholeModule', 'Module.exports[0]'],
      ['usage.module_export', 'WholeModule', 'Module.exports[1]'],
      ['usage.module_export', 'WholeModule', 'Module.exports[2]'],
    ]);
    expect(problems[0]?.message).toContain('Logger is neither provided here nor exported by an imported module');
    expect(problems[2]?.message).toContain('two files import each other');
  });
});

describe('a module', () => {
  it('that is imported in several places is one', async () => {
    let made = 0;
    class Counted {
      readonly number = ++made;
    }
    @Module({ providers: [Counted], exports: [Counted] })
    class SharedModule {}
    @Module({ imports: [SharedModule] })
    class FirstModule {}
    @Module({ imports: [SharedModule] })
    class SecondModule {}
    await open({ imports: [FirstModule, SecondModule, SharedModule] });
    expect(made).toBe(1);
  });

  it('that imports itself over others is an error that prints the path', () => {
    const imports: object[] = [];
    @Module({ imports: imports as never })
    class FirstModule {}
    @Module({ imports: [FirstModule] })
    class SecondModule {}
    imports.push(SecondModule);
    const [problem, ...others] = problemsOf({ imports: [FirstModule] });
    expect(problem).toMatchObject({
      code: 'usage.module_circular',
      className: 'SecondModule',
      option: 'Module.imports[0]',
    });
    expect(problem?.message).toBe('modules import each other: FirstModule -> SecondModule -> FirstModule');
    expect(others).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /two files import each other/],
    ['a class without @Module', Pool, /has no @Module; a provider belongs in providers/],
    ['a promise', Promise.resolve({ module: DatabaseModule }), /is a promise: await it/],
    ['an object without a class', { providers: [] }, /its module is not a class/],
    ['a text', 'DatabaseModule', /is not a module/],
  ])('cannot be %s', (_what, entry, message) => {
    expect(problemsOf({ imports: [entry] })).toEqual([
      expect.objectContaining({
        code: 'usage.module_invalid',
        option: 'imports[0]',
        message: expect.stringMatching(message),
      }),
    ]);
  });

  it('has no options but its own', () => {
    const problems = problemsOf({ imports: [{ module: DatabaseModule, provider: [Pool] }] });
    expect(problems).toEqual([expect.objectContaining({ code: 'usage.module_invalid', option: 'provider' })]);
    expect(problems[0]?.message).toContain('did you mean providers?');
  });

  it('shares no agent with another', () => {
    @Agent()
    class OrderAgent {}
    @Module({ agents: [OrderAgent] })
    class OrderModule {}
    const [problem] = problemsOf({ imports: [OrderModule], agents: [OrderAgent] });
    expect(problem).toMatchObject({ code: 'usage.provider_duplicate', className: 'OrderAgent', option: 'agents[0]' });
    expect(problem?.message).toContain('already belongs to OrderModule');
  });
});

describe('a dynamic module', () => {
  const forUrl = (url: string): DynamicModule => ({
    module: DatabaseModule,
    providers: [{ provide: 'url', useValue: url }],
    exports: ['url'],
  });

  it('adds to what its class declares', async () => {
    const container = await open({ imports: [forUrl('postgres://a')], providers: [Repository] });
    expect(container.get('url')).toBe('postgres://a');
    expect(container.get(Repository).pool).toBeInstanceOf(Pool);
  });

  it('needs no @Module on its class', async () => {
    class PlainModule {}
    const container = await open({
      imports: [{ module: PlainModule, imports: [DatabaseModule], exports: [DatabaseModule] }],
    });
    expect(container.get(Pool)).toBeInstanceOf(Pool);
  });

  it('is one where the same object is imported, and another where another is', async () => {
    const shared = forUrl('postgres://a');
    @Module({ imports: [shared], exports: [shared] })
    class FirstModule {}
    expect((await open({ imports: [FirstModule, shared] })).get(Pool)).toBeInstanceOf(Pool);
    const problems = problemsOf({ imports: [shared, forUrl('postgres://b')], providers: [Repository] });
    expect(problems.map(({ code }) => code)).toEqual(['usage.provider_ambiguous']);
  });

  it('is exported by its class too', async () => {
    @Module({ imports: [forUrl('postgres://a')], exports: [DatabaseModule] })
    class FirstModule {}
    expect((await open({ imports: [FirstModule] })).get('url')).toBe('postgres://a');
  });

  it('cannot provide again what its class provides', () => {
    const problems = problemsOf({ imports: [{ module: DatabaseModule, providers: [Pool] }] });
    expect(problems).toEqual([expect.objectContaining({ code: 'usage.provider_duplicate', option: 'providers[0]' })]);
  });

  it('is left as it is, frozen or not', async () => {
    const frozen = Object.freeze({
      ...forUrl('postgres://a'),
      providers: Object.freeze([{ provide: 'url', useValue: 1 }]),
    });
    expect((await open({ imports: Object.freeze([frozen]) })).get('url')).toBe(1);
  });
});
