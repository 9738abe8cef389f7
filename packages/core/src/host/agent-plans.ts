import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type AgentTool, agentName, isAgent, toolsOf } from '../agent/agent-tools.js';
import type { AnyClass } from '../agent/class-record.js';
import { namesIn } from '../agent/schema-names.js';
import type { ToolInfo } from '../agent/tool-info.js';
import { CountAttempts } from '../call/count-attempts.js';
import { type Plan, planOf, type Step, type ToolFunction } from '../call/plan.js';
import { type ConfigurationProblem, shown } from '../errors/usage-errors.js';
import type { GuardSite } from '../guards/guard-site.js';
import { type MaxAttemptsGuard, maxAttempts } from '../guards/max-attempts.js';
import { isCustom, positionOf } from '../guards/order.js';
import { ToolRegistry } from './tool-registry.js';
import { describeInput, type JsonSchemaOrReason } from './tool-schema.js';

/** A tool of the host: its plan, its description for a model, and what `host.explain` warns of. */
export interface PlannedTool {
  readonly agent: AnyClass;
  readonly plan: Plan;
  readonly schema: JsonSchemaOrReason;
  readonly guards: AgentTool['guards'];
  readonly warnings: readonly string[];
}

/** All plans of a host. */
export interface AgentPlans {
  readonly byAgent: ReadonlyMap<AnyClass, readonly PlannedTool[]>;
  readonly registry: ToolRegistry;
}

/** What guards are told of their host while they are built. */
export type PlanningHost = Pick<GuardSite, 'clock' | 'hasTariff'>;

interface Draft {
  readonly agent: AnyClass;
  readonly tool: AgentTool;
  readonly info: ToolInfo;
  readonly schema: JsonSchemaOrReason;
}

const TOOL_OPTIONS = ['name', 'description', 'input'];
const ALL_TOOL_OPTIONS = [
  ...TOOL_OPTIONS,
  'rateLimit',
  'circuitBreaker',
  'timeout',
  'maxAttempts',
  'idempotent',
  'prove',
  'enforce',
  'budget',
];
const MODEL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Builds the plan of every tool of every agent. Everything that is wrong goes to `problems`. */
export async function planAgents(
  agents: readonly AnyClass[],
  host: PlanningHost,
  problems: ConfigurationProblem[],
): Promise<AgentPlans> {
  checkAgents(agents, problems);
  const drafts = await draft(agents, problems);
  const registry = new ToolRegistry(drafts.map(({ info, tool }) => ({ info, guards: tool.guards })));
  const shared = new Map<string, unknown>();
  const byAgent = new Map<AnyClass, PlannedTool[]>(agents.map((agent) => [agent, []]));
  for (const each of drafts) byAgent.get(each.agent)?.push(plan(each, registry, host, shared, problems));
  return { byAgent, registry };
}

function checkAgents(agents: readonly AnyClass[], problems: ConfigurationProblem[]): void {
  const names = new Map<string, AnyClass>();
  for (const agent of agents) {
    const name = agentName(agent);
    const twin = names.get(name);
    names.set(name, agent);
    if (!isAgent(agent)) {
      problems.push({
        code: 'usage.agent',
        className: agent.name,
        message: 'is listed as an agent but is not marked @Agent()',
      });
    }
    if (twin !== undefined && twin !== agent) {
      const message = `has the same agent name "${name}" as another class (${twin.name}); give one of them @Agent({ name })`;
      problems.push({ code: 'usage.agent', className: agent.name, option: 'Agent.name', value: name, message });
    }
  }
}

async function draft(agents: readonly AnyClass[], problems: ConfigurationProblem[]): Promise<Draft[]> {
  const found = agents.flatMap((agent) => toolsOf(agent, problems).map((tool) => ({ agent, tool })));
  const names = modelNames(found, problems);
  return Promise.all(
    found.map(async ({ agent, tool }, index) => {
      const input = readToolOptions(agent, tool, problems);
      const schema = await describeInput(input);
      const method = (agent.prototype as Record<string, unknown>)[tool.method];
      const info: ToolInfo = {
        index,
        id: tool.id,
        ids: tool.ids,
        name: names.get(tool) as string,
        description: tool.options['description'] as string | undefined,
        className: agent.name,
        method: tool.method,
        input,
        argumentNames: namesIn(schema.schema),
        inputSchema: schema.schema,
        streams: Object.prototype.toString.call(method) === '[object AsyncGeneratorFunction]',
      };
      return { agent, tool, info, schema };
    }),
  );
}

function readToolOptions(
  agent: AnyClass,
  { method, options }: AgentTool,
  problems: ConfigurationProblem[],
): StandardSchemaV1 | undefined {
  const problem = (option: string, message: string): void =>
    void problems.push({
      code: 'usage.tool',
      className: agent.name,
      method,
      option: `Tool.${option}`,
      value: options[option],
      message,
    });
  for (const name of Object.keys(options))
    if (!TOOL_OPTIONS.includes(name))
      problem(name, `is no option of @Tool; its options are ${ALL_TOOL_OPTIONS.join(', ')}`);
  const { description, input } = options as { description?: unknown; input?: Partial<StandardSchemaV1> };
  if (description !== undefined && typeof description !== 'string') problem('description', 'must be a text');
  if (input === undefined) return undefined;
  if (typeof input?.['~standard']?.validate === 'function') return input as StandardSchemaV1;
  problem('input', 'must be a Standard Schema (valibot, zod, ArkType, …)');
  return undefined;
}

function modelNames(
  found: readonly { agent: AnyClass; tool: AgentTool }[],
  problems: ConfigurationProblem[],
): Map<AgentTool, string> {
  // Those that are named by hand do not collide with a method of the same name.
  const defaults = found.filter(({ tool }) => tool.options['name'] === undefined).map(({ tool }) => tool.method);
  const names = new Map<AgentTool, string>();
  const owners = new Map<string, AgentTool>();
  for (const { agent, tool } of found) {
    const isShared = defaults.filter((method) => method === tool.method).length > 1;
    const name = tool.options['name'] ?? (isShared ? `${agentName(agent)}_${tool.method}` : tool.method);
    const problem = (message: string): void =>
      void problems.push({
        code: 'usage.tool',
        className: agent.name,
        method: tool.method,
        option: 'Tool.name',
        value: name,
        message,
      });
    if (typeof name !== 'string' || !MODEL_NAME.test(name))
      problem('must be 1 to 64 letters, digits, "_" or "-", as models take it');
    const twin = owners.get(String(name));
    if (twin !== undefined) problem(`is the name of ${twin.id} too`);
    owners.set(String(name), tool);
    names.set(tool, String(name));
  }
  return names;
}

function plan(
  each: Draft,
  registry: ToolRegistry,
  host: PlanningHost,
  shared: Map<string, unknown>,
  problems: ConfigurationProblem[],
): PlannedTool {
  const { agent, tool, info, schema } = each;
  const warnings: string[] = [];
  const site: GuardSite = {
    tool: info,
    tools: registry,
    ...host,
    problem: (option, value, message, code = 'usage.guard_configuration') =>
      void problems.push({ code, className: info.className, method: info.method, option, value, message }),
    warn: (message) => void warnings.push(message),
    shared<T>(key: string, create: () => T): T {
      if (!shared.has(key)) shared.set(key, create());
      return shared.get(key) as T;
    },
  };
  const steps = tool.guards.flatMap((declaration) => stepsOf(declaration, site));
  if (info.input === undefined && takesArguments(agent, tool)) {
    warnings.push('it takes arguments but has no input schema, so a model is told nothing about them');
  }
  const limit = steps.find(({ kind }) => kind === maxAttempts.kind);
  if (limit === undefined) steps.push(countingStep);
  steps.sort((a, b) => positionOf(a.kind) - positionOf(b.kind));
  const method = (agent.prototype as Record<string, ToolFunction>)[tool.method] as ToolFunction;
  const counted = limit && { guard: limit.guard as MaxAttemptsGuard, step: limit };
  return { agent, plan: planOf(info, method, steps, counted), schema, guards: tool.guards, warnings };
}

function takesArguments(agent: AnyClass, { method }: AgentTool): boolean {
  return (agent.prototype as Record<string, ToolFunction>)[method]?.length !== 0;
}

const countingStep: Step = {
  guard: new CountAttempts(),
  kind: maxAttempts.kind,
  mode: 'enforce',
  decidesReplays: false,
  decidesAlone: false,
  hearsEnd: false,
  isQuiet: true,
  isCustom: false,
};

// A custom guard names its options only.
function named(site: GuardSite, kind: string): GuardSite {
  return { ...site, problem: (option, ...rest) => site.problem(`${kind}.${option}`, ...rest) };
}

function stepsOf({ definition, options, mode = 'enforce' }: AgentTool['guards'][number], site: GuardSite): Step[] {
  const { kind, refusesStreams, decidesReplays = false } = definition;
  if (site.tool.streams && refusesStreams !== undefined)
    site.problem(kind, undefined, `cannot guard an async * method: ${refusesStreams}`);
  try {
    return definition.build(options as never, isCustom(kind) ? named(site, kind) : site).map((guard) => ({
      guard,
      kind,
      mode,
      decidesReplays,
      decidesAlone: guard.decidesAlone ?? (guard.request === undefined && guard.admit !== undefined),
      hearsEnd: guard.settle !== undefined || guard.late !== undefined || guard.dispatched !== undefined,
      isCustom: isCustom(kind),
    }));
  } catch (error) {
    site.problem(kind, undefined, `could not be built: ${error instanceof Error ? error.message : shown(error)}`);
    return [];
  }
}
