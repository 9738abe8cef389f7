import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { Agent } from '../agent/agent.js';
import { Tool } from '../agent/tool.js';
import { Enforce } from '../guards/enforce.js';
import { Idempotent } from '../guards/idempotent.js';
import { requireFact } from '../guards/require-fact.js';
import { Timeout } from '../guards/timeout.js';
import { AgentHost } from '../host/agent-host.js';
import { TestClock } from '../testing/test-clock.js';
import type { ActGuardEvent } from './event.js';

const found = { id: 'o1', lines: [1, 2] };

@Agent()
class Orders {
  @Tool({ input: v.object({ id: v.pipe(v.string(), v.trim()) }) })
  async read(_args: { id: string }) {
    return found;
  }

  @Tool()
  @Enforce(requireFact('id', 'order_id', { from: ['app'] }))
  async delete(_args: { id: string }) {
    return 'deleted';
  }

  @Tool()
  async fail(_args: { id: string }): Promise<string> {
    throw new Error('broken');
  }

  @Tool()
  async *lines(_args: { id: string }) {
    yield 1;
  }
}

async function eventsOf(body: (agent: Orders, host: AgentHost) => Promise<unknown>): Promise<ActGuardEvent[]> {
  const events: ActGuardEvent[] = [];
  await using host = await AgentHost.create({
    agents: [Orders],
    clock: new TestClock(),
    onEvent: (event) => void events.push(event),
  });
  await host.run({ runId: 'r1', userId: 'alice' }, async (run) => {
    await body(run.get(Orders), host).catch(() => {});
  });
  return events.filter(({ name }) => !name.startsWith('run.'));
}

describe('a listener in the process', () => {
  test('sees the arguments that the method got, and the very result', async () => {
    const [invoked] = await eventsOf((agent) => agent.read({ id: ' o1 ' }));
    expect(invoked).toMatchObject({ name: 'tool.invoke', args: { id: 'o1' } });
    expect(invoked).toHaveProperty('result', found);
    expect((invoked as { result: unknown }).result).toBe(found);
  });

  test('sees the arguments of a refused call', async () => {
    const [blocked] = await eventsOf((agent) => agent.delete({ id: 'o9' }));
    expect(blocked).toMatchObject({ name: 'guard.blocked', code: 'MISSING_FACT', args: { id: 'o9' } });
  });

  test('sees what was sent where the input schema refused it, and nothing where it was no plain data', async () => {
    const [invalid] = await eventsOf((agent) => agent.read({ id: 7 } as never));
    expect(invalid).toMatchObject({ guardName: 'input', args: { id: 7 } });
    const [strange] = await eventsOf((agent) => agent.read({ id: () => 'o1' } as never));
    expect(strange).toMatchObject({ guardName: 'input', args: undefined });
  });

  test('sees the arguments of a method that threw', async () => {
    const [failed] = await eventsOf((agent) => agent.fail({ id: 'o1' }));
    expect(failed).toMatchObject({ name: 'tool.failure', args: { id: 'o1' } });
  });

  test('gets no result of a stream', async () => {
    const [streamed] = await eventsOf(async (agent) => {
      for await (const line of agent.lines({ id: 'o1' })) void line;
    });
    expect(streamed).toMatchObject({ name: 'tool.invoke', args: { id: 'o1' } });
    expect(streamed).toHaveProperty('result', undefined);
  });

  test('cannot change what the method gets', async () => {
    const seen: unknown[] = [];
    @Agent()
    class Echo {
      @Tool()
      @Enforce(requireFact('id', 'order_id', { from: ['app'] }))
      async echo(args: { id: string }) {
        return args.id;
      }
    }
    await using host = await AgentHost.create({ agents: [Echo] });
    host.on((event) => {
      if (!('args' in event)) return;
      seen.push(event.name);
      (event.args as { id: string }).id = 'o2';
    });
    await host.run(async (run) => {
      run.facts.add('order_id', 'o1');
      expect(await run.get(Echo).echo({ id: 'o1' })).toBe('o1');
    });
    expect(seen).toEqual(['guard.admitted', 'tool.invoke']);
  });

  test('hears that a run was stopped, by what, and that once', async () => {
    const events: ActGuardEvent[] = [];
    await using host = await AgentHost.create({ agents: [Orders], onEvent: (event) => void events.push(event) });
    await host.run(async (run) => {
      run.kill('too expensive');
      run.kill('once more');
    });
    expect(events).toMatchObject([
      { name: 'run.start' },
      { name: 'run.stop', outcome: 'blocked', severity: 'error', code: 'run.killed' },
      { name: 'run.end' },
    ]);
    expect(events[1]).toHaveProperty('errorMessage', expect.stringContaining('too expensive'));
    events.length = 0;
    await host.run({ signal: AbortSignal.abort() }, () => {});
    expect(events).toMatchObject([
      { name: 'run.start' },
      { name: 'run.stop', code: 'run.aborted' },
      { name: 'run.end' },
    ]);
  });

  test('sees what a repeat was given, and who cut off what ends late', async () => {
    const clock = new TestClock();
    let finish: (value: string) => void = () => {};
    @Agent()
    class Till {
      @Tool()
      @Idempotent({ key: 'key' })
      @Timeout('1s')
      pay(_args: { key: string }): Promise<string> {
        return new Promise((resolve) => (finish = resolve));
      }
    }
    const events: ActGuardEvent[] = [];
    const onEvent = (event: ActGuardEvent): void => void (event.name === 'guard.intervention' && events.push(event));
    await using host = await AgentHost.create({ agents: [Till], clock, onEvent });
    await host.run(async (run) => {
      const paid = run.get(Till).pay({ key: 'k' });
      paid.catch(() => {});
      await clock.advance(1000);
      finish('receipt');
      await clock.advance(0);
      expect(await run.get(Till).pay({ key: 'k' })).toBe('receipt');
    });
    expect(events).toMatchObject([
      { action: 'timeout', guardName: 'timeout' },
      { action: 'late_end', guardName: 'timeout' },
      { action: 'return_cached', guardName: 'idempotent', result: 'receipt' },
    ]);
  });

  test('hears what the user said and what the application vouched for', async () => {
    const events: ActGuardEvent[] = [];
    await using host = await AgentHost.create({ agents: [Orders], onEvent: (event) => void events.push(event) });
    await host.run({ runId: 'r1', sessionId: 's1', userId: 'alice' }, async (run) => {
      run.userSaid('Delete o1, please.');
      run.facts.add('order_id', 1, { about: 'alice' });
      expect(() => run.facts.add('order_id', Number.NaN)).toThrow('value must be');
    });
    expect(events).toMatchObject([
      { name: 'run.start' },
      {
        name: 'run.user_said',
        category: 'run',
        runId: 'r1',
        sessionId: 's1',
        userId: 'alice',
        text: 'Delete o1, please.',
      },
      { name: 'run.fact_added', fact: { kind: 'order_id', value: '1', origin: { source: 'app', about: 'alice' } } },
      { name: 'run.end' },
    ]);
  });
});

describe('a listener to events by name', () => {
  test('gets these and no others, until it is removed', async () => {
    await using host = await AgentHost.create({ agents: [Orders], clock: new TestClock() });
    const named: string[] = [];
    const all: string[] = [];
    const stop = host.on(({ name }) => void named.push(name), ['guard.blocked', 'run.end']);
    host.on(({ name }) => void all.push(name));
    const visit = () =>
      host.run(async (run) => {
        await run.get(Orders).read({ id: 'o1' });
        await run
          .get(Orders)
          .delete({ id: 'o1' })
          .catch(() => {});
      });

    await visit();
    expect(named).toEqual(['guard.blocked', 'run.end']);
    expect(all).toEqual(['run.start', 'tool.invoke', 'guard.blocked', 'run.end']);

    stop();
    await visit();
    expect(named).toHaveLength(2);
    expect(all).toHaveLength(8);
  });

  test('hears of a failure whose refusal nobody listens to', async () => {
    await using host = await AgentHost.create({ agents: [Orders], clock: new TestClock() });
    const named: string[] = [];
    host.on(({ name }) => void named.push(name), ['tool.failure']);
    await host.run(async (run) => {
      await run
        .get(Orders)
        .fail({ id: 'o1' })
        .catch(() => {});
    });
    expect(named).toEqual(['tool.failure']);
  });

  test('must give its names as a list', async () => {
    await using host = await AgentHost.create({ agents: [Orders] });
    expect(() => host.on(() => {}, 'guard.blocked' as unknown as ['guard.blocked'])).toThrow(
      'host.on: names must be a list of names of events, not "guard.blocked"',
    );
  });

  test('are told nothing once they are removed, by another listener too', async () => {
    await using host = await AgentHost.create({ agents: [Orders] });
    const told: string[] = [];
    host.on(() => removeSecond());
    const removeSecond = host.on(({ name }) => void told.push(name));
    await host.run(async () => {});
    expect(told).toEqual([]);
  });

  test('must name events that there are', async () => {
    await using host = await AgentHost.create({ agents: [Orders] });
    expect(() => host.on(() => {}, [undefined as never])).toThrow('undefined is no event');
    expect(() => host.on(() => {}, ['guard.blockd' as 'guard.blocked'])).toThrow(
      /"guard\.blockd" is no event; the events are .*guard\.blocked/,
    );
  });
});
