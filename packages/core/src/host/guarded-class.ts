import type { AnyClass } from '../agent/class-record.js';
import { invoke } from '../call/pipeline.js';
import type { Plan } from '../call/plan.js';
import { invokeStream } from '../call/stream.js';
import type { Class } from '../container/provider.js';
import { MissingRunError } from '../errors/run-errors.js';
import { UsageError } from '../errors/usage-errors.js';
import type { AgentRun } from '../run/agent-run.js';

// The run whose agent is being constructed; constructing is synchronous.
let constructing: AgentRun | undefined;

/** Constructs something whose guarded classes belong to a run. */
export function constructFor<T>(run: AgentRun, construct: () => T): T {
  const outer = constructing;
  constructing = run;
  try {
    return construct();
  } finally {
    constructing = outer;
  }
}

/**
 * A subclass of an agent whose tools go through their plans. Made once per host: guarded methods are on its prototype and the
 * run is in a private field, so `#private` members, `instanceof`, `this.otherTool()` and methods bound in the constructor work,
 * and making an instance costs nothing extra. `super.tool()` is not guarded.
 */
export function guardedClass(agent: AnyClass, plans: readonly Plan[]): Class<object> {
  class Guarded extends (agent as new (...args: unknown[]) => object) {
    readonly #run = runUnderConstruction(agent);

    static runOf(instance: unknown, tool: string): AgentRun {
      if (typeof instance === 'object' && instance !== null) {
        if (#run in instance) return instance.#run;
        if (instance instanceof Guarded) throw calledTooEarly(tool);
      }
      throw new MissingRunError(
        tool,
        'it was taken from its agent; call it on what run.get returned inside host.run, or bind it',
      );
    }
  }
  Object.defineProperty(Guarded, 'name', { value: agent.name });
  for (const plan of plans) {
    const { method, id, streams } = plan.tool;
    const guarded = streams
      ? function (this: object, args: unknown): unknown {
          return invokeStream(plan, Guarded.runOf(this, id), this, args);
        }
      : function (this: object, args: unknown): unknown {
          let run: AgentRun;
          try {
            run = Guarded.runOf(this, id);
          } catch (error) {
            return Promise.reject(error);
          }
          return invoke(plan, run, this, args);
        };
    Object.defineProperty(guarded, 'name', { value: method });
    Object.defineProperty(Guarded.prototype, method, { value: guarded, writable: true, configurable: true });
  }
  return Guarded as unknown as Class<object>;
}

function runUnderConstruction(agent: AnyClass): AgentRun {
  if (constructing === undefined) throw new MissingRunError(`constructing ${agent.name}`);
  return constructing;
}

function calledTooEarly(tool: string): UsageError {
  return new UsageError(`${tool} was called in the constructor, before its agent belongs to a run. Call it later.`, {
    code: 'usage.call_in_constructor',
  });
}
