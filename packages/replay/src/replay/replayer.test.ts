import {
  type ActGuardEvent,
  Agent,
  byUser,
  defineGuard,
  Enforce,
  GuardRefusedError,
  Idempotent,
  Prove,
  RateLimit,
  requireCall,
  requireFact,
  Timeout,
  Tool,
} from '@actguard/core';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import * as v from 'valibot';
import type { RecordedCall, Trace } from '../trace/trace.js';
import { RecordedFailure } from './recorded-failure.js';
import { ReplayClock } from './replay-clock.js';
import { Replayer, type ReplayerOptions } from './replayer.js';

const WITH_ORDER = v.object({ order: v.object({ id: v.string() }) });

const ONE_FOR_ALL = new GuardRefusedError({ tool: 'Desk.closed', guard: 'closed', because: 'The desk is closed.' });
const Closed = defineGuard({
  name: 'closed',
  create: () => ({
    admit() {
      throw ONE_FOR_ALL;
    },
  }),
});

class Wordless extends GuardRefusedError {
  override toPrompt(): never {
    throw new Error('no words');
  }
}
const Mute = defineGuard({
  name: 'mute',
  create: () => ({
    admit({ tool }) {
      throw new Wordless({ tool, guard: 'mute', because: 'unsaid' });
    },
  }),
});

const KeepBack = defineGuard({
  name: 'keepBack',
  create: () => ({
    returned({ tool }) {
      throw new GuardRefusedError({ tool, guard: 'keepBack', because: 'Nobody may see this.' });
    },
  }),
});

const AskSomebody = defineGuard({
  name: 'askSomebody',
  create: () => ({
    async admit() {
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  }),
});

let touched = 0;

@Agent()
class Desk {
  @Tool()
  async open(_args: object): Promise<void> {}

  @Tool()
  @Closed()
  async closed(_args: object): Promise<void> {}

  @Tool()
  @Mute()
  async mute(_args: object): Promise<void> {}

  @Tool()
  @KeepBack()
  async look(_args: object): Promise<void> {}

  @Tool()
  @AskSomebody()
  async ask(_args: object): Promise<void> {}

  @Tool()
  @Timeout('2m')
  async timed(_args: object): Promise<void> {}

  @Tool()
  @RateLimit({ maxCalls: 1, period: '1m', scope: byUser })
  async pay(_args: object): Promise<void> {}

  [Symbol.asyncDispose](): void {
    touched++;
  }
}

const call = (tool: string, more: Partial<RecordedCall> = {}): RecordedCall => ({
  tool,
  args: {},
  result: 'ok',
  ...more,
});

function trace(id: string, ...calls: readonly RecordedCall[]): Trace {
  return { id, source: 'tests', suite: 'desk', userId: 'mina', userTurns: [], calls };
}

let replayer: Replayer | undefined;
afterEach(async () => {
  await replayer?.close();
  replayer = undefined;
});

async function statuses(...traces: readonly Trace[]): Promise<string[][]> {
  const current = (replayer ??= await Replayer.create([Desk]));
  const done = await Promise.all(traces.map((each) => current.replay(each)));
  return done.map(({ outcomes }) => outcomes.map(({ status }) => status));
}

test('closes nothing of an agent that it never constructed', async () => {
  expect(await statuses(trace('t1', call('open')))).toEqual([['returned']]);
  expect(touched).toBe(0);
});

describe('a refusal', () => {
  test('is one, however often the guard throws the same error', async () => {
    const current = (replayer = await Replayer.create([Desk]));
    const { outcomes } = await current.replay(trace('t1', call('closed'), call('closed')));
    const refused = {
      status: 'refused',
      refusal: expect.objectContaining({ guard: 'closed', code: 'guard.refused', because: 'The desk is closed.' }),
    };
    expect(outcomes).toEqual([refused, refused]);
  });

  test('needs no words for the model', async () => {
    const current = (replayer = await Replayer.create([Desk]));
    const { outcomes } = await current.replay(trace('t1', call('mute')));
    expect(outcomes).toEqual([{ status: 'refused', refusal: expect.objectContaining({ guard: 'mute' }) }]);
  });

  test('that comes behind the method withholds the result, whichever guard it is', async () => {
    expect(await statuses(trace('t1', call('look'), call('closed')))).toEqual([['withheld', 'refused']]);
  });
});

describe('a trace', () => {
  test('waits until those before it are done, also where nobody waits for them', async () => {
    const slow = call('open', { durationMs: 5 });
    const found = await statuses(trace('t1', call('pay'), slow, call('pay')), trace('t2', slow, slow, call('pay')));
    expect(found).toEqual([
      ['returned', 'returned', 'refused'],
      ['returned', 'returned', 'returned'],
    ]);
  });

  test('is replayed though one before it could not be', async () => {
    const current = (replayer = await Replayer.create([Desk]));
    const failed = current.replay(trace('', call('open')));
    const next = current.replay(trace('t2', call('open')));
    await expect(failed).rejects.toThrow('runId');
    expect((await next).outcomes).toEqual([{ status: 'returned' }]);
  });

  test('comes to the same, however much time has passed before it', async () => {
    for (let place = 0; place < 50; place++) {
      const startMs = 0.001 + place / 1000;
      const minuteApart = trace('t2', call('pay', { startMs }), call('pay', { startMs: startMs + 60_000 }));
      const [alone] = await statuses(minuteApart);
      const [, after] = await statuses(trace('t1', call('open', { startMs: 123_456.789 })), minuteApart);
      expect({ startMs, after }).toEqual({ startMs, after: alone });
    }
  });
});

test('time stands still while a guard waits for the world', async () => {
  const calls = [call('timed'), call('pay'), call('ask'), call('pay')];
  expect(await statuses(trace('t1', ...calls))).toEqual([['returned', 'returned', 'returned', 'refused']]);
});

test('nobody pays for the stack of a recorded error', () => {
  const limit = Error.stackTraceLimit;
  const failure = new RecordedFailure({ message: 'out of order', name: 'TypeError', status: 503 });
  expect(failure).toMatchObject({ message: 'out of order', name: 'TypeError', status: 503 });
  expect(failure.stack).not.toContain('\n');
  expect(Error.stackTraceLimit).toBe(limit);
});

test('a listener that throws changes nothing', async () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const onEvent = (): never => {
    throw new Error('listener');
  };
  replayer = await Replayer.create([Desk], { onEvent });
  expect(await statuses(trace('t1', call('open'), call('closed')))).toEqual([['returned', 'refused']]);
  expect(warned).toHaveBeenCalledTimes(1);
  warned.mockRestore();
});

@Agent()
class Office {
  @Tool()
  @Idempotent({ key: 'key' })
  async pay(_args: { key: string }): Promise<void> {}

  @Tool()
  @Enforce(requireFact('id', 'order', { about: 'customer' }))
  async ship(_args: { id: string; customer: string }): Promise<void> {}

  @Tool({ input: WITH_ORDER })
  async check(_args: { order: { id: string } }): Promise<void> {}

  @Tool()
  @Prove({ kind: 'order', extract: 'id' })
  async *watch(_args: object): AsyncGenerator<{ readonly id: string }> {}

  @Tool()
  @Enforce(requireFact('id', 'order'))
  async close(_args: { id: string }): Promise<void> {}

  @Tool()
  async sign(_args: object): Promise<void> {}
}

@Agent({ name: 'BackDesk' })
class BackOffice {
  @Tool()
  async sign(_args: object): Promise<void> {}

  @Tool()
  @Enforce(requireCall('BackDesk.sign'))
  async send(_args: object): Promise<void> {}
}

describe('what was recorded is made again as it was', () => {
  const office = async (calls: readonly RecordedCall[], more: Partial<Trace> = {}, options: ReplayerOptions = {}) => {
    replayer = await Replayer.create([Office, BackOffice], options);
    return (await replayer.replay({ ...trace('t1', ...calls), ...more })).outcomes;
  };
  const statusesOf = async (...given: Parameters<typeof office>) =>
    (await office(...given)).map(({ status }) => status);

  test('a repeat says nothing of the calls after it, and a refusal neither', async () => {
    const pay = call('pay', { args: { key: 'k' } });
    const failing = call('close', { args: { id: 'o-1' }, error: { message: 'out of order' } });
    const calls = [pay, pay, call('watch'), call('close', { args: { id: 'o-1' } }), call('watch'), failing];
    expect(await statusesOf(calls)).toEqual(['returned', 'repeated', 'returned', 'refused', 'returned', 'refused']);
    const shop = call('watch', { error: { message: 'out of order' } });
    expect(await statusesOf([call('close', { args: { id: 'o-1' } }), shop])).toEqual(['refused', 'failed']);
  });

  test('a fact stays one about somebody', async () => {
    const facts = [{ at: 0, kind: 'order', value: 'o-1', about: 'mina' }];
    const ship = (customer: string): RecordedCall => call('ship', { args: { id: 'o-1', customer } });
    expect(await statusesOf([ship('mina'), ship('omar')], { facts })).toEqual(['returned', 'refused']);
  });

  test('a stream that yielded one thing, not in a list', async () => {
    const calls = [call('watch', { result: { id: 'o-1' } }), call('close', { args: { id: 'o-1' } })];
    expect(await statusesOf(calls)).toEqual(['returned', 'returned']);
  });

  test('an argument that a schema refuses is named', async () => {
    expect(await office([call('check', { args: { order: {} } })])).toMatchObject([
      { status: 'refused', refusal: { guard: 'input', arg: 'order.id' } },
    ]);
  });

  test('rules find an agent by the name that it declares', async () => {
    expect(await statusesOf([call('send'), call('BackDesk.sign'), call('send')])).toEqual([
      'refused',
      'returned',
      'returned',
    ]);
  });

  test('a method that two agents have is nobody’s', async () => {
    expect(await statusesOf([call('sign'), call('Office.sign')])).toEqual(['unknown', 'returned']);
  });

  test('with state of its own, a trace has no named session', async () => {
    const sessions = new Set<string>();
    const onEvent = (event: ActGuardEvent): void => void sessions.add(event.sessionId ?? '');
    await office([call('Office.sign')], { sessionId: 's1' }, { onEvent });
    expect([...sessions]).toEqual(['t1']);
  });

  test('a trace without a time begins in 2026, one with a time when it says', async () => {
    const times: number[] = [];
    const onEvent = ({ name, time }: ActGuardEvent): void => void (name === 'run.start' && times.push(time));
    await office([], {}, { onEvent });
    await office([], { startedAt: 1_000.5 }, { onEvent });
    expect(times).toEqual([Date.UTC(2026, 0, 1), 1_000.5]);
  });
});

describe('the clock of a replay', () => {
  test('is at the time of what falls due, and never goes back', () => {
    const clock = new ReplayClock();
    const seen: number[] = [];
    clock.schedule(() => seen.push(clock.now()), 20);
    clock.schedule(() => seen.push(clock.now()), 10);
    clock.advanceTo(30);
    clock.advanceTo(5);
    expect([...seen, clock.now()]).toEqual([10, 20, 30]);
  });
});
