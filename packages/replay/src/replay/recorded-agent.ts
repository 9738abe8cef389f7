import { AGENT_METADATA_KEY, Agent, TOOL_METADATA_KEY } from '@actguard/core';
import 'reflect-metadata';
import type { Recording } from './recording.js';

/** Any agent class. */
export type AgentClass = new (...args: never[]) => object;

type Prototype = Record<string, unknown>;

/**
 * A subclass of an agent whose tools answer with what was recorded. It inherits every declaration, because an overriding
 * method keeps the guards of its parent; the constructor of the agent never runs, so nothing has to be provided for it.
 */
export function recordedAgent(agent: AgentClass, recording: Recording): AgentClass {
  function Recorded(): object {
    return Reflect.construct(Object, [], new.target as unknown as AgentClass);
  }
  Object.setPrototypeOf(Recorded, agent);
  const prototype = Object.create(agent.prototype as object) as Prototype;
  Recorded.prototype = prototype;
  Object.defineProperty(prototype, 'constructor', { value: Recorded, writable: true, configurable: true });
  for (const [method, streams] of toolMethods(agent)) {
    const body = streams
      ? async function* () {
          yield* recording.stream();
        }
      : () => recording.answer();
    Object.defineProperty(prototype, method, { value: body, writable: true, configurable: true });
  }
  // What was never constructed has nothing to close.
  for (const hook of [Symbol.asyncDispose, Symbol.dispose])
    Object.defineProperty(prototype, hook, { value: undefined, writable: true, configurable: true });
  Object.defineProperty(Recorded, 'name', { value: agent.name });
  const recorded = Recorded as unknown as AgentClass;
  // Named like the original, so that `requireCall('Agent.method')` and ids in reports stay what they were.
  if (Reflect.hasMetadata(AGENT_METADATA_KEY, agent)) Agent({ name: declaredName(agent) })(recorded);
  return recorded;
}

/** Name of an agent: as declared, or that of its class. */
export function declaredName(agent: AgentClass): string {
  const declared = Reflect.getMetadata(AGENT_METADATA_KEY, agent) as { readonly name?: string } | undefined;
  return declared?.name ?? agent.name;
}

/** Names of the methods that are tools, and whether they stream. */
function toolMethods(agent: AgentClass): Map<string, boolean> {
  const methods = new Map<string, boolean>();
  for (
    let owner = agent.prototype as Prototype | null;
    owner !== null;
    owner = Object.getPrototypeOf(owner) as Prototype | null
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof value !== 'function' || !Reflect.hasMetadata(TOOL_METADATA_KEY, value)) continue;
      const current = (agent.prototype as Prototype)[name];
      methods.set(name, Object.prototype.toString.call(current) === '[object AsyncGeneratorFunction]');
    }
  }
  return methods;
}
