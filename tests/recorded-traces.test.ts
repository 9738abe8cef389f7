import path from 'node:path';
import { type AgentClass, type ReplayedTrace, readTraces, replay, type Trace } from '@actguard/replay';
import { describe, expect, test } from '@jest/globals';
import { suites } from '../examples/real-agents/suites.js';

/** A folder with recorded traces of real models. They are not ours to keep, so they are only read where somebody has them. */
const RECORDED = process.env['ACTGUARD_TRACES'];
const testRecorded = RECORDED === undefined ? test.skip : test;
const why = RECORDED === undefined ? ' (skipped: ACTGUARD_TRACES names no folder)' : '';

const SUITES = ['tau_airline', 'tau_retail'];

async function* tracesOf(file: string, suite: string): AsyncGenerator<Trace> {
  for await (const read of readTraces(path.join(RECORDED ?? '', file)))
    if ('trace' in read && read.trace.suite === suite) yield read.trace;
}

async function replayed(file: string, suite: string): Promise<ReplayedTrace[]> {
  const agent: AgentClass | undefined = await suites[suite]?.();
  const done: ReplayedTrace[] = [];
  for await (const each of replay({ agents: agent ? [agent] : [], traces: tracesOf(file, suite) })) done.push(each);
  return done;
}

/** Calls that are refused although the real system had carried them out, and the agent had their value from somewhere. */
function acceptedAndRefused(traces: readonly ReplayedTrace[]): string[] {
  return traces.flatMap(({ trace, outcomes }) =>
    outcomes.flatMap((outcome, call) => {
      if (outcome.status !== 'refused' || trace.calls[call]?.error !== undefined) return [];
      return isFromNowhere({ trace, outcomes }, call, outcome.refusal.arg) ? [] : [`${trace.id} ${call}`];
    }),
  );
}

/** Whether the refused value stands in nothing that the user said or a call returned before: the script left a read out. */
function isFromNowhere({ trace, outcomes }: ReplayedTrace, call: number, arg: string | undefined): boolean {
  const { calls, userTurns } = trace;
  const value = (calls[call]?.args as Record<string, unknown> | undefined)?.[arg ?? ''];
  const returned = calls.slice(0, call).filter((_, index) => outcomes[index]?.status === 'returned');
  const before = JSON.stringify([userTurns, returned.map(({ result }) => result)]);
  return typeof value === 'string' && !before.toLowerCase().includes(value.toLowerCase());
}

testRecorded(`gpt-4o: no call that was carried out is refused${why}`, async () => {
  const traces = await replayed('tau-bench-llm.jsonl.gz', 'tau_airline');
  expect(traces.length).toBeGreaterThan(0);
  expect(acceptedAndRefused(traces)).toEqual([]);
});

describe.each(SUITES)('recorded conversations of %s', (suite) => {
  testRecorded(`ground truth with its reads: nothing is refused whose value the agent had${why}`, async () => {
    const traces = (await replayed('tau-bench-groundtruth.jsonl.gz', suite)).filter(
      ({ trace }) => trace.model === 'ground-truth+reads',
    );
    expect(traces.length).toBeGreaterThan(0);
    expect(acceptedAndRefused(traces)).toEqual([]);
  });

  testRecorded(
    `swapped ids: every swapped write is refused, and no other call whose value the agent had${why}`,
    async () => {
      const traces = await replayed('tau-bench-mutated.jsonl.gz', suite);
      expect(traces.length).toBeGreaterThan(0);
      for (const { trace, outcomes } of traces) {
        const swapped = trace.labels?.attackRequires?.flat() ?? [];
        const refused = outcomes.flatMap((outcome, call) => {
          if (outcome.status !== 'refused') return [];
          return !swapped.includes(call) && isFromNowhere({ trace, outcomes }, call, outcome.refusal.arg) ? [] : [call];
        });
        expect({ id: trace.id, refused }).toEqual({ id: trace.id, refused: swapped });
      }
    },
  );
});
