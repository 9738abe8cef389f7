import { Agent, AgentHost, Enforce, MemoryStore, Prove, requireFact, Tool } from '@actguard/core';
import { bytesPerOne } from '../../measure/heap.js';
import type { Call } from '../../measure/loop.js';
import type { Case } from '../../measure/readings.js';
import { measureGrowth } from './by-hand.js';
import { numbered } from './numbered.js';
import { randomBelow } from './stepping-clock.js';

const PER_CALL = 200;

/** Proves what it is given, and acts on what was proven. */
@Agent()
class Catalogue {
  @Tool()
  @Prove({ kind: 'item', extract: '[].id' })
  async list(args: { from: number; count: number }): Promise<{ id: string }[]> {
    return this.items.slice(args.from, args.from + args.count);
  }

  @Tool()
  @Enforce(requireFact('id', 'item'))
  async buy(args: { id: string }): Promise<string> {
    return args.id;
  }

  items: { id: string }[] = [];
}

interface Place {
  readonly catalogue: Catalogue;
  readonly items: readonly { id: string }[];
  readonly bind: <Args extends unknown[], Result>(body: (...args: Args) => Result) => (...args: Args) => Result;
}

async function open(count: number): Promise<Place> {
  const host = await AgentHost.create({
    agents: [Catalogue],
    store: new MemoryStore({ maxFactsPerSession: 2_000_000 }),
  });
  const run = host.open();
  const catalogue = run.get(Catalogue);
  const items = Array.from({ length: count }, (_, index) => ({ id: `item-${index}` }));
  catalogue.items = items;
  return { catalogue, items, bind: (body) => run.bind(body) };
}

async function withFacts(count: number, objects = count): Promise<Call> {
  const { catalogue, items, bind } = await open(count);
  for (let from = 0; from < count; from += PER_CALL) await catalogue.list({ from, count: PER_CALL });
  // The caller's own objects are as many for one fact, so that only what the store looks up differs.
  const asked = Array.from({ length: objects }, (_, index) => ({ id: (items[index % count] as { id: string }).id }));
  const next = randomBelow(objects);
  return bind(() => catalogue.buy(asked[next()] as { id: string }));
}

/** Checks of a fact, among many. */
export const facts: readonly Case[] = [1, 1000, 100_000, 1_000_000].map((count) => ({
  name: `facts-${count}`,
  title: numbered(count, 'fact'),
  table: 'Calls that require a fact by number of facts, in multiples of the same call with one fact',
  measure: async (budget) => measureGrowth(withFacts, count, budget),
}));

function bytesPerFact(name: string, title: string, perCall: number, most: number): Case {
  return {
    name,
    title,
    table: 'Memory',
    async measure() {
      const { catalogue } = await open(most);
      const perStep = await bytesPerOne(
        (index) => catalogue.list({ from: index * perCall, count: perCall }),
        most / perCall,
      );
      return { bytes: perStep / perCall };
    },
  };
}

/** The texts of the facts are the caller's. */
export const factBytes: readonly Case[] = [
  bytesPerFact('bytes-fact-many', `fact, where a call proves ${PER_CALL}`, PER_CALL, 240_000),
  bytesPerFact('bytes-fact-single', 'fact, where a call proves one', 1, 120_000),
];
