import { Agent, Tool } from '@actguard/core';
import { expect, test } from '@jest/globals';
import { Replayer } from '../replay/replayer.js';
import type { Trace } from '../trace/trace.js';
import { CommandError } from './command-error.js';
import type { LoadedAgents } from './load-agents.js';
import { Replayers, replayed } from './replayers.js';

@Agent()
class Shop {
  @Tool()
  async find(_args: object): Promise<unknown> {
    return undefined;
  }
}

const trace: Trace = {
  id: 't1',
  source: 'tests',
  suite: 'shop',
  userTurns: [],
  calls: [{ tool: 'find', args: {}, result: 1 }],
};

test('a trace that no run can be made of is a problem of its own, and the next is replayed', async () => {
  const replayer = await Replayer.create([Shop]);
  const wrong = { ...trace, facts: [{ at: 0, kind: 'order', value: Number.NaN }] };
  expect(await replayed(replayer, wrong)).toEqual({
    problem: expect.stringContaining('run.facts.add'),
    isDefect: false,
  });
  expect(await replayed(replayer, trace)).toMatchObject({ outcomes: [{ status: 'returned' }] });
  await replayer.close();
});

test('what is no fault of the trace is not taken for one', async () => {
  const replayer = await Replayer.create([Shop]);
  const limit = Error.stackTraceLimit;
  const broken = Object.defineProperty({ ...trace }, 'calls', {
    get() {
      throw new TypeError('a defect');
    },
  });
  expect(await replayed(replayer, broken)).toEqual({ problem: 'failed with TypeError: a defect', isDefect: true });
  expect(Error.stackTraceLimit).toBe(limit);
  expect(await replayed(replayer, trace)).toMatchObject({ outcomes: [{ status: 'returned' }] });
  await replayer.close();
});

test('suites with the same agents share a replayer, so that state can be shared', async () => {
  const agents = [Shop];
  const loaded: LoadedAgents = {
    file: 'agents.ts',
    suites: undefined,
    of: async (suite) => (suite === 'none' ? undefined : agents),
  };
  await using replayers = new Replayers(loaded, {});
  expect(await replayers.of('a')).toBe(await replayers.of('b'));
  expect(await replayers.of('none')).toBeUndefined();
});

test('a wrong declaration is told with the file', async () => {
  class Plain {}
  const loaded: LoadedAgents = { file: 'agents.ts', suites: undefined, of: async () => [Plain] };
  await using replayers = new Replayers(loaded, {});
  await expect(replayers.of('a')).rejects.toThrow(CommandError);
  await expect(replayers.of('a')).rejects.toThrow(/^agents\.ts: .*Plain/s);
});
