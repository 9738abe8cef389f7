import type { ReplayTool } from '../replay/tool-names.js';
import type { Trace } from '../trace/trace.js';

/** Refuses every call of a tool that has a guard. */
export function denyAll(trace: Trace, tools: ReadonlyMap<string, ReplayTool>): (call: number) => boolean {
  return (index) => tools.get(trace.calls[index]?.tool ?? '')?.isGuarded === true;
}
