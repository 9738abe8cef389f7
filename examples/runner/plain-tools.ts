import type { AgentHost, Refusal, ToolCallResult, Toolset } from '@actguard/core';
import type { AgentClass } from './scenario.js';

/** What a guarded toolset says when a tool throws. The bare one says the same, so that the model reads the same. */
export const TOOL_FAILED: Refusal = {
  refused: true,
  code: 'tool.failed',
  because: 'The tool failed.',
  tryInstead: 'Try it once more if that is safe, or go on without it and say so.',
};

/** What the bare toolset says where there was nothing to call. */
const NOT_CALLED: Refusal = {
  refused: true,
  code: 'tool.not_called',
  because: 'There is no such tool, or its arguments are no JSON.',
  tryInstead: 'Use one of the tools that you were offered, with arguments as its schema says.',
};

/**
 * The tools of plain instances, called as they are: no guard sees a call, as in most agent loops. The host is asked for
 * nothing but the descriptions, so that the model is offered the same tools in both runs.
 *
 * @param instances one of each class, in the order of `agents`
 */
export async function plainTools(
  host: AgentHost,
  agents: readonly AgentClass[],
  instances: readonly object[],
): Promise<Toolset> {
  await using run = host.open();
  const { definitions } = run.tools(...agents);
  const methods = new Map(agents.flatMap((agent, index) => methodsOf(host, agent, instances[index])));

  async function call(name: string, args: unknown): Promise<ToolCallResult> {
    const method = methods.get(name);
    const parsed = parse(args);
    if (method === undefined || parsed === undefined) {
      const error = new Error(`there is no tool named ${name}, or its arguments are no JSON`);
      return { ok: false, refusal: NOT_CALLED, final: false, error };
    }
    try {
      return { ok: true, value: await method(parsed) };
    } catch (error) {
      return { ok: false, refusal: TOOL_FAILED, final: false, error };
    }
  }
  return { definitions, call };
}

function parse(args: unknown): unknown {
  if (typeof args !== 'string') return args;
  try {
    return JSON.parse(args);
  } catch {
    return undefined;
  }
}

type Method = (args: unknown) => unknown;

function methodsOf(host: AgentHost, agent: AgentClass, instance: object | undefined): [name: string, Method][] {
  if (!(instance instanceof agent))
    throw new Error(`plainAgents must have an instance of ${agent.name} where agents has the class`);
  return host.explain(agent).tools.map(({ id, name }) => {
    const method: Method = Reflect.get(instance, id.slice(id.lastIndexOf('.') + 1));
    return [name, method.bind(instance)];
  });
}
