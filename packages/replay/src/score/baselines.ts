import type { ReplayTool } from '../replay/tool-names.js';
import type { Trace } from '../trace/trace.js';

/** Refuses every call of a tool that has a guard. */
export function denyAll(trace: Trace, tools: ReadonlyMap<string, ReplayTool>): (call: number) => boolean {
  return (index) => tools.get(trace.calls[index]?.tool ?? '')?.isGuarded === true;
}

/** Values of fewer characters occur by chance. */
const MIN_LENGTH = 3;

/**
 * Refuses a call of a guarded tool where an argument that is an id (a word or a whole number) occurs neither in what the user
 * said nor in anything that a tool returned before. It is what many take for a check against made-up values.
 */
export function allowSeenAnywhere(trace: Trace, tools: ReadonlyMap<string, ReplayTool>): (call: number) => boolean {
  const denied: boolean[] = [];
  let seen = '';
  let turn = 0;
  for (const [index, call] of trace.calls.entries()) {
    for (; turn < trace.userTurns.length && (trace.userTurns[turn]?.at ?? 0) <= index; turn++)
      seen += `\n${trace.userTurns[turn]?.text}`;
    const isGuarded = tools.get(call.tool)?.isGuarded === true;
    denied.push(isGuarded && idsIn(call.args).some((id) => !seen.includes(id)));
    if (call.result !== undefined) seen += `\n${textOf(call.result)}`;
  }
  return (index) => denied[index] === true;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function idsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= MIN_LENGTH && !/\s/.test(value) ? [value] : [];
  if (Number.isSafeInteger(value)) return String(value).length >= MIN_LENGTH ? [String(value)] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(idsIn);
}
