import { describe, expect, it } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import type { ConfigurationProblem } from '../errors/usage-errors.js';
import { UsageError } from '../errors/usage-errors.js';
import { buildContainer, type Container } from './container.js';
import { inject } from './inject.js';
import type { Class } from './provider.js';
import type { RunContainer } from './run-container.js';

async function open(options: Parameters<typeof buildContainer>[0]): Promise<Container> {
  const problems: ConfigurationProblem[] = [];
  const container = buildContainer(options, problems);
  expect(problems).toEqual([]);
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

class Pool {}
class Basket {}
const basket = { provide: Basket, useClass: Basket, scope: 'run' };

@Agent()
class OrderAgent {
  readonly pool = inject(Pool);
  readonly basket = inject(Basket);
}

@Agent()
class ShopAgent {
  readonly orders = inject(OrderAgent);
  readonly basket = inject(Basket);
}

describe('an agent', () => {
  it('is one object in a run, and another in the next', async () => {
    const container = await open({ providers: [Pool, basket], agents: [OrderAgent] });
    const [first, second] = [container.openRun(), container.openRun()];
    const agent = first.construct(OrderAgent);
    expect(first.construct(OrderAgent)).toBe(agent);
    expect(second.construct(OrderAgent)).not.toBe(agent);
    expect(second.construct(OrderAgent).pool).toBe(agent.pool);
  });

  it('is constructed from the subclass that the host gives, with the same dependencies', async () => {
    @Agent({ inject: [Pool] })
    class StockAgent {
      readonly pool: Pool;
      constructor(pool: Pool) {
        this.pool = pool;
      }
    }
    class Guarded extends StockAgent {}
    const container = await open({ providers: [Pool], agents: [StockAgent] });
    const run = container.openRun();
    const agent = run.construct(StockAgent, Guarded);
    expect(agent).toBeInstanceOf(Guarded);
    expect(agent.pool).toBe(container.get(Pool));
    expect(run.construct(StockAgent)).toBe(agent);
  });

  it('that is injected is the one of the same run, made the way the host decides', async () => {
    class Guarded extends OrderAgent {}
    @Agent({ inject: [OrderAgent] })
    class StockAgent {}
    const container = await open({ providers: [Pool, basket], agents: [ShopAgent, OrderAgent, StockAgent] });
    const asked: Class<object>[] = [];
    const run: RunContainer = container.openRun((agentClass) => {
      asked.push(agentClass);
      return run.construct(agentClass, Guarded);
    });
    expect(run.construct(ShopAgent).orders).toBeInstanceOf(Guarded);
    expect(run.construct(OrderAgent)).toBe(run.construct(ShopAgent).orders);
    run.construct(StockAgent);
    expect(asked).toEqual([OrderAgent]);
  });

  it('that is injected is constructed as it is where the host does not say how', async () => {
    const run = (await open({ providers: [Pool, basket], agents: [ShopAgent, OrderAgent] })).openRun();
    expect(run.construct(ShopAgent).orders).toBe(run.construct(OrderAgent));
  });

  it('of a cycle that only inject() shows is refused with the path, through the host too', async () => {
    @Agent()
    class FirstAgent {
      readonly second: unknown = inject('second');
    }
    @Agent()
    class SecondAgent {
      readonly first: unknown = inject(FirstAgent);
    }
    const container = await open({
      agents: [FirstAgent, SecondAgent],
      providers: [{ provide: 'second', useExisting: SecondAgent }],
    });
    const run: RunContainer = container.openRun((agentClass) => run.construct(agentClass));
    const error = thrownBy(() => run.construct(FirstAgent));
    expect(error.code).toBe('usage.provider_circular');
    expect(error.message).toContain('FirstAgent needs itself: FirstAgent -> "second" -> SecondAgent -> FirstAgent');
  });

  it('that asks for itself while it is constructed is refused', async () => {
    @Agent()
    class SelfishAgent {
      constructor() {
        run.construct(SelfishAgent);
      }
    }
    const run = (await open({ agents: [SelfishAgent] })).openRun();
    expect(thrownBy(() => run.construct(SelfishAgent)).code).toBe('usage.provider_circular');
  });

  it('of two runs at once does not mix them up', async () => {
    @Agent()
    class OuterAgent {
      readonly other: OuterAgent | undefined = runs.pop()?.construct(OuterAgent);
      readonly basket = inject(Basket);
    }
    const container = await open({ providers: [basket], agents: [OuterAgent] });
    const other = container.openRun();
    const runs = [other];
    const agent = container.openRun().construct(OuterAgent);
    expect(agent.other).toBe(other.construct(OuterAgent));
    expect(agent.other?.basket).not.toBe(agent.basket);
  });

  it('that fails is named, and may be tried again', async () => {
    let fails = true;
    @Agent()
    class FlakyAgent {
      readonly basket = inject(Basket);
      constructor() {
        if (fails) throw new Error('not yet');
      }
    }
    const run = (await open({ agents: [FlakyAgent], providers: [basket] })).openRun();
    const error = thrownBy(() => run.construct(FlakyAgent));
    expect(error).toMatchObject({
      code: 'usage.provider_failed',
      cause: new Error('not yet'),
      details: { path: 'FlakyAgent' },
    });
    fails = false;
    expect(run.construct(FlakyAgent)).toBeInstanceOf(FlakyAgent);
  });

  it('that the host does not have is refused, with what may have been meant', async () => {
    class OrdrAgent {}
    const run = (await open({ providers: [Pool, basket], agents: [OrderAgent] })).openRun();
    const error = thrownBy(() => run.construct(OrdrAgent));
    expect(error.code).toBe('usage.agent_unknown');
    expect(error.message).toContain('it has OrderAgent');
  });

  it('needs a host that is created', async () => {
    const container = buildContainer({ providers: [Pool, basket], agents: [OrderAgent] }, []);
    expect(thrownBy(() => container.openRun().construct(OrderAgent)).code).toBe('usage.provider_not_ready');
  });
});

describe('a provider of a run', () => {
  it('is one for the run, shared by its agents', async () => {
    const container = await open({ providers: [Pool, basket], agents: [ShopAgent, OrderAgent] });
    const [first, second] = [container.openRun().construct(ShopAgent), container.openRun().construct(ShopAgent)];
    expect(first.basket).toBe(first.orders.basket);
    expect(second.basket).not.toBe(first.basket);
  });

  it('may need an agent, and whatever singletons there are', async () => {
    const seen = { provide: 'seen', scope: 'run', inject: [OrderAgent, Pool], useFactory: (...all: unknown[]) => all };
    @Agent({ inject: ['seen'] })
    class AuditAgent {
      readonly seen: unknown[];
      constructor(seen: unknown[]) {
        this.seen = seen;
      }
    }
    const container = await open({ providers: [Pool, basket, seen], agents: [OrderAgent, AuditAgent] });
    const run = container.openRun();
    expect(run.construct(AuditAgent).seen).toEqual([run.construct(OrderAgent), container.get(Pool)]);
    expect(run.construct(AuditAgent).seen[0]).toBe(run.construct(OrderAgent));
  });

  it('may be undefined, and is then still made once', async () => {
    let calls = 0;
    @Agent({ inject: ['nothing', 'nothing'] })
    class QuietAgent {}
    const nothing = { provide: 'nothing', scope: 'run', useFactory: () => void calls++ };
    (await open({ providers: [nothing], agents: [QuietAgent] })).openRun().construct(QuietAgent);
    expect(calls).toBe(1);
  });

  it('is made anew for each injection if it is transient', async () => {
    @Agent({ inject: ['stamp', 'stamp'] })
    class TwiceAgent {
      readonly stamps: object[];
      constructor(...stamps: object[]) {
        this.stamps = stamps;
      }
    }
    const stamp = { provide: 'stamp', scope: 'transient', inject: [Basket], useFactory: (of: Basket) => ({ of }) };
    const { stamps } = (await open({ providers: [stamp, basket], agents: [TwiceAgent] }))
      .openRun()
      .construct(TwiceAgent);
    expect(stamps[0]).toEqual(stamps[1]);
    expect(stamps[0]).not.toBe(stamps[1]);
  });

  it.each(['run', 'transient'])('of scope %s cannot be asynchronous', async (scope) => {
    @Agent({ inject: ['late'] })
    class LateAgent {}
    const late = { provide: 'late', scope, useFactory: () => Promise.reject(new Error('late')) };
    const run = (await open({ providers: [late], agents: [LateAgent] })).openRun();
    const error = thrownBy(() => run.construct(LateAgent));
    expect(error.code).toBe('usage.provider_scope');
    expect(error.message).toContain('LateAgent -> "late": the factory of "late" returned a promise');
  });
});

describe('disposing a run', () => {
  function closing(name: string, log: string[], fails = false) {
    return {
      name,
      [Symbol.asyncDispose]: async () => {
        await Promise.resolve();
        log.push(name);
        if (fails) throw new Error(name);
      },
    };
  }

  it('closes what was made for it, agents too, the last first, and nothing else', async () => {
    const log: string[] = [];
    @Agent({ inject: ['first', 'second', 'transient', 'shared', 'same'] })
    class ClosingAgent {
      [Symbol.dispose]() {
        log.push('agent');
      }
    }
    const container = await open({
      agents: [ClosingAgent],
      providers: [
        { provide: 'first', scope: 'run', useFactory: () => closing('first', log) },
        { provide: 'second', scope: 'run', useFactory: () => closing('second', log) },
        { provide: 'transient', scope: 'transient', useFactory: () => closing('transient', log) },
        { provide: 'shared', useFactory: () => closing('shared', log) },
        { provide: 'same', scope: 'run', inject: ['shared'], useFactory: (shared: object) => shared },
      ],
    });
    const [run, other] = [container.openRun(), container.openRun()];
    run.construct(ClosingAgent);
    other.construct(ClosingAgent);
    void run.dispose();
    await run.dispose();
    expect(log).toEqual(['agent', 'transient', 'second', 'first']);
  });

  it('goes on after errors and throws them together', async () => {
    const log: string[] = [];
    @Agent({ inject: ['first', 'second', 'third'] })
    class ClosingAgent {}
    const providers = ['first', 'second', 'third'].map((provide) => ({
      provide,
      scope: 'run',
      useFactory: () => closing(provide, log, provide !== 'second'),
    }));
    const run = (await open({ agents: [ClosingAgent], providers })).openRun();
    run.construct(ClosingAgent);
    const error: unknown = await run.dispose().catch((reason: unknown) => reason);
    expect((error as AggregateError).errors).toEqual([new Error('third'), new Error('first')]);
    expect(log).toEqual(['third', 'second', 'first']);
  });

  it('ends constructing', async () => {
    const run = (await open({ providers: [Pool, basket], agents: [OrderAgent] })).openRun();
    await run.dispose();
    expect(thrownBy(() => run.construct(OrderAgent)).code).toBe('usage.run_disposed');
  });
});
