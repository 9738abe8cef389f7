import type { AgentClass } from '@actguard/replay';

/** The agent of each suite, loaded when a trace of it is replayed. */
export const suites: Readonly<Record<string, () => Promise<AgentClass>>> = {
  banking: async () => (await import('./banking.js')).BankingAgent,
  slack: async () => (await import('./slack.js')).SlackAgent,
  workspace: async () => (await import('./workspace.js')).WorkspaceAgent,
  travel: async () => (await import('./travel.js')).TravelAgent,
  shopping: async () => (await import('./shopping.js')).ShoppingAgent,
  github: async () => (await import('./github.js')).GithubAgent,
  dailylife: async () => (await import('./dailylife.js')).DailylifeAgent,
  tau_airline: async () => (await import('./airline.js')).AirlineAgent,
  tau_retail: async () => (await import('./retail.js')).RetailAgent,
};
