import type { Scenario } from '../runner/scenario.js';
import { ShopAgent } from './agent.js';
import { hopefulModel } from './script.js';
import { BUDGET_USD, ProductSearch } from './world.js';

/** A model that asks the same thing in thirty ways. */
export const productSearch: Scenario<ProductSearch> = {
  name: 'product-search',
  problem: 'Endless retries',
  title: 'the same search, thirty times, with tiny changes',
  story:
    'A customer wants a jacket that the shop does not have in that size and colour. The model rewords the query again ' +
    'and again, and every search is billed.',

  createWorld: () => new ProductSearch(),
  agents: [ShopAgent],
  providers: (catalogue) => [{ provide: ProductSearch, useValue: catalogue }],
  plainAgents: (catalogue) => [new ShopAgent(catalogue)],

  userId: 'mira',
  systemPrompt: 'You are the assistant of an outdoor shop. Find what the customer wants in the catalogue. Be brief.',
  turns: [
    { says: 'I need a red rain jacket for my daughter, size 128, for less than 40 dollars. Can you find me one?' },
  ],
  model: hopefulModel,

  outcome: ({ searches, billedUsd }) => `${searches} searches billed, USD ${billedUsd.toFixed(2)}`,
  harm({ searches, billedUsd }) {
    if (billedUsd <= BUDGET_USD) return undefined;
    return `${searches} billed searches for one question, USD ${billedUsd.toFixed(2)} where ${BUDGET_USD.toFixed(2)} was the budget`;
  },
};
