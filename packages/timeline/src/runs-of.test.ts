import {
  type ActGuardEvent,
  Agent,
  AgentHost,
  Enforce,
  Prove,
  RateLimit,
  requireCall,
  requireFact,
  Tool,
} from '@actguard/core';
import { TestClock } from '@actguard/core/testing';
import { describe, expect, test } from '@jest/globals';
import type { CallModel, RunModel } from './run-model.js';
import { runsOf } from './runs-of.js';

@Agent()
class Desk {
  @Tool()
  @Enforce(requireFact('user', 'user_id', { from: ['app'] }))
  @Prove({ kind: 'order_id', extract: 'id', about: 'user' })
  async list({ user }: { user: string }) {
    return [{ id: `o1 of ${user}` }, { id: `o2 of ${user}` }];
  }

  @Tool()
  @Enforce(requireFact('order', 'order_id', { about: 'user' }))
  @RateLimit({ maxCalls: 2, period: '1m' })
  async cancel({ order }: { user: string; order: string }) {
    return `cancelled ${order}`;
  }

  @Tool()
  @Enforce(requireFact('to', 'mail', { from: ['user'] }))
  async mail(_: { to: string }) {}

  @Tool()
  @Enforce(requireCall('Desk.cancel'))
  async close() {
    throw new TypeError('no line');
  }

  @Tool()
  @Prove({ kind: 'row', extract: '[]', maxItems: 1 })
  async rows() {
    return [1, 2, 3];
  }
}

/** The events of a session, as they are after a file or a wire. */
async function eventsOf(body: (host: AgentHost, clock: TestClock) => Promise<void>): Promise<ActGuardEvent[]> {
  const events: ActGuardEvent[] = [];
  const clock = new TestClock();
  await using host = await AgentHost.create({ agents: [Desk], clock, onEvent: (event) => void events.push(event) });
  await body(host, clock);
  return events;
}

const callsOf = ({ steps }: RunModel): CallModel[] => steps.filter((step) => step.step === 'call');

describe('the runs of a host', () => {
  test('a fact leads back to the call that proved it, the words of the user, or the application', async () => {
    const events = await eventsOf((host) =>
      host.run({ userId: 'alice' }, async (run) => {
        run.facts.add('user_id', 'alice');
        run.userSaid('Hello.');
        run.userSaid('Write to bob@example.com, please.');
        run.userSaid('Soon.');
        const desk = run.get(Desk);
        await desk.list({ user: 'alice' });
        await desk.cancel({ user: 'alice', order: 'o2 of alice' });
        await desk.mail({ to: 'bob@example.com' });
      }),
    );
    const [run] = runsOf(events) as [RunModel];
    expect(run).toMatchObject({ userId: 'alice', outcome: 'success', durationMs: 0 });
    expect(run.steps.map(({ step }) => step)).toEqual(['vouched', 'user', 'user', 'user', 'call', 'call', 'call']);
    const [list, cancel, mail] = callsOf(run);
    expect(list).toMatchObject({ number: 1, toolName: 'Desk.list', ending: 'returned', args: { user: 'alice' } });
    expect(list?.uses).toEqual([{ kind: 'user_id', value: 'alice', source: { from: 'app', step: 0 } }]);
    expect(list?.proves).toContainEqual({ kind: 'order_id', value: 'o1 of alice', about: 'alice' });
    expect(cancel?.uses).toEqual([
      { kind: 'order_id', value: 'o2 of alice', about: 'alice', source: { from: 'call', step: 4 } },
    ]);
    expect(cancel?.marks.map(({ guard, state }) => `${guard} ${state}`)).toEqual([
      'enforce admitted',
      'rateLimit admitted',
    ]);
    expect(mail?.uses).toMatchObject([{ value: 'bob@example.com', source: { from: 'user', step: 2 } }]);
  });

  test('a refusal says what was missing and what the model reads', async () => {
    const events = await eventsOf((host) =>
      host.run(async (run) => {
        const tools = run.tools(Desk);
        await tools.call('cancel', { user: 'bob', order: 'o9' });
        await tools.call('close', {});
      }),
    );
    const [cancel, close] = callsOf(runsOf(events)[0] as RunModel);
    expect(cancel).toMatchObject({ ending: 'refused', durationMs: undefined, result: undefined });
    expect(cancel?.marks).toMatchObject([
      {
        guard: 'enforce',
        state: 'refused',
        code: 'MISSING_FACT',
        error: {
          missing: { what: 'fact', kind: 'order_id', value: 'o9', about: 'bob' },
          refusal: { because: expect.stringContaining('"o9"'), tryInstead: expect.stringContaining('list') },
        },
      },
    ]);
    expect(close?.marks).toMatchObject([
      { code: 'MISSING_STEP', error: { missing: { what: 'step', step: 'Desk.cancel' } } },
    ]);
  });

  test('a failure, a result that is withheld, and a repeated decision are told apart', async () => {
    const events = await eventsOf((host) =>
      host.run({ mode: 'observe' }, async (run) => {
        const tools = run.tools(Desk);
        await tools.call('close', {});
        await tools.call('rows', {});
      }),
    );
    const enforced = await eventsOf((host) => host.run(async (run) => void (await run.tools(Desk).call('rows', {}))));
    const [close, observed] = callsOf(runsOf(events)[0] as RunModel);
    expect(close).toMatchObject({ ending: 'failed', failure: { errorType: 'TypeError', message: 'no line' } });
    expect(close?.marks).toMatchObject([{ guard: 'enforce', state: 'observed', code: 'MISSING_STEP' }]);
    expect(observed).toMatchObject({ ending: 'returned', result: [1, 2, 3] });
    const [withheld] = callsOf(runsOf(enforced)[0] as RunModel);
    expect(withheld).toMatchObject({ ending: 'withheld', result: [1, 2, 3], proves: [] });
  });

  test('runs that go on at the same time keep their calls, and a session shares its facts', async () => {
    const events = await eventsOf(async (host) => {
      const one = host.open({ runId: 'one', userId: 'alice', sessionId: 'desk' });
      const other = host.open({ runId: 'other', userId: 'alice', sessionId: 'desk' });
      const stranger = host.open({ userId: 'bob' });
      one.facts.add('user_id', 'alice');
      await one.get(Desk).list({ user: 'alice' });
      await stranger
        .get(Desk)
        .rows()
        .catch(() => {});
      await other.get(Desk).cancel({ user: 'alice', order: 'o1 of alice' });
      await one.get(Desk).cancel({ user: 'alice', order: 'o1 of alice' });
      for (const run of [one, other, stranger]) await run.end();
    });
    const [one, other, stranger] = runsOf(events) as [RunModel, RunModel, RunModel];
    expect([one, other, stranger].map((run) => callsOf(run).map(({ toolName }) => toolName))).toEqual([
      ['Desk.list', 'Desk.cancel'],
      ['Desk.cancel'],
      ['Desk.rows'],
    ]);
    expect(callsOf(other)[0]?.uses[0]?.source).toEqual({ from: 'other run', run: 0, call: 1, tool: 'Desk.list' });
    expect(callsOf(one)[1]?.uses[0]?.source).toEqual({ from: 'call', step: 1 });
  });

  test('a run with the id of an earlier one is another run', async () => {
    const events = await eventsOf(async (host) => {
      for (let time = 0; time < 2; time++) await host.run({ runId: 'nightly' }, async () => {});
    });
    expect(runsOf(events).map(({ runId, outcome }) => `${runId} ${outcome}`)).toEqual([
      'nightly success',
      'nightly success',
    ]);
  });

  test('a run without its start and a call without its end are shown as such', async () => {
    const events = await eventsOf((host) =>
      host.run(async (run) => {
        run.facts.add('user_id', 'alice');
        await run.get(Desk).list({ user: 'alice' });
        await run.get(Desk).cancel({ user: 'alice', order: 'o1 of alice' });
      }),
    );
    const late = events.filter(
      (event) => 'callId' in event && event.toolName === 'Desk.cancel' && event.name !== 'tool.invoke',
    );
    const [run] = runsOf(late) as [RunModel];
    expect(run).toMatchObject({ outcome: 'open', startedAt: undefined, durationMs: undefined });
    expect(callsOf(run)).toMatchObject([
      { ending: 'open', uses: [{ source: { from: 'unseen call', tool: 'Desk.list' } }] },
    ]);
  });

  test('events of a newer version are ignored', async () => {
    const events = await eventsOf((host) => host.run(async () => {}));
    const newer = { ...events[0], name: 'run.dreamt', runId: 'another' } as unknown as ActGuardEvent;
    expect(runsOf([newer, ...events, newer])).toEqual(runsOf(events));
  });

  test('a model goes through JSON', async () => {
    const events = await eventsOf((host) =>
      host.run(async (run) => void (await run.tools(Desk).call('cancel', { user: 'bob', order: 'o9' }))),
    );
    const runs = runsOf(events);
    expect(JSON.parse(JSON.stringify(runs))).toEqual(runs);
  });
});
