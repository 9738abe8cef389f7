import { describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  Enforce,
  MaxAttempts,
  Prove,
  RateLimit,
  requireFact,
  symbolMetadata,
  Tool,
  UsageError,
} from '../index.js';
import { recordOf } from './class-record.js';

@Agent({ name: 'Shop' })
class Shop {
  @Tool({ description: 'Find.' })
  @RateLimit({ maxCalls: 2, period: '1m' })
  @Prove({ kind: 'item', extract: 'id' })
  async find(args: { id: string }): Promise<{ id: string }> {
    return { id: args.id };
  }

  @Tool()
  @MaxAttempts(1)
  async buy(args: { id: string }): Promise<string> {
    return args.id;
  }
}

@Agent({ name: 'BigShop' })
class BigShop extends Shop {
  @RateLimit({ maxCalls: 9, period: '1m' })
  override async find(args: { id: string }): Promise<{ id: string }> {
    return { id: `big ${args.id}` };
  }

  override async buy(args: { id: string }): Promise<string> {
    return `big ${await super.buy(args)}`;
  }

  @Tool()
  @Enforce(requireFact('id', 'item', { from: ['Shop.find'] }))
  async sell(args: { id: string }): Promise<string> {
    return args.id;
  }
}

// No decorator at all.
class PlainShop extends Shop {
  override async buy(_args: { id: string }): Promise<string> {
    return 'plain';
  }
}

describe('metadata', () => {
  it('is published through reflect-metadata on class and method, for readers such as the Reflector of NestJS', () => {
    expect(Reflect.getMetadata('actguard:agent', Shop)).toMatchObject({ name: 'Shop' });
    expect(Reflect.getMetadata('actguard:tool', Shop.prototype.find)).toEqual({
      description: 'Find.',
      guards: [
        { guard: 'rateLimit', options: { maxCalls: 2, period: '1m' } },
        { guard: 'prove', options: { kind: 'item', extract: 'id' } },
      ],
    });
  });

  it('lies under Class[Symbol.metadata], and a subclass never writes into that of its parent', () => {
    const bag = (Shop as unknown as Record<symbol, object>)[symbolMetadata];
    const below = (BigShop as unknown as Record<symbol, object>)[symbolMetadata];
    expect(Object.getPrototypeOf(below)).toBe(bag);
    expect([...(recordOf(Shop)?.methods.keys() ?? [])].sort()).toEqual(['buy', 'find']);
    expect([...(recordOf(BigShop)?.methods.keys() ?? [])].sort()).toEqual(['find', 'sell']);
    expect(recordOf(PlainShop)).toBeUndefined();
  });

  it('changes nothing in the class: without a host it is plain', async () => {
    expect(await new Shop().buy({ id: 'a' })).toBe('a');
    expect(await new Shop().buy({ id: 'a' })).toBe('a');
  });
});

describe('inheritance', () => {
  it('lets an override replace a kind, keeps the others, and guards one without decorators', async () => {
    const host = await AgentHost.create({ agents: [Shop, BigShop, PlainShop] });
    const guards = (agent: typeof Shop): Record<string, string[]> =>
      Object.fromEntries(
        host.explain(agent).tools.map((tool) => [tool.id, tool.guards.map(({ guard, does }) => `${guard} ${does}`)]),
      );
    expect(guards(BigShop)).toEqual({
      'BigShop.find': ['rateLimit 9 calls per 1m, then refuse', 'prove item from id'],
      'BigShop.buy': ['maxAttempts 1 attempts per run'],
      'BigShop.sell': ['enforce id is a proven item (from Shop.find)'],
    });
    expect(guards(PlainShop)['PlainShop.buy']).toEqual(['maxAttempts 1 attempts per run']);

    await host.run(async (run) => {
      const plain = run.get(PlainShop);
      expect(await plain.buy({ id: 'a' })).toBe('plain');
      await expect(plain.buy({ id: 'a' })).rejects.toMatchObject({ code: 'guard.max_attempts_exceeded' });
    });
    await host.close();
  });

  it('lets a tool answer to the id of the class that it inherits the method from', async () => {
    const host = await AgentHost.create({ agents: [Shop, BigShop] });
    await host.run(async (run) => {
      const big = run.get(BigShop);
      await expect(big.sell({ id: 'big a' })).rejects.toMatchObject({ code: 'MISSING_FACT' });
      await big.find({ id: 'a' });
      expect(await big.sell({ id: 'big a' })).toBe('big a');
    });
    await host.close();
  });
});

describe('a decorator in the wrong place', () => {
  it('says so at once, on a static method', () => {
    expect(() => {
      class Wrong {
        @(Tool() as any)
        static async find(): Promise<void> {}

        async other(): Promise<void> {}
      }
      return Wrong;
    }).toThrow(UsageError);
  });

  it('says so at once, on a method named by a symbol or __proto__', () => {
    const name = Symbol('find');
    expect(() => {
      class Wrong {
        @Tool()
        async [name](): Promise<void> {}
      }
      return Wrong;
    }).toThrow(/named by a symbol/);
    expect(() => {
      class Wrong {
        @Tool()
        async ['__proto__'](): Promise<void> {}
      }
      return Wrong;
    }).toThrow(/__proto__/);
  });

  it('says so at once, with options that are no object or a name that is no identifier', () => {
    expect(() => Agent({ name: 'a.b' })(class {})).toThrow(/letters, digits/);
    expect(() => {
      class Wrong {
        @Tool(null as never)
        async find(): Promise<void> {}
      }
      return Wrong;
    }).toThrow(UsageError);
  });
});
