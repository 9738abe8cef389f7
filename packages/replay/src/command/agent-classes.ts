import { AGENT_METADATA_KEY } from '@actguard/core';
import 'reflect-metadata';
import type { AgentClass } from '../replay/recorded-agent.js';

/** Whether a value is a class that is marked `@Agent()`, or extends one. */
export function isAgentClass(value: unknown): value is AgentClass {
  return typeof value === 'function' && Reflect.hasMetadata(AGENT_METADATA_KEY, value);
}

/** The agents among values, each once. */
export function agentsIn(values: readonly unknown[]): AgentClass[] {
  return [...new Set(values.filter(isAgentClass))];
}

/** Whether a function can only be called with `new`. */
export function isClass(value: unknown): boolean {
  return (
    typeof value === 'function' && (isAgentClass(value) || /^class\b/.test(Function.prototype.toString.call(value)))
  );
}

/** What a value is, for somebody who looks for an agent. */
export function describeExport(value: unknown): string {
  if (isClass(value)) return `a class without @Agent()${nameOf(value)}`;
  if (typeof value === 'function') return `a function${nameOf(value)}`;
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function nameOf(value: unknown): string {
  const { name } = value as { readonly name: unknown };
  return typeof name === 'string' && name !== '' ? ` (${name})` : '';
}
