import { usdText } from '../runner/bill.js';
import type { Scenario } from '../runner/scenario.js';
import { ResearchAgent } from './agent.js';
import { thoroughModel } from './script.js';
import { BUDGET_USD, Library } from './world.js';

/** A model that keeps calling itself: every turn sends the whole context once more. */
export const runawayCosts: Scenario<Library> = {
  name: 'runaway-costs',
  problem: 'Runaway costs',
  title: 'always one more source, and each turn costs more than the last',
  story:
    'A user asks a question that one report answers. Each report cites another, so the model reads on and on, with all ' +
    'that it has read in every call. Guarded, the question has a budget, and the application answers when that is used up.',

  createWorld: () => new Library(),
  agents: [ResearchAgent],
  providers: (library) => [{ provide: Library, useValue: library }],
  plainAgents: (library) => [new ResearchAgent(library)],

  userId: 'noor',
  systemPrompt: 'You are a research assistant. Answer from reports of the library that you have read.',
  turns: [{ says: 'How long does a heat pump last?' }],
  model: thoroughModel,

  budget: {
    options: { name: 'research', usdLimit: BUDGET_USD },
    variants: ['soft', 'hard'],
    prices: { scripted: { input: 5, output: 20 } },
    maxOutputTokens: 2000,
    answer: ({ summary }) => `The budget for this question is used up. What I found so far: ${summary}.`,
  },

  outcome: ({ read }, { calls, usd }) =>
    `${calls} calls of the model, ${usd === undefined ? 'price not known' : usdText(usd)}; ${read.length} reports read`,
  // The call that crosses the limit of a soft budget is paid for and delivered. Another one after it is harm.
  harm(_, { usd, usdBeforeLast }) {
    if (usd === undefined || usdBeforeLast === undefined || usdBeforeLast < BUDGET_USD) return undefined;
    return `${usdText(usd)} spent, where ${BUDGET_USD.toFixed(2)} was the budget`;
  },
};
