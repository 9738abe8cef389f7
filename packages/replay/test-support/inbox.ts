import { type ActGuardEvent, Agent, Enforce, Prove, RateLimit, requireFact, rule, Tool } from '@actguard/core';
import { Replayer } from '../src/replay/replayer.js';
import { Report, type ReportOptions } from '../src/report/report.js';
import type { TraceResult } from '../src/report/trace-result.js';
import type { RecordedCall, Trace, TraceLabels } from '../src/trace/trace.js';

/** An agent with tools of each kind: open, proving, guarded by facts, by a rule of its own, and observed. */
@Agent()
export class Inbox {
  @Tool()
  @Prove({ kind: 'address', extract: 'from' })
  async list(_args: object): Promise<readonly { readonly from: string }[]> {
    return [];
  }

  @Tool()
  @Prove({ kind: 'address', extract: 'from', maxItems: 1 })
  async peek(_args: object): Promise<readonly { readonly from: string }[]> {
    return [];
  }

  @Tool()
  async read(_args: object): Promise<string> {
    return '';
  }

  @Tool()
  @Enforce(requireFact('to', 'address', { from: ['tool', 'user'] }))
  async send(_args: { to: string; text?: string }): Promise<string> {
    return '';
  }

  @Tool()
  @Enforce(rule('nothing is deleted', () => 'nothing may be deleted'))
  async remove(_args: object): Promise<string> {
    return '';
  }

  @Tool()
  @RateLimit({ maxCalls: 1, period: '1m', mode: 'observe' })
  async search(_args: object): Promise<string> {
    return '';
  }
}

export const list = (...from: readonly string[]): RecordedCall => ({
  tool: 'list',
  args: {},
  result: from.map((each) => ({ from: each })),
});
/** Only one may be peeked at: the result of more is withheld. */
export const peek = (...from: readonly string[]): RecordedCall => ({ ...list(...from), tool: 'peek' });
export const read = (text: string): RecordedCall => ({ tool: 'read', args: {}, result: text });
export const send = (to: string, more: Partial<RecordedCall> = {}): RecordedCall => ({
  tool: 'send',
  args: { to },
  result: 'sent',
  isWrite: true,
  ...more,
});
export const remove: RecordedCall = { tool: 'remove', args: {}, result: 'removed', isWrite: true };
export const search: RecordedCall = { tool: 'search', args: {}, result: 'nothing' };

export const USEFUL: TraceLabels = { kind: 'benign', isUseful: true };
export const USELESS: TraceLabels = { kind: 'benign', isUseful: false };

/** An attack that succeeded by the calls at these places. */
export const attack = (...requires: readonly (readonly number[])[]): TraceLabels => ({
  kind: 'attack',
  attackSucceeded: true,
  attackRequires: requires,
});

export function traceOf(calls: readonly RecordedCall[], more: Partial<Trace> = {}): Trace {
  return { id: 't1', source: 'letters', suite: 'inbox', userTurns: [], calls, ...more };
}

/** Replays traces through `Inbox` and adds them up. */
export async function reportOf(
  traces: readonly Trace[],
  options: ReportOptions & {
    readonly onEvent?: (event: ActGuardEvent) => void;
    readonly onResult?: (trace: Trace, result: TraceResult) => void;
  } = {},
): Promise<Report> {
  const replayer = await Replayer.create([Inbox], { onEvent: options.onEvent });
  const report = new Report(options);
  try {
    for (const trace of traces) {
      const result = report.add(await replayer.replay(trace), replayer.tools);
      options.onResult?.(trace, result);
    }
  } finally {
    await replayer.close();
  }
  return report;
}
