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
import { timeline } from './timeline.js';

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

  @Tool()
  @Prove({ kind: 'cell', extract: '[]' })
  @Prove({ kind: 'row', extract: '[]', maxItems: 1 })
  async cells({ count }: { count: number }) {
    return [1, 2, 3].slice(0, count);
  }

  @Tool()
  @Enforce(requireFact('cell', 'cell'))
  async clear(_: { cell: string }) {}
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

  test('a result that one guard withholds proves nothing, whatever other guards said before', async () => {
    const events = await eventsOf((host) =>
      host.run(async (run) => void (await run.tools(Desk).call('cells', { count: 2 }))),
    );
    const [cells] = callsOf(runsOf(events)[0] as RunModel);
    expect(cells?.marks.map(({ guard, state }) => `${guard} ${state}`)).toEqual(['prove admitted', 'prove refused']);
    expect(cells).toMatchObject({ ending: 'withheld', proves: [] });
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

  describe('of one id in a named session', () => {
    const conversation = { runId: 'conv', userId: 'alice', sessionId: 's' };
    const order = { user: 'alice', order: 'o1 of alice' };

    async function listingRun(host: AgentHost): Promise<void> {
      await host.run(conversation, async (run) => {
        run.facts.add('user_id', 'alice');
        await run.get(Desk).list({ user: 'alice' });
      });
    }

    /** Where the last call of the last run has its fact from. */
    const lastSource = (events: readonly ActGuardEvent[]) =>
      callsOf(runsOf(events).at(-1) as RunModel).at(-1)?.uses[0]?.source;

    test('a fact leads back to the run that proved it, not to the call of the same id that needs it', async () => {
      const events = await eventsOf(async (host) => {
        await listingRun(host);
        await host.run(conversation, (run) => run.get(Desk).cancel(order));
      });
      expect(lastSource(events)).toEqual({ from: 'other run', run: 0, call: 1, tool: 'Desk.list' });
    });

    test('a call of the same id that came before and proved something else is no source', async () => {
      const events = await eventsOf(async (host) => {
        await listingRun(host);
        await host.run(conversation, async (run) => {
          await run.tools(Desk).call('rows', {});
          await run.get(Desk).cancel(order);
        });
      });
      expect(lastSource(events)).toEqual({ from: 'other run', run: 0, call: 1, tool: 'Desk.list' });
    });

    test('a call whose result was withheld is no source', async () => {
      const events = await eventsOf(async (host) => {
        for (const count of [1, 2])
          await host.run(conversation, async (run) => void (await run.tools(Desk).call('cells', { count })));
        await host.run(conversation, (run) => run.get(Desk).clear({ cell: '1' }));
      });
      expect(lastSource(events)).toEqual({ from: 'other run', run: 0, call: 1, tool: 'Desk.cells' });
    });

    test('of several runs that proved it the newest before the call counts', async () => {
      const events = await eventsOf(async (host) => {
        for (let time = 0; time < 2; time++) await listingRun(host);
        await host.run(conversation, (run) => run.get(Desk).cancel(order));
      });
      expect(lastSource(events)).toEqual({ from: 'other run', run: 1, call: 1, tool: 'Desk.list' });
    });

    test('what is proven only after the call is no source of it', async () => {
      const events = await eventsOf(async (host) => {
        await listingRun(host);
        await host.run(conversation, (run) => run.get(Desk).cancel(order));
      });
      const second = events.findLastIndex(({ name }) => name === 'run.start');
      const [cancelling] = runsOf([...events.slice(second), ...events.slice(0, second)]);
      expect(callsOf(cancelling as RunModel)[0]?.uses[0]?.source).toEqual({ from: 'unseen call', tool: 'Desk.list' });
    });

    test('what the application vouches for only after the call is no source of it', async () => {
      const events = await eventsOf(async (host) => {
        await host.run(conversation, async (run) => run.facts.add('user_id', 'alice'));
        await host.run(conversation, async (run) => {
          await run.get(Desk).list({ user: 'alice' });
          run.facts.add('user_id', 'alice');
        });
      });
      expect(lastSource(events)).toEqual({ from: 'app', step: undefined });
    });
  });

  test.each([
    ['session', { userId: 'alice', sessionId: 'hers' }, { userId: 'alice', sessionId: 'another' }],
    ['user', { userId: 'alice', sessionId: 's' }, { userId: 'bob', sessionId: 's' }],
  ])('a call of another %s is never the source, whatever its id', async (_what, theirs, own) => {
    const proving = (about: object) =>
      eventsOf((host) =>
        host.run({ ...about, runId: 'r' }, async (run) => {
          run.facts.add('user_id', 'u');
          await run.get(Desk).list({ user: 'u' });
        }),
      );
    // Listening began after the run that proved it: what is seen is a run of the same id that is none of its business.
    const using = await eventsOf(async (host) => {
      await host.run({ ...own, runId: 'r' }, async (run) => {
        run.facts.add('user_id', 'u');
        await run.get(Desk).list({ user: 'u' });
      });
      await host.run({ ...own, runId: 'q' }, (run) => run.get(Desk).cancel({ user: 'u', order: 'o1 of u' }));
    });
    const source = (seen: ActGuardEvent[]) => {
      const events = [...seen, ...using.filter(({ runId }) => runId === 'q')];
      return callsOf(runsOf(events).at(-1) as RunModel)[0]?.uses[0]?.source;
    };
    expect(source(await proving(own))).toMatchObject({ from: 'other run', run: 0 });
    expect(source(await proving(theirs))).toEqual({ from: 'unseen call', tool: 'Desk.list' });
  });

  test.each([
    ['the turn with the whole word', ['Please write to o123.', 'But leave o12345 alone.'], 0],
    ['the last turn of several', ['To o123.', 'I said o123!', 'Hello.'], 1],
    ['the turn that was cut behind it', [`To o123. ${'x '.repeat(2000)}`, 'Hello.'], 0],
    ['no turn where none of the run says it', ['But leave o12345 alone.', 'And O123.'], undefined],
    ['no turn that was cut within the word', [`${'x '.repeat(997)} o12345`], undefined],
  ])('a value that the user mentioned leads to %s', async (_what, turns, step) => {
    await using host = await AgentHost.create({ agents: [Desk] });
    // The guard lets the call through for what was said in the session before.
    await host.run({ userId: 'alice', sessionId: 's' }, async (run) => run.userSaid('o123'));
    using seen = timeline(host);
    await host.run({ userId: 'alice', sessionId: 's' }, async (run) => {
      for (const turn of turns) run.userSaid(turn);
      await run.get(Desk).mail({ to: 'o123' });
    });
    const [mail] = callsOf(runsOf(seen.events)[0] as RunModel);
    expect(mail?.uses).toEqual([{ kind: 'mail', value: 'o123', source: { from: 'user', step } }]);
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
