import { describe, expect, it } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import type { ConfigurationProblem } from '../errors/usage-errors.js';
import { UsageError } from '../errors/usage-errors.js';
import { buildContainer } from './container.js';
import { inject } from './inject.js';

class Pool {}

function build(options: Parameters<typeof buildContainer>[0]) {
  const problems: ConfigurationProblem[] = [];
  const container = buildContainer(options, problems);
  expect(problems).toEqual([]);
  return container;
}

async function open(options: Parameters<typeof buildContainer>[0]) {
  const container = build(options);
  await container.initialise();
  return container;
}

function thrownBy(action: () => unknown): UsageError {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('inject', () => {
  it('gives fields, constructor defaults and constructor bodies what the host provides', async () => {
    class Repository {
      readonly field = inject(Pool);
      readonly argument: Pool;
      readonly body: Pool;
      constructor(argument = inject(Pool)) {
        this.argument = argument;
        this.body = inject(Pool);
      }
    }
    const container = await open({ providers: [Repository, Pool] });
    const pool = container.get(Pool);
    expect(container.get(Repository)).toEqual({ field: pool, argument: pool, body: pool });
    expect(container.get(Repository).field).toBe(pool);
  });

  it('explains itself where the host constructs nothing', () => {
    const error = thrownBy(() => inject(Pool));
    expect(error.code).toBe('usage.inject_outside');
    expect(error.message).toContain('inject(Pool)');
    expect(error.message).toContain('field initialiser');
  });

  it('does not work after an await of a constructor, nor in a method', async () => {
    class Repository {
      readonly late = Promise.resolve().then(() => inject(Pool));
      find(): Pool {
        return inject(Pool);
      }
    }
    const container = await open({ providers: [Repository, Pool] });
    const repository = container.get(Repository);
    await expect(repository.late).rejects.toMatchObject({ code: 'usage.inject_outside' });
    expect(thrownBy(() => repository.find()).code).toBe('usage.inject_outside');
  });

  it('works in a factory up to its first await', async () => {
    const early = { provide: 'early', useFactory: async () => inject(Pool) };
    const late = { provide: 'late', useFactory: async () => Promise.resolve().then(() => inject(Pool)) };
    expect((await open({ providers: [early, Pool] })).get('early')).toBeInstanceOf(Pool);
    await expect(build({ providers: [late, Pool] }).initialise()).rejects.toMatchObject({
      code: 'usage.provider_failed',
      cause: expect.objectContaining({ code: 'usage.inject_outside' }),
    });
  });

  it('does not leak the context of a construction that failed', async () => {
    class Broken {
      constructor() {
        throw new Error('no');
      }
    }
    await expect(build({ providers: [Broken] }).initialise()).rejects.toMatchObject({ code: 'usage.provider_failed' });
    expect(thrownBy(() => inject(Pool)).code).toBe('usage.inject_outside');
  });

  it('goes back to the outer class after a dependency was constructed', async () => {
    const TAG = Symbol('tag');
    class Inner {
      readonly tag = inject<string>(TAG);
    }
    class Outer {
      readonly inner = inject(Inner);
      readonly tag = inject<string>(TAG);
    }
    const container = await open({ providers: [Outer, Inner, { provide: TAG, useValue: 'host' }] });
    expect(container.get(Outer).tag).toBe('host');
  });

  it('works in what a class or a factory constructs itself', async () => {
    class Helper {
      readonly pool = inject(Pool);
    }
    class Owner {
      readonly helper = new Helper();
    }
    const MADE = Symbol('made');
    const container = await open({ providers: [Owner, Pool, { provide: MADE, useFactory: () => new Helper() }] });
    expect(container.get(Owner).helper.pool).toBe(container.get(Pool));
    expect(container.get<Helper>(MADE).pool).toBe(container.get(Pool));
  });

  it('gives undefined for what is optional and missing, and for nothing else', async () => {
    const NOTHING = Symbol('nothing');
    class Broken {
      readonly needs = inject<string>(NOTHING);
    }
    class Careful {
      readonly missing = inject(Pool, { optional: true });
      readonly broken = inject(Broken, { optional: true });
    }
    const failing = build({ providers: [Careful, Broken] }).initialise();
    await expect(failing).rejects.toMatchObject({ code: 'usage.provider_missing' });
    class Fine {
      readonly missing = inject(Pool, { optional: true });
    }
    expect((await open({ providers: [Fine] })).get(Fine)).toEqual({ missing: undefined });
  });

  it('names the way to what is missing', async () => {
    class Repository {
      readonly pool = inject(Pool);
    }
    @Agent()
    class OrderAgent {
      readonly repository = inject(Repository);
    }
    const container = build({
      providers: [{ provide: Repository, useClass: Repository, scope: 'run' }],
      agents: [OrderAgent],
    });
    await container.initialise();
    const error = thrownBy(() => container.openRun().construct(OrderAgent));
    expect(error.code).toBe('usage.provider_missing');
    expect(error.message).toContain('OrderAgent -> Repository: nothing that AgentHost sees provides Pool');
    expect(error.details).toEqual({ provider: 'Repository', path: 'OrderAgent -> Repository' });
  });

  it('serves a second copy of the package through the shared context', async () => {
    const shared = Symbol.for('actguard.injection.v1');
    const injectOfTheOtherCopy = (token: unknown): unknown => {
      const context = Reflect.get(globalThis, shared) as { inject(token: unknown, optional: boolean): unknown };
      return context.inject(token, false);
    };
    class Repository {
      readonly pool = injectOfTheOtherCopy(Pool);
    }
    const container = await open({ providers: [Repository, Pool] });
    expect(container.get(Repository).pool).toBe(container.get(Pool));
    expect(Reflect.get(globalThis, shared)).toBeUndefined();
  });
});
