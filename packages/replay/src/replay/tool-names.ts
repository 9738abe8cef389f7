import type { AgentHost } from '@actguard/core';
import type { AgentClass } from './recorded-agent.js';

/** A tool of the agents, as a replay calls it. */
export interface ReplayTool {
  /** The class as it is replayed: a subclass of the agent. */
  readonly agent: AgentClass;
  /** Name of the method. */
  readonly method: string;
  /** Id of the tool: `OrderAgent.deleteOrder`. */
  readonly id: string;
  /** Name that a model sees. */
  readonly name: string;
  /** Something may refuse a call: it has a guard that is more than a schema and the proving of facts. */
  readonly isGuarded: boolean;
}

// What only looks at the shape of the arguments, or at results, is no policy.
const UNGUARDED = new Set(['input', 'prove']);

/**
 * The tools of the agents by every name that a recording may have for them: what a model sees, and the id. A method's name
 * counts where only one tool has it.
 */
export function toolsByName(host: AgentHost, agents: readonly AgentClass[]): ReadonlyMap<string, ReplayTool> {
  const tools = agents.flatMap((agent) =>
    host.explain(agent).tools.map(
      ({ id, name, method, guards }): ReplayTool => ({
        agent,
        method,
        id,
        name,
        isGuarded: guards.some(({ guard }) => !UNGUARDED.has(guard)),
      }),
    ),
  );
  const names = new Map<string, ReplayTool>();
  for (const tool of tools) {
    const isOnly = tools.filter(({ method }) => method === tool.method).length === 1;
    if (isOnly) names.set(tool.method, tool);
  }
  for (const tool of tools) names.set(tool.id, tool);
  for (const tool of tools) names.set(tool.name, tool);
  return names;
}
