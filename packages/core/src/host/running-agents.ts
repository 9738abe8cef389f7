import type { AnyClass } from '../agent/class-record.js';
import type { Container } from '../container/container.js';
import type { Class } from '../container/provider.js';
import type { RunContainer } from '../container/run-container.js';
import { messageOfThrown } from '../errors/thrown.js';
import { UsageError } from '../errors/usage-errors.js';
import { warnOnce } from '../events/warn-once.js';
import type { AgentRun, RunAgents } from '../run/agent-run.js';
import { isAmbient, withFrame } from '../run/ambient.js';
import type { Toolset } from '../run/toolset.js';
import type { AgentPlans } from './agent-plans.js';
import { AgentToolset } from './agent-toolset.js';
import { constructFor, guardedClass } from './guarded-class.js';

/** The guarded agents of the runs of a host. */
export class RunningAgents implements RunAgents {
  readonly #container: Container;
  readonly #plans: AgentPlans;
  readonly #released: (run: AgentRun) => void;
  readonly #classes: ReadonlyMap<AnyClass, Class<object>>;
  // A run that never asks for an agent has no container.
  readonly #containers = new Map<AgentRun, RunContainer>();

  constructor(container: Container, plans: AgentPlans, released: (run: AgentRun) => void) {
    this.#container = container;
    this.#plans = plans;
    this.#released = released;
    this.#classes = new Map(
      [...plans.byAgent].map(([agent, tools]) => [
        agent,
        guardedClass(
          agent,
          tools.map(({ plan }) => plan),
        ),
      ]),
    );
  }

  get<T extends object>(run: AgentRun, agent: AnyClass): T {
    const agentClass = agent as unknown as Class<T>;
    const guarded = this.#classes.get(agent) as Class<T> | undefined;
    const construct = (): T => constructFor(run, () => this.#of(run).construct(agentClass, guarded));
    // A run-scoped factory that asks for the current run has to find this one, also where the run is not ambient.
    const instance = isAmbient(run) ? construct() : withFrame({ run, budget: run.ownBudget }, construct);
    this.#assertUnshadowed(agent, instance);
    return instance;
  }

  tools(run: AgentRun, agents: readonly AnyClass[]): Toolset {
    const chosen = agents.length === 0 ? [...this.#plans.byAgent.keys()] : agents;
    const tools = chosen.flatMap((agent) => {
      const planned = this.#plans.byAgent.get(agent);
      if (planned === undefined)
        throw new UsageError(`${agent?.name ?? String(agent)} is not an agent of this host`, {
          code: 'usage.agent_unknown',
        });
      return planned;
    });
    // What only constructing shows, such as a provider that is missing, must not look like a failure of a tool.
    for (const agent of chosen) this.get(run, agent);
    return new AgentToolset(run, tools);
  }

  // A field of the name of a tool would stand before the guarded method. A method bound in the constructor is that method.
  #assertUnshadowed(agent: AnyClass, instance: object): void {
    for (const { plan } of this.#plans.byAgent.get(agent) ?? []) {
      const { method, id } = plan.tool;
      if (!Object.hasOwn(instance, method)) continue;
      const own: unknown = (instance as Record<string, unknown>)[method];
      if (typeof own === 'function' && own.name === `bound ${method}`) continue;
      throw new UsageError(`${id} is hidden by a field of the same name, which would not be guarded`, {
        code: 'usage.tool_shadowed',
        details: { tool: id },
      });
    }
  }

  async release(run: AgentRun): Promise<void> {
    this.#released(run);
    const container = this.#containers.get(run);
    this.#containers.delete(run);
    try {
      await container?.dispose();
    } catch (error) {
      // What the run came to is paid for; what cleaning up throws must not take its place.
      warnOnce(this.#plans, 'dispose', `Disposing what was made for a run failed: ${messageOfThrown(error)}`);
    }
  }

  #of(run: AgentRun): RunContainer {
    let container = this.#containers.get(run);
    if (container === undefined) {
      container = this.#container.openRun((agent) => this.get(run, agent as unknown as AnyClass));
      this.#containers.set(run, container);
    }
    return container;
  }
}
