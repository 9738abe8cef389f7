import { describe, expect, it } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import type { ConfigurationProblem } from '../errors/usage-errors.js';
import { UsageError } from '../errors/usage-errors.js';
import { buildContainer, type Container } from './container.js';
import { inject } from './inject.js';
import { Injectable } from './injectable.js';
import { Module } from './module.js';

function build(options: Parameters<typeof buildContainer>[0]): Container {
  const problems: ConfigurationProblem[] = [];
  const container = buildContainer(options, problems);
  expect(problems).toEqual([]);
  return container;
}

async function failureOf(action: Promise<unknown>): Promise<UsageError> {
  const error: unknown = await action.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof UsageError) return error;
  throw error;
}

/** Classes that write down what happens to them. */
function recorder() {
  const log: string[] = [];
  const make = (name: string, inject: readonly unknown[] = [], scope?: string) => {
    const made = {
      [name]: class {
        constructor() {
          log.push(`new ${name}`);
        }
        onHostInit() {
          log.push(`init ${name}`);
        }
        onHostClose() {
          log.push(`close ${name}`);
        }
        [Symbol.asyncDispose]() {
          log.push(`dispose ${name}`);
        }
      },
    }[name] as new () => object;
    (Injectable as (options: object) => (target: object) => void)({ inject, scope })(made);
    return made;
  };
  return { log, make };
}

describe('initialise', () => {
  it('constructs every singleton once, dependencies first, and then starts them in that order', async () => {
    const { log, make } = recorder();
    const pool = make('Pool');
    const repository = make('Repository', [pool]);
    const service = make('Service', [repository, pool]);
    await build({ providers: [service, repository, pool] }).initialise();
    expect(log).toEqual(['new Pool', 'new Repository', 'new Service', 'init Pool', 'init Repository', 'init Service']);
  });

  it('awaits asynchronous factories one after the other, in the order of their inject, before any class', async () => {
    const log: string[] = [];
    const later = (name: string, inject: readonly string[]) => ({
      provide: name,
      inject,
      async useFactory(...dependencies: string[]) {
        log.push(`${name} <- ${dependencies}`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`${name} done`);
        return name;
      },
    });
    class Repository {
      readonly pool = inject<string>('pool');
      constructor() {
        log.push('Repository');
      }
    }
    const container = build({ providers: [Repository, later('pool', ['config']), later('config', [])] });
    await container.initialise();
    expect(log).toEqual(['config <- ', 'config done', 'pool <- config', 'pool done', 'Repository']);
    expect(container.get(Repository).pool).toBe('pool');
  });

  it('runs factories that need no class before those that do, so that inject() in classes finds them', async () => {
    class Repository {
      readonly pool = inject<string>('pool');
    }
    const cache = { provide: 'cache', inject: [Repository], useFactory: (repository: Repository) => repository.pool };
    const container = build({ providers: [cache, Repository, { provide: 'pool', useFactory: async () => 'open' }] });
    await container.initialise();
    expect(container.get('cache')).toBe('open');
  });

  it('says what to do if inject() comes before an asynchronous factory has finished', async () => {
    let calls = 0;
    class Settings {}
    class Repository {
      readonly pool = inject<string>('pool');
    }
    const container = build({
      providers: [
        { provide: 'cache', inject: [Repository], useFactory: (repository: Repository) => repository },
        { provide: 'pool', inject: [Settings], useFactory: async () => ++calls },
        Repository,
        Settings,
      ],
    });
    const error = await failureOf(container.initialise());
    expect(error.code).toBe('usage.provider_not_ready');
    expect(error.message).toContain('"cache" -> Repository -> "pool": the factory of "pool" is asynchronous');
    expect(error.message).toContain('name it in the inject list');
    expect(calls).toBe(1);
  });

  it('calls an asynchronous factory once, even if its result was asked for too early and the error swallowed', async () => {
    let calls = 0;
    class Settings {}
    class Repository {
      readonly early: unknown;
      constructor() {
        try {
          inject('pool');
        } catch (error) {
          this.early = error;
        }
      }
    }
    const container = build({
      providers: [
        { provide: 'cache', inject: [Repository], useFactory: (repository: Repository) => repository },
        { provide: 'pool', inject: [Settings], useFactory: async () => ++calls },
        Repository,
        Settings,
      ],
    });
    await container.initialise();
    expect(container.get(Repository).early).toMatchObject({ code: 'usage.provider_not_ready' });
    expect(container.get('pool')).toBe(1);
  });

  it('visits each provider once, however many ways lead to it', async () => {
    const levels = Array.from({ length: 40 }, (_, level) => ({
      provide: `level ${level}`,
      inject: level === 0 ? [] : [`level ${level - 1}`, `level ${level - 1}`],
      useFactory: () => level,
    }));
    const container = build({ providers: levels.reverse() });
    await container.initialise();
    expect(container.get('level 39')).toBe(39);
  });

  it('constructs nothing twice when it is called twice at once', async () => {
    const { log, make } = recorder();
    let calls = 0;
    const container = build({ providers: [make('Pool'), { provide: 'x', useFactory: async () => ++calls }] });
    await Promise.all([container.initialise(), container.initialise()]);
    await container.initialise();
    expect(log).toEqual(['new Pool', 'init Pool']);
    expect(calls).toBe(1);
  });

  it('waits for each onHostInit', async () => {
    const log: string[] = [];
    class First {
      async onHostInit() {
        await new Promise((resolve) => setImmediate(resolve));
        log.push('first');
      }
    }
    class Second {
      onHostInit() {
        log.push('second');
      }
    }
    await build({ providers: [First, Second] }).initialise();
    expect(log).toEqual(['first', 'second']);
  });

  it('gives falsy values and factories that return nothing as they are', async () => {
    const values = [0, '', false, null, undefined];
    let calls = 0;
    const container = build({
      providers: [
        ...values.map((useValue, index) => ({ provide: `v${index}`, useValue })),
        { provide: 'nothing', useFactory: () => void calls++ },
        { provide: 'needs nothing', inject: ['nothing'], useFactory: (nothing: unknown) => [nothing] },
      ],
    });
    await container.initialise();
    expect(values.map((_, index) => container.get(`v${index}`))).toEqual(values);
    expect(container.get('nothing')).toBeUndefined();
    expect(container.get('needs nothing')).toEqual([undefined]);
    expect(calls).toBe(1);
  });

  it('finds a cycle that only inject() shows', async () => {
    class First {
      readonly second: unknown = inject('second');
    }
    class Second {
      readonly first = inject(First);
    }
    const container = build({ providers: [First, { provide: 'second', useClass: Second }] });
    const error = await failureOf(container.initialise());
    expect(error.code).toBe('usage.provider_circular');
    expect(error.message).toContain('First -> "second" -> First');
  });

  it('refuses what lives in a run where only inject() shows that a singleton needs it', async () => {
    @Agent()
    class OrderAgent {}
    class Greedy {
      readonly agent = inject(OrderAgent);
    }
    class Early {
      readonly basket = inject('basket');
    }
    const basket = { provide: 'basket', scope: 'run', useFactory: () => 1 };
    const agents = await failureOf(build({ providers: [Greedy], agents: [OrderAgent] }).initialise());
    expect(agents).toMatchObject({ code: 'usage.provider_scope', details: { path: 'Greedy -> OrderAgent' } });
    const providers = await failureOf(build({ providers: [Early, basket] }).initialise());
    expect(providers).toMatchObject({ code: 'usage.provider_scope', details: { path: 'Early -> "basket"' } });
  });

  it('reports an asynchronous factory that fails while others are awaited', async () => {
    class Settings {}
    class Repository {
      constructor() {
        expect(() => inject('pool')).toThrow(expect.objectContaining({ code: 'usage.provider_not_ready' }));
      }
    }
    const container = build({
      providers: [
        { provide: 'cache', inject: [Repository], useFactory: () => new Promise((resolve) => setImmediate(resolve)) },
        { provide: 'pool', inject: [Settings], useFactory: () => Promise.reject(new Error('refused')) },
        Repository,
        Settings,
      ],
    });
    // Node would end the process at a rejection that nobody handles.
    expect((await failureOf(container.initialise())).cause).toEqual(new Error('refused'));
  });

  it('refuses an asynchronous transient factory, whose rejection goes nowhere', async () => {
    class Service {
      readonly stamp = inject('stamp');
    }
    const stamp = { provide: 'stamp', scope: 'transient', useFactory: () => Promise.reject(new Error('late')) };
    const error = await failureOf(build({ providers: [Service, stamp] }).initialise());
    expect(error.code).toBe('usage.provider_scope');
    expect(error.message).toContain('Service -> "stamp": the factory of "stamp" returned a promise');
  });

  it('makes a transient anew for each injection', async () => {
    class Stamp {}
    class Service {
      readonly first = inject<Stamp>('stamp');
      readonly second = inject<Stamp>('stamp');
    }
    const container = build({ providers: [Service, { provide: 'stamp', useClass: Stamp, scope: 'transient' }] });
    await container.initialise();
    const { first, second } = container.get(Service);
    expect(first).toBeInstanceOf(Stamp);
    expect(first).not.toBe(second);
  });
});

describe('a failing provider', () => {
  it.each([
    [
      'a constructor',
      {
        provide: 'pool',
        useClass: class {
          constructor() {
            throw new Error('refused');
          }
        },
      },
      'constructor',
    ],
    [
      'a factory',
      {
        provide: 'pool',
        useFactory: () => {
          throw new Error('refused');
        },
      },
      'factory',
    ],
    [
      'an asynchronous factory',
      {
        provide: 'pool',
        useFactory: async () => {
          throw new Error('refused');
        },
      },
      'factory',
    ],
  ])('that is %s is named with the way to it', async (_what, provider, what) => {
    @Injectable({ inject: ['pool'] })
    class Repository {
      constructor(_pool: unknown) {
        void _pool;
      }
    }
    const cache = { provide: 'cache', inject: [Repository], useFactory: () => 1 };
    const container = build({
      providers: [cache, Repository, { ...provider, inject: [] }].map((entry) =>
        'useClass' in entry ? { provide: entry.provide, useClass: entry.useClass } : entry,
      ),
    });
    const error = await failureOf(container.initialise());
    expect(error.code).toBe('usage.provider_failed');
    expect(error.message).toContain(`"pool" could not be made, its ${what} failed`);
    expect(error.message).toContain('providers[2] of AgentHost');
    expect(error.message).toMatch(/: refused$/);
    expect(error.cause).toEqual(new Error('refused'));
  });

  it('has the way to it in the details', async () => {
    class Pool {
      constructor() {
        throw new Error('refused');
      }
    }
    class Repository {
      readonly pool = inject(Pool);
    }
    const error = await failureOf(build({ providers: [Repository, Pool] }).initialise());
    expect(error.details).toEqual({ provider: 'Pool', path: 'Repository -> Pool' });
  });

  it('closes what was made until then, the last first, before it is reported', async () => {
    const { log, make } = recorder();
    const pool = make('Pool');
    const failing = {
      provide: 'x',
      inject: [make('Repository', [pool]), pool],
      useFactory: () => {
        throw new Error('no');
      },
    };
    const container = build({ providers: [failing, pool, failing.inject[0]] });
    await failureOf(container.initialise().finally(() => log.push('reported')));
    expect(log).toEqual([
      'new Pool',
      'new Repository',
      'close Repository',
      'dispose Repository',
      'close Pool',
      'dispose Pool',
      'reported',
    ]);
  });

  it('closes what an asynchronous factory opens after all', async () => {
    const log: string[] = [];
    const open = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return { [Symbol.dispose]: () => void log.push('disposed') };
    };
    class Settings {}
    class Repository {
      readonly pool = inject('pool');
    }
    const container = build({
      providers: [
        { provide: 'cache', inject: [Repository], useFactory: () => 1 },
        { provide: 'pool', inject: [Settings], useFactory: open },
        Repository,
        Settings,
      ],
    });
    await failureOf(container.initialise());
    expect(log).toEqual(['disposed']);
  });

  it('keeps its own error when closing fails too', async () => {
    class Pool {
      [Symbol.dispose]() {
        throw new Error('cannot close');
      }
    }
    const failing = {
      provide: 'x',
      inject: [Pool],
      useFactory: () => {
        throw new Error('no');
      },
    };
    const error = await failureOf(build({ providers: [failing, Pool] }).initialise());
    expect(error).toMatchObject({ code: 'usage.provider_failed', cause: new Error('no') });
    expect(error.details['closeErrors']).toEqual([new Error('cannot close')]);
  });

  it('may be an onHostInit, which stops the others and closes all', async () => {
    const { log, make } = recorder();
    class Broken {
      onHostInit() {
        return Promise.reject(new Error('no table'));
      }
    }
    const container = build({ providers: [make('First'), Broken, make('Last')] });
    const error = await failureOf(container.initialise());
    expect(error.code).toBe('usage.provider_failed');
    expect(error.message).toBe('onHostInit of Broken failed: no table');
    expect(log.slice(2)).toEqual(['init First', 'close Last', 'dispose Last', 'close First', 'dispose First']);
  });
});

describe('after a failed initialise', () => {
  it('nothing is closed again, and nothing is given out', async () => {
    const { log, make } = recorder();
    const pool = make('Pool');
    const failing = { provide: 'x', inject: [pool], useFactory: () => Promise.reject(new Error('no')) };
    const container = build({ providers: [failing, pool] });
    await failureOf(container.initialise());
    expect(() => container.get(pool)).toThrow(expect.objectContaining({ code: 'usage.provider_not_ready' }));
    await container.dispose();
    expect(log).toEqual(['new Pool', 'close Pool', 'dispose Pool']);
  });
});

describe('get', () => {
  class Pool {}
  class Basket {}

  it('gives the singletons that the host sees, under any of their names', async () => {
    const container = build({
      providers: [Pool, { provide: 'pool', useExisting: 'db' }, { provide: 'db', useExisting: Pool }],
    });
    await container.initialise();
    expect(container.get(Pool)).toBeInstanceOf(Pool);
    expect(container.get('pool')).toBe(container.get(Pool));
  });

  it('follows an alias in the module that declares it', async () => {
    @Module({ providers: [Pool, { provide: 'pool', useExisting: Pool }], exports: ['pool'] })
    class DatabaseModule {}
    const container = build({ imports: [DatabaseModule] });
    await container.initialise();
    expect(container.get('pool')).toBeInstanceOf(Pool);
  });

  it('refuses what lives in a run, transients and agents', async () => {
    @Agent()
    class OrderAgent {}
    const providers = [
      { provide: Basket, useClass: Basket, scope: 'run' },
      { provide: 'stamp', useFactory: () => 1, scope: 'transient' },
      { provide: 'basket', useExisting: Basket },
    ];
    const container = build({ providers, agents: [OrderAgent] });
    await container.initialise();
    for (const token of [Basket, 'stamp', 'basket', OrderAgent]) {
      expect(() => container.get(token)).toThrow(expect.objectContaining({ code: 'usage.provider_scope' }));
    }
    expect(() => container.get(OrderAgent)).toThrow('OrderAgent is an agent and lives in a run');
    expect(() => container.get(Basket)).toThrow("Basket is of scope 'run'");
  });

  it('suggests what may have been meant', async () => {
    class Pol {}
    const container = build({ providers: [Pool] });
    await container.initialise();
    expect(() => container.get(Pol)).toThrow('nothing that AgentHost sees provides Pol: did you mean Pool?');
  });

  it('refuses before everything is made, and after the host is closed', async () => {
    const container = build({ providers: [Pool] });
    expect(() => container.get(Pool)).toThrow(expect.objectContaining({ code: 'usage.provider_not_ready' }));
    await container.initialise();
    await container.dispose();
    expect(() => container.get(Pool)).toThrow(expect.objectContaining({ code: 'usage.host_closed' }));
    expect(() => container.openRun()).toThrow(expect.objectContaining({ code: 'usage.host_closed' }));
    await expect(container.initialise()).rejects.toMatchObject({ code: 'usage.host_closed' });
  });
});

describe('dispose', () => {
  it('closes and disposes in reverse order of construction', async () => {
    const { log, make } = recorder();
    const pool = make('Pool');
    const container = build({ providers: [make('Repository', [pool]), pool] });
    await container.initialise();
    log.length = 0;
    await container.dispose();
    expect(log).toEqual(['close Repository', 'dispose Repository', 'close Pool', 'dispose Pool']);
  });

  it('happens once, and the second call waits for it', async () => {
    const log: string[] = [];
    class Slow {
      async [Symbol.asyncDispose]() {
        await new Promise((resolve) => setImmediate(resolve));
        log.push('disposed');
      }
    }
    const container = build({ providers: [Slow] });
    await container.initialise();
    void container.dispose();
    await container.dispose();
    expect(log).toEqual(['disposed']);
  });

  it('waits for a host that is still being created', async () => {
    const { log, make } = recorder();
    const slow = { provide: 'slow', useFactory: () => new Promise((resolve) => setImmediate(resolve)) };
    const container = build({ providers: [slow, make('Pool')] });
    const creation = container.initialise();
    await container.dispose();
    await creation;
    expect(log).toEqual(['new Pool', 'init Pool', 'close Pool', 'dispose Pool']);
  });

  it('prefers Symbol.asyncDispose to Symbol.dispose, and waits for it', async () => {
    const log: string[] = [];
    class Both {
      async [Symbol.asyncDispose]() {
        await new Promise((resolve) => setImmediate(resolve));
        log.push('async');
      }
      [Symbol.dispose]() {
        log.push('sync');
      }
    }
    class OnlySync {
      [Symbol.dispose]() {
        log.push('only sync');
      }
    }
    const container = build({ providers: [OnlySync, Both] });
    await container.initialise();
    await container.dispose();
    expect(log).toEqual(['async', 'only sync']);
  });

  it('goes on after errors and throws them together', async () => {
    const { log, make } = recorder();
    class Broken {
      onHostClose() {
        throw new Error('close');
      }
      [Symbol.asyncDispose]() {
        return Promise.reject(new Error('dispose'));
      }
    }
    const container = build({ providers: [make('First'), Broken, make('Last')] });
    await container.initialise();
    log.length = 0;
    const error: unknown = await container.dispose().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors).toEqual([new Error('close'), new Error('dispose')]);
    expect(log).toEqual(['close Last', 'dispose Last', 'close First', 'dispose First']);
  });

  it('tells a value that the user made, but leaves it open', async () => {
    const log: string[] = [];
    const useValue = {
      onHostInit: () => void log.push('init'),
      onHostClose: () => void log.push('close'),
      [Symbol.dispose]: () => void log.push('dispose'),
    };
    const container = build({ providers: [{ provide: 'pool', useValue }] });
    await container.initialise();
    await container.dispose();
    expect(log).toEqual(['init', 'close']);
  });

  it('does not tell a value of the end of a host that never told it of a start', async () => {
    const log: string[] = [];
    const useValue = { onHostClose: () => void log.push('close') };
    const failing = { provide: 'x', useFactory: () => Promise.reject(new Error('no')) };
    await failureOf(build({ providers: [{ provide: 'pool', useValue }, failing] }).initialise());
    expect(log).toEqual([]);
  });

  it('treats an object that several providers give as one', async () => {
    const log: string[] = [];
    class Pool {
      onHostInit() {
        log.push('init');
      }
      onHostClose() {
        log.push('close');
      }
      [Symbol.dispose]() {
        log.push('dispose');
      }
    }
    const user = { [Symbol.dispose]: () => void log.push('disposed the value of the user') };
    const container = build({
      providers: [
        Pool,
        { provide: 'same', inject: [Pool], useFactory: (pool: Pool) => pool },
        { provide: 'alias', useExisting: Pool },
        { provide: 'user', useValue: user },
        { provide: 'user again', useFactory: () => user },
      ],
    });
    await container.initialise();
    await container.dispose();
    expect(log).toEqual(['init', 'close', 'dispose']);
  });

  it('disposes the transients that singletons got', async () => {
    const { log, make } = recorder();
    const stamp = make('Stamp', [], 'transient');
    const container = build({ providers: [make('First', [stamp]), make('Second', [stamp]), stamp] });
    await container.initialise();
    expect(log).not.toContain('init Stamp');
    log.length = 0;
    await container.dispose();
    expect(log).toEqual([
      'close Second',
      'dispose Second',
      'dispose Stamp',
      'close First',
      'dispose First',
      'dispose Stamp',
    ]);
  });
});
