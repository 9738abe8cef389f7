import { agentName } from '../agent/agent-tools.js';
import type { AnyClass } from '../agent/class-record.js';
import { positionOf } from '../guards/order.js';
import type { PlannedTool } from './agent-plans.js';

/** A guard of a tool, as it acts. */
export interface GuardExplanation {
  readonly guard: string;
  readonly mode: 'enforce' | 'observe';
  readonly does: string;
}

/** A tool with its guards in the order in which they act. */
export interface ToolExplanation {
  readonly id: string;
  /** Name that the model sees. */
  readonly name: string;
  /** Name of the method. */
  readonly method: string;
  readonly guards: readonly GuardExplanation[];
  /** What is allowed but probably not meant. */
  readonly warnings: readonly string[];
}

/** The effective plan of an agent; as a text it is readable. */
export interface AgentExplanation {
  readonly agent: string;
  readonly tools: readonly ToolExplanation[];
  toString(): string;
}

/** Says what guards the tools of an agent have. */
export function explainAgent(agent: AnyClass, planned: readonly PlannedTool[]): AgentExplanation {
  const name = agentName(agent);
  const tools = planned.map(explainTool);
  return { agent: name, tools, toString: () => [name, ...tools.flatMap(linesOf)].join('\n') };
}

function explainTool({ plan, guards, warnings }: PlannedTool): ToolExplanation {
  const explained = guards
    .map(
      ({ definition, options, mode = 'enforce' }): GuardExplanation => ({
        guard: definition.kind,
        mode,
        does: definition.explain?.(options as never) ?? definition.kind,
      }),
    )
    .sort((a, b) => positionOf(a.guard) - positionOf(b.guard));
  const input: GuardExplanation[] =
    plan.tool.input === undefined
      ? []
      : [{ guard: 'input', mode: 'enforce', does: `schema of ${plan.tool.input['~standard'].vendor}` }];
  return {
    id: plan.tool.id,
    name: plan.tool.name,
    method: plan.tool.method,
    guards: [...input, ...explained],
    warnings,
  };
}

function linesOf({ id, name, guards, warnings }: ToolExplanation): string[] {
  const alias = id.endsWith(`.${name}`) ? '' : ` (as ${name})`;
  return [
    `  ${id}${alias}`,
    ...guards.map(({ guard, mode, does }) => `    ${guard}${mode === 'observe' ? ' [observe]' : ''}: ${does}`),
    ...(guards.length === 0 ? ['    no guards'] : []),
    ...warnings.map((warning) => `    ! ${warning}`),
  ];
}
