import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Agent } from '../agent/agent.js';
import { Tool } from '../agent/tool.js';
import { RunKilledError } from '../errors/run-errors.js';
import { AgentHost } from '../host/agent-host.js';
import { currentCall } from '../run/ambient.js';
import { TestClock } from '../testing/test-clock.js';
import type { Instrument } from './instrument.js';

const place = new AsyncLocalStorage<string>();

@Agent()
class Desk {
  @Tool()
  async where(_args: object) {
    await new Promise((resolve) => setImmediate(resolve));
    return [place.getStore(), currentCall().tool];
  }
  @Tool()
  async fail(_args: object): Promise<string> {
    throw new TypeError('out of paper');
  }
  @Tool()
  async hang(_args: object): Promise<string> {
    return new Promise(() => {});
  }
  @Tool()
  async *steps(_args: object) {
    yield place.getStore();
    yield place.getStore();
  }
}

let host: AgentHost;
beforeEach(async () => {
  host = await AgentHost.create({ agents: [Desk], clock: new TestClock() });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await host.close();
});

test('surrounds methods, also behind what they await, the first outermost, until it ends', async () => {
  const around =
    (name: string): Instrument['around'] =>
    (_call, enter) =>
      place.run(`${place.getStore() ?? ''}${name}`, enter);
  host.instrument({ around: around('a') });
  const end = host.instrument({ around: around('b') });
  await host.run(async (run) => {
    const desk = run.get(Desk);
    expect(await desk.where({})).toEqual(['ab', 'Desk.where']);
    const steps: unknown[] = [];
    for await (const step of desk.steps({})) steps.push(step);
    expect(steps).toEqual(['ab', 'ab']);
    end();
    expect(await desk.where({})).toEqual(['a', 'Desk.where']);
  });
});

test('hears of the end of each call that was entered, once, after its events', async () => {
  const told: string[] = [];
  host.on((event) => void told.push(event.name), ['tool.invoke', 'tool.failure', 'guard.intervention']);
  host.instrument({
    around: (_call, enter) => enter(),
    ended: (call, error) => void told.push(`${call.tool} ${(error as Error | undefined)?.name ?? 'ended'}`),
  });
  await host.run(async (run) => {
    const desk = run.get(Desk);
    await desk.where({});
    await desk.fail({}).catch(() => {});
    const left = desk.steps({});
    await left.next();
    await left.return(undefined);
    const hanging = desk.hang({});
    run.kill('enough');
    await expect(hanging).rejects.toThrow(RunKilledError);
    await expect(desk.where({})).rejects.toThrow(RunKilledError);
  });
  expect(told).toEqual([
    ...['tool.invoke', 'Desk.where ended', 'tool.failure', 'Desk.fail TypeError', 'Desk.steps ended'],
    ...['guard.intervention', 'Desk.hang RunKilledError'],
  ]);
});

test.each<[string, Instrument['around']]>([
  [
    'throws before',
    () => {
      throw new Error('broken');
    },
  ],
  [
    'throws behind',
    (_call, enter) => {
      enter();
      throw new Error('broken');
    },
  ],
  ['does not enter', () => {}],
  [
    'enters twice',
    (_call, enter) => {
      enter();
      enter();
    },
  ],
])('changes nothing of a call where it %s', async (_, around) => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  let entered = 0;
  host.instrument({ around });
  host.instrument({
    around: (_call, enter) => {
      entered++;
      enter();
    },
    ended: () => {
      throw new Error('broken');
    },
  });
  await host.run(async (run) => {
    expect(await run.get(Desk).where({})).toEqual([undefined, 'Desk.where']);
    await expect(run.get(Desk).fail({})).rejects.toThrow('out of paper');
  });
  expect(entered).toBe(2);
});

test('has to have something that surrounds', () => {
  expect(() => host.instrument({} as Instrument)).toThrow('host.instrument: around = undefined must be a function');
});
