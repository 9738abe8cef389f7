import type { ConfigurationProblem } from '../errors/usage-errors.js';
import type { GuardDeclaration } from '../guards/guard-definition.js';
import { isCustom } from '../guards/order.js';
import { type AnyClass, lineage, type MethodRecord } from './class-record.js';

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
          ...given(own.tool),
          [IS_TOOL]: own.tool !== undefined || inherited?.options[IS_TOOL] === true,
        },
        guards: merged(agent, method, inherited?.guards ?? [], own.guards, problems),
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

// An option given as `undefined` is not given: an override must not lose the schema that its ancestor checks with.
function given(options: ClassRecordOptions): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));
}

function merged(
  agent: AnyClass,
  method: string,
  inherited: readonly GuardDeclaration[],
  own: readonly GuardDeclaration[],
  problems: ConfigurationProblem[],
): GuardDeclaration[] {
  const replacing = own.filter(({ definition }) => !definition.repeatable);
  const kept = inherited.filter(({ definition }) => {
    const successor = replacing.find((each) => each.definition.kind === definition.kind);
    if (successor === undefined) return true;
    // Built-in guards of another copy of the package are the same guards; custom ones of one name need not be.
    if (!isCustom(definition.kind) || successor.definition === definition) return false;
    const message = `is guarded by two different guards named ${definition.kind}, here and on a class that it extends; rename one`;
    problems.push({ code: 'usage.guard_twice', className: agent.name, method, option: definition.kind, message });
    return true;
  });
  return [...kept, ...own];
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

type ClassRecordGuards = MethodRecord['guards'];
type ClassRecordOptions = MethodRecord['tool'];

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
