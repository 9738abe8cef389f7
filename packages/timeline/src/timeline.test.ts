import { type ActGuardEvent, Agent, AgentHost, Enforce, Idempotent, Prove, requireFact, Tool } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import { renderTimeline } from './render-page.js';
import { timeline } from './timeline.js';

const shared = { id: 'secret-order', note: 'secret-note' };

@Agent()
class Desk {
  @Tool()
  @Prove({ kind: 'order_id', extract: 'id', about: 'user' })
  async list(_: { user: string }) {
    return shared;
  }

  @Tool()
  @Enforce(requireFact('order', 'order_id', { about: 'user' }))
  async cancel(_: { user: string; order: string }) {
    throw new Error('secret-failure');
  }
}

async function deskRun(host: AgentHost): Promise<void> {
  await host.run({ userId: 'alice', runId: 'r' }, async (run) => {
    run.userSaid('secret-words');
    const tools = run.tools(Desk);
    await tools.call('cancel', { user: 'secret-user', order: 'secret-guess' });
    await tools.call('list', { user: 'secret-user' });
    await tools.call('cancel', { user: 'secret-user', order: 'secret-order' });
  });
}

describe('a timeline', () => {
  test('keeps values as they were when they were told', async () => {
    await using host = await AgentHost.create({ agents: [Desk] });
    using seen = timeline(host);
    await deskRun(host);
    shared.note = 'changed';
    try {
      expect(seen.html()).toContain('secret-note');
      expect(seen.html()).not.toContain('changed');
    } finally {
      shared.note = 'secret-note';
    }
  });

  test('keeps plain data that makes the same page after a file or a wire', async () => {
    await using host = await AgentHost.create({ agents: [Desk] });
    using seen = timeline(host);
    await deskRun(host);
    const page = { title: 'Desk' };
    const read: ActGuardEvent[] = JSON.parse(JSON.stringify(seen.events));
    expect(renderTimeline(read, page)).toBe(seen.html(page));
  });

  test('without values keeps names, kinds, codes and where facts came from', async () => {
    await using host = await AgentHost.create({ agents: [Desk] });
    using seen = timeline(host, { values: false });
    await deskRun(host);
    expect(JSON.stringify(seen.events)).not.toContain('secret');
    const page = seen.html();
    expect(page).not.toContain('secret');
    for (const kept of ['user, order', 'order_id', 'MISSING_FACT', 'proven by', 'Without values'])
      expect(page).toContain(kept);
  });

  test('without values has pseudonyms of its own, which no other timeline shares', async () => {
    await using host = await AgentHost.create({ agents: [Desk] });
    const pseudonymsOf = (events: readonly ActGuardEvent[]) =>
      events.flatMap((event) => (event.name === 'guard.admitted' ? (event.facts ?? []) : [])).map(({ value }) => value);
    using one = timeline(host, { values: false });
    using other = timeline(host, { values: false });
    await deskRun(host);
    const [known] = pseudonymsOf(one.events);
    expect(known).toMatch(/^#[0-9a-f]{8}$/);
    // The same value, proven and then used.
    expect(pseudonymsOf(one.events)).toEqual([known, known]);
    expect(pseudonymsOf(other.events)).toHaveLength(2);
    expect(pseudonymsOf(other.events)).not.toContain(known);
  });

  test('stops at its disposal, and keeps what it has', async () => {
    await using host = await AgentHost.create({ agents: [Desk] });
    const seen = timeline(host);
    await deskRun(host);
    const before = seen.events.length;
    seen[Symbol.dispose]();
    await deskRun(host);
    expect(before).toBeGreaterThan(5);
    expect(seen.events).toHaveLength(before);
  });

  test('forgets the run that began first, whole, and says so', async () => {
    await using host = await AgentHost.create({ agents: [Desk] });
    using seen = timeline(host, { maxEvents: 5 });
    for (const runId of ['first', 'second', 'third']) await host.run({ runId }, async (run) => run.userSaid('x'));
    expect(seen.events.map(({ runId, name }) => `${runId} ${name}`)).toEqual([
      'third run.start',
      'third run.user_said',
      'third run.end',
    ]);
    expect(seen.html()).toContain('The oldest 6 events were dropped, because at most 5 events are kept.');
  });

  test('of one long run forgets what happened first, and never keeps more than it may', async () => {
    await using host = await AgentHost.create({ agents: [Desk] });
    using seen = timeline(host, { maxEvents: 20 });
    await host.run(async (run) => {
      for (let turn = 0; turn < 100; turn++) {
        run.userSaid(`turn ${turn}`);
        expect(seen.events.length).toBeLessThanOrEqual(20);
      }
    });
    expect(seen.html()).toContain('turn 99');
    expect(seen.html()).not.toContain('turn 50');
    expect(seen.html()).toContain('began before this page does');
  });

  test('keeps events of runs that go on at the same time in their order', async () => {
    await using host = await AgentHost.create({ agents: [Desk] });
    const told: string[] = [];
    host.on(({ runId, name }) => void told.push(`${runId} ${name}`));
    using seen = timeline(host);
    const [one, other] = [host.open({ runId: 'one' }), host.open({ runId: 'other' })];
    for (const run of [one, other, one, other]) run.userSaid('x');
    await other.end();
    await one.end();
    expect(seen.events.map(({ runId, name }) => `${runId} ${name}`)).toEqual(told);
  });

  test('lets nothing that goes wrong reach the host, and counts it on the page', () => {
    let tell: (event: ActGuardEvent) => void = () => {};
    const on = (listener: typeof tell): (() => void) => {
      tell = listener;
      return () => {};
    };
    using seen = timeline({ on });
    const hostile = new Proxy({} as ActGuardEvent, {
      get() {
        throw new Error('hostile');
      },
    });
    expect(() => tell(hostile)).not.toThrow();
    expect(seen.events).toEqual([]);
    expect(seen.html()).toContain('1 event could not be read.');
  });

  test('says that a run was killed, whatever its body made of it', async () => {
    await using host = await AgentHost.create({ agents: [Desk] });
    using seen = timeline(host);
    await host.run({ runId: 'r' }, async (run) => run.kill('secret-reason'));
    expect(seen.html()).toMatch(/<span class="badge bad">[^>]*><use [^>]*><\/svg>stopped: run\.killed<\/span>/);
    expect(seen.html()).not.toContain('completed');
    using redacted = timeline(host, { values: false });
    await host.run({ runId: 'r' }, async (run) => run.kill('secret-reason'));
    expect(JSON.stringify(redacted.events)).not.toContain('secret');
  });

  test('shows the stored result that a repeat was given', async () => {
    @Agent()
    class Till {
      @Tool()
      @Idempotent({ key: 'key' })
      async pay({ key }: { key: string }) {
        return { receipt: `receipt of ${key}` };
      }
    }
    await using host = await AgentHost.create({ agents: [Till] });
    await host.run(async (run) => {
      await run.get(Till).pay({ key: 'k1' });
      using seen = timeline(host);
      await run.get(Till).pay({ key: 'k1' });
      const [, delivered] = seen.html().split('<span class="label">delivered</span>');
      expect(delivered).toContain('receipt of k1');
      expect(seen.html()).toContain('<span class="state">method did not run</span>');
      using redacted = timeline(host, { values: false });
      await run.get(Till).pay({ key: 'k1' });
      expect(redacted.html()).not.toContain('receipt of');
    });
  });

  test.each([0, -1, 1.5, Number.NaN])('takes no maxEvents of %p', async (maxEvents) => {
    await using host = await AgentHost.create({ agents: [Desk] });
    expect(() => timeline(host, { maxEvents })).toThrow(RangeError);
  });
});
