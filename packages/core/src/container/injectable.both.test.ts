import { describe, expect, it } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import type { ConfigurationProblem } from '../errors/usage-errors.js';
import { buildContainer } from './container.js';
import { inject } from './inject.js';
import { Injectable } from './injectable.js';
import { Module } from './module.js';
import type { Provider } from './provider.js';

class Pool {}
class Logger {}

@Injectable({ inject: [Pool, Logger] })
class Repository {
  readonly pool: Pool;
  readonly logger: Logger;
  constructor(pool: Pool, logger: Logger) {
    this.pool = pool;
    this.logger = logger;
  }
}

async function open(options: {
  providers?: readonly Provider[];
  imports?: readonly object[];
  agents?: readonly object[];
}) {
  const problems: ConfigurationProblem[] = [];
  const container = buildContainer(options, problems);
  expect(problems).toEqual([]);
  await container.initialise();
  return container;
}

describe('@Injectable', () => {
  it('passes the dependencies in the order of the list', async () => {
    const container = await open({ providers: [Repository, Logger, Pool] });
    const repository = container.get(Repository);
    expect(repository.pool).toBe(container.get(Pool));
    expect(repository.logger).toBe(container.get(Logger));
  });

  it('is inherited by a subclass that says nothing', async () => {
    class ArchiveRepository extends Repository {}
    const container = await open({ providers: [ArchiveRepository, Logger, Pool] });
    expect(container.get(ArchiveRepository).pool).toBe(container.get(Pool));
  });

  it('of a subclass replaces what it inherits and leaves the parent alone', async () => {
    @Injectable({ inject: [Logger] })
    class LogRepository extends Repository {
      constructor(logger: Logger) {
        super(new Pool(), logger);
      }
    }
    const container = await open({ providers: [LogRepository, Repository, Logger, Pool] });
    expect(container.get(LogRepository).logger).toBe(container.get(Logger));
    expect(container.get(LogRepository).pool).not.toBe(container.get(Pool));
    expect(container.get(Repository).pool).toBe(container.get(Pool));
  });

  it('gives the scope', async () => {
    @Injectable({ scope: 'run' })
    class Basket {}
    @Agent({ inject: [Basket] })
    class ShopAgent {
      readonly basket: Basket;
      constructor(basket: Basket) {
        this.basket = basket;
      }
    }
    const container = await open({ providers: [Basket], agents: [ShopAgent] });
    const [first, second] = [container.openRun(), container.openRun()];
    expect(first.construct(ShopAgent).basket).not.toBe(second.construct(ShopAgent).basket);
  });

  it('does not change the options that it was given', () => {
    const options = Object.freeze({ inject: Object.freeze([Pool] as const) });
    @Injectable(options)
    class Frozen {
      readonly pool: Pool;
      constructor(pool: Pool) {
        this.pool = pool;
      }
    }
    const problems: ConfigurationProblem[] = [];
    buildContainer(Object.freeze({ providers: Object.freeze([Frozen, Pool]) }), problems);
    expect(problems).toEqual([]);
  });
});

describe('@Module', () => {
  it('groups providers and agents, and shares what it exports', async () => {
    @Agent()
    class OrderAgent {
      readonly repository = inject(Repository);
    }
    @Module({ providers: [Repository, Pool, Logger], agents: [OrderAgent], exports: [Repository] })
    class OrderModule {}
    const container = await open({ imports: [OrderModule] });
    expect(container.agents).toEqual([{ agentClass: OrderAgent, module: 'OrderModule' }]);
    expect(container.openRun().construct(OrderAgent).repository).toBe(container.get(Repository));
  });

  it('is inherited by a subclass that says nothing', async () => {
    @Module({ providers: [Pool], exports: [Pool] })
    class BaseModule {}
    class SpecialModule extends BaseModule {}
    const container = await open({ imports: [SpecialModule] });
    expect(container.get(Pool)).toBeInstanceOf(Pool);
  });
});
