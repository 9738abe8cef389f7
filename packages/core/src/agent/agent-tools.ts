import type { ConfigurationProblem } from '../errors/usage-errors.js';
import type { GuardDeclaration } from '../guards/guard-definition.js';
import { type AnyClass, type ClassRecord, lineage } from './class-record.js';

/** A tool of an agent class with all that its class and the ancestors of it declare. */
export interface AgentTool {
  readonly method: string;
  /** `Agent.method`. */
  readonly id: string;
  /** Its own id and those of the classes that it inherits from, nearest first. */
  readonly ids: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly guards: readonly GuardDeclaration[];
}

/** Name of an agent: as declared, or that of its class. */
export function agentName(agent: AnyClass): string {
  const own = lineage(agent).at(-1)?.record?.agent;
  return own?.name ?? agent.name;
}

/** Whether a class, or one that it extends, is marked `@Agent`. */
export function isAgent(agent: AnyClass): boolean {
  return lineage(agent).some(({ record }) => record?.agent !== undefined);
}

/**
 * The tools of a class. An override keeps its ancestor's guards, with decorators of its own or without: a kind declared
 * again replaces, `@Prove` and `@Enforce` add up.
 */
export function toolsOf(agent: AnyClass, problems: ConfigurationProblem[]): AgentTool[] {
  const tools = new Map<string, AgentTool>();
  for (const { owner, record } of lineage(agent)) {
    const name = record?.agent?.name ?? owner.name;
    for (const [method, tool] of tools)
      tools.set(method, { ...tool, id: `${name}.${method}`, ids: [`${name}.${method}`, ...tool.ids] });
    for (const [method, own] of record?.methods ?? []) {
      reportTwins(agent, method, own.guards, problems);
      const inherited = tools.get(method);
      const id = `${name}.${method}`;
      tools.set(method, {
        method,
        id,
        ids: inherited?.ids ?? [id],
        options: {
          ...inherited?.options,
          ...own.tool,
          [IS_TOOL]: own.tool !== undefined || inherited?.options[IS_TOOL] === true,
        },
        guards: merged(inherited?.guards ?? [], own.guards),
      });
    }
  }
  return [...tools.values()].filter((tool) => isUsable(agent, tool, problems)).map(withoutMark);
}

const IS_TOOL = Symbol('is a tool') as unknown as string;

function withoutMark(tool: AgentTool): AgentTool {
  const { [IS_TOOL]: _, ...options } = tool.options;
  return { ...tool, ids: [...new Set(tool.ids)], options };
}

function merged(inherited: readonly GuardDeclaration[], own: readonly GuardDeclaration[]): GuardDeclaration[] {
  const replaced = new Set(
    own.filter(({ definition }) => !definition.repeatable).map(({ definition }) => definition.kind),
  );
  return [...inherited.filter(({ definition }) => !replaced.has(definition.kind)), ...own];
}

function reportTwins(
  agent: AnyClass,
  method: string,
  guards: ClassRecordGuards,
  problems: ConfigurationProblem[],
): void {
  const seen = new Set<string>();
  for (const { definition } of guards) {
    if (definition.repeatable) continue;
    if (seen.has(definition.kind)) {
      const message = `is guarded by ${definition.kind} twice; one declaration is needed`;
      problems.push({ code: 'usage.guard_twice', className: agent.name, method, message });
    }
    seen.add(definition.kind);
  }
}

type ClassRecordGuards = NonNullable<ReturnType<ClassRecord['methods']['get']>>['guards'];

function isUsable(agent: AnyClass, { method, options, guards }: AgentTool, problems: ConfigurationProblem[]): boolean {
  const problem = (message: string): false => {
    problems.push({ code: 'usage.tool', className: agent.name, method, message });
    return false;
  };
  if (!options[IS_TOOL])
    return problem(
      `has guards (${guards.map(({ definition }) => definition.kind).join(', ')}) but no @Tool, so nothing would guard it`,
    );
  if (method === 'then') return problem('cannot be a tool: an object with a method "then" is taken for a promise');
  const descriptor = descriptorOf(agent.prototype as object, method);
  if (typeof descriptor?.value !== 'function') return problem('is no method on the class any more');
  return true;
}

function descriptorOf(prototype: object | null, name: string): PropertyDescriptor | undefined {
  for (let owner = prototype; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}
