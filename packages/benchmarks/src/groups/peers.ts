import type { Case, Group } from '../measure/readings.js';
import { peer } from './peers/peer.js';
import { policies } from './peers/policies.js';

const OTHERS = 'Other ways to have the four';
const FRAMEWORKS = 'A tool call in other frameworks';

const nest: readonly Case[] = [
  peer('nest-four', OTHERS, 'NestJS: the four as three guards and two interceptors', async () =>
    (await import('./peers/nest.js')).nestCall('four'),
  ),
  peer('nest-plain', FRAMEWORKS, 'NestJS `ExternalContextCreator`, nothing around it', async () =>
    (await import('./peers/nest.js')).nestCall('search'),
  ),
  peer('nest-guard', FRAMEWORKS, 'NestJS: a guard and an interceptor that do nothing', async () =>
    (await import('./peers/nest.js')).nestCall('guarded'),
  ),
];

const openai: readonly Case[] = [
  peer('agents-plain', FRAMEWORKS, 'OpenAI Agents `tool.invoke`', async () =>
    (await import('./peers/openai-agents.js')).plainTool(),
  ),
  peer('agents-four', OTHERS, 'OpenAI Agents: the four as guardrails and `timeoutMs`', async () =>
    (await import('./peers/openai-agents.js')).guardedTool(),
  ),
];

const langchain: readonly Case[] = [
  peer('langchain-plain', FRAMEWORKS, 'LangChain `tool.invoke`', async () =>
    (await import('./peers/langchain.js')).plainTool(),
  ),
  peer('langchain-limit', FRAMEWORKS, 'LangChain, and the hook of `toolCallLimitMiddleware`', async () =>
    (await import('./peers/langchain.js')).limitedTool(),
  ),
];

const governance: readonly Case[] = [
  peer('governance-rules', FRAMEWORKS, 'Agent Governance SDK `PolicyEngine.evaluate`, four rules', async () =>
    (await import('./peers/governance.js')).evaluated(),
  ),
  peer('governance', FRAMEWORKS, 'Agent Governance SDK `executeWithGovernance`, short audit log', async () =>
    (await import('./peers/governance.js')).governed(true),
  ),
  peer('governance-full', FRAMEWORKS, 'the same, audit log at its cap of 10,000', async () =>
    (await import('./peers/governance.js')).governed(false),
  ),
  peer('governance-adapter', FRAMEWORKS, 'Agent Governance SDK `GenericFrameworkAdapter.run`', async () =>
    (await import('./peers/governance.js')).adapted(),
  ),
];

/** What else does such work, at its own defaults unless the title says otherwise. */
export const peers: Group = {
  name: 'peers',
  title: 'Peers, in multiples of the bare call',
  rounds: 3,
  cases: [...policies, ...nest, ...openai, ...langchain, ...governance],
};
