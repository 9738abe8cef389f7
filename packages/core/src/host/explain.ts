import { inspect } from 'node:util';
import { agentName } from '../agent/agent-tools.js';
import type { AnyClass } from '../agent/class-record.js';
import { positionOf } from '../guards/order.js';
import type { PlannedTool } from './agent-plans.js';

/** A guard of a tool, as it acts. */
export interface GuardExplanation {
  /** Which guard: `input`, `rateLimit`, `enforce`, …, or the name given to `defineGuard`. */
  readonly guard: string;
  /** `observe`: its declaration says that it only reports. The modes of host and run are not in it. */
  readonly mode: 'enforce' | 'observe';
  /** Its effective options in words. */
  readonly does: string;
}

/** A tool with its guards in the order in which they act. */
export interface ToolExplanation {
  /** Id of the tool: `OrderAgent.deleteOrder`. */
  readonly id: string;
  /** Name that the model sees. */
  readonly name: string;
  /** Name of the method. */
  readonly method: string;
  /** First those that act first. */
  readonly guards: readonly GuardExplanation[];
  /** What is allowed but probably not meant. */
  readonly warnings: readonly string[];
}

/** The effective plan of an agent; as a text, and in `console.log`, it is readable. */
export interface AgentExplanation {
  /** Name of the agent. */
  readonly agent: string;
  /** Its tools, inherited ones included. */
  readonly tools: readonly ToolExplanation[];
  /** The plan as text: a line a tool, a line a guard or warning, indented. */
  toString(): string;
}

/** Says what guards the tools of an agent have. */
export function explainAgent(agent: AnyClass, planned: readonly PlannedTool[]): AgentExplanation {
  const name = agentName(agent);
  const tools = planned.map(explainTool);
  const lines = tools.length === 0 ? ['  no tools: mark its methods with @Tool()'] : tools.flatMap(linesOf);
  const asText = (): string => [name, ...lines].join('\n');
  const explanation = { agent: name, tools, toString: asText };
  // For `console.log`.
  Object.defineProperty(explanation, inspect.custom, { value: asText });
  return explanation;
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
