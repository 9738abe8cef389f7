import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, AgentHost, Enforce, requireFact, Tool } from '@actguard/core';
import { TestClock } from '@actguard/core/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { warningsOf } from '../../test-support/test-client.js';
import type { EventEnvelope } from '../events/envelope.js';
import { consoleSink } from './console-sink.js';
import { jsonLinesSink } from './json-lines-sink.js';
import { memorySink } from './memory-sink.js';

@Agent()
class Orders {
  @Tool()
  async list(_args: { note: string }) {
    return [{ id: 'o1' }];
  }

  @Tool()
  @Enforce(requireFact('id', 'order_id'))
  async remove(_args: { id: string }) {
    return 'removed';
  }

  @Tool()
  async fail(args: { note: string }): Promise<string> {
    throw new Error(`broken\u001B[31m\n12:00 forged ${args.note}`);
  }
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'actguard-sinks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function tell(...sinks: Parameters<AgentHost['on']>[0][]): Promise<void> {
  await using host = await AgentHost.create({ agents: [Orders], clock: new TestClock() });
  for (const sink of sinks) host.on(sink);
  await host.run({ runId: 'r1', userId: 'alice' }, async (run) => {
    const agent = run.get(Orders);
    await agent.list({ note: 'private' });
    await agent.remove({ id: 'o9' }).catch(() => {});
    await agent.fail({ note: 'private' }).catch(() => {});
  });
}

function printing(options = {}): { sink: ReturnType<typeof consoleSink>; lines: () => string[] } {
  let printed = '';
  const stream = { write: (text: string) => (printed += text) };
  return { sink: consoleSink({ stream, ...options }), lines: () => printed.trimEnd().split('\n') };
}

describe('the console', () => {
  test('has a line an event, which nobody can forge', async () => {
    const { sink, lines } = printing();
    await tell(sink);
    expect(lines()).toEqual([
      '00:00:00.000  ·  run.start           r1',
      '00:00:00.000  ✓  tool.invoke         Orders.list #r1:1  duration_ms=0',
      '00:00:00.000  ✗  guard.blocked       Orders.remove #r1:2  enforce  MISSING_FACT  : Orders.remove: id "…" was not proven as order_id in this session',
      expect.stringMatching(
        /^00:00:00.000 {2}! {2}tool.failure {8}Orders.fail #r1:3 {2}duration_ms=0 {2}: broken \[31m 12:00 forged \[argument\]$/,
      ),
      '00:00:00.000  ✓  run.end             r1',
    ]);
  });

  test('may be coloured, and may tell less', async () => {
    const { sink, lines } = printing({ color: true, eventMode: 'significant', emitAllToolRuns: false });
    await tell(sink);
    expect(lines()).toHaveLength(4);
    expect(lines()[1]).toContain('\u001B[31m');
    expect(lines()[1]?.endsWith('\u001B[0m')).toBe(true);
  });
});

describe('a file of JSON lines', () => {
  const linesOf = (file: string): EventEnvelope[] =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as EventEnvelope);

  test('has what a gateway would get, for its owner alone', async () => {
    const file = path.join(folder, 'events.jsonl');
    await using sink = jsonLinesSink({ path: file });
    await tell(sink);
    await sink.close();
    expect(linesOf(file).map(({ name }) => name)).toEqual([
      'run.start',
      'tool.invoke',
      'guard.blocked',
      'tool.failure',
      'run.end',
    ]);
    expect(linesOf(file)[2]).toMatchObject({
      run_id: 'r1',
      user_id: 'alice',
      tool_name: 'Orders.remove',
      outcome: 'blocked',
    });
    expect(readFileSync(file, 'utf8')).not.toContain('private');
    expect(statSync(file).mode & 0o077).toBe(0);
    expect([sink.written, sink.dropped]).toEqual([5, 0]);
  });

  test('grows', async () => {
    const file = path.join(folder, 'events.jsonl');
    writeFileSync(file, '{"name":"before"}\n');
    const sink = jsonLinesSink({ path: file, eventContent: { arguments: true } });
    await tell(sink);
    await sink.close();
    expect(linesOf(file)).toHaveLength(6);
    expect(readFileSync(file, 'utf8')).toContain('private');
  });

  test('that cannot be written is told once, and counted', async () => {
    const sink = jsonLinesSink({ path: path.join(folder, 'none/events.jsonl') });
    const warnings = await warningsOf(async () => {
      await tell(sink);
      await sink.close();
      await tell(sink);
    });
    expect(warnings).toEqual([expect.stringMatching(/cannot be written to .* \(ENOENT\)/)]);
    expect(sink.dropped).toBeGreaterThanOrEqual(5);
  });

  test('does not fill the memory where the disk is slow', async () => {
    const sink = jsonLinesSink({ path: path.join(folder, 'events.jsonl'), maxWaitingBytes: 1 });
    await tell(sink);
    await sink.close();
    expect([sink.written, sink.dropped]).toEqual([0, 5]);
  });
});

describe('the memory', () => {
  test('has the events themselves', async () => {
    const sink = memorySink();
    await tell(sink);
    expect(sink.events.at(0)).toMatchObject({ name: 'run.start', runId: 'r1' });
    expect(sink.named('tool.invoke')).toMatchObject([{ args: { note: 'private' }, result: [{ id: 'o1' }] }]);
    sink.clear();
    expect(sink.events).toEqual([]);
  });

  test('has the newest, and counts the others', async () => {
    const sink = memorySink({ maxEvents: 2 });
    await tell(sink);
    const { length } = sink.events;
    expect(length).toBe(2);
    expect(sink.events.at(-1)).toMatchObject({ name: 'run.end' });
    expect(sink.dropped).toBeGreaterThan(0);
  });
});

test('several sinks may listen at once', async () => {
  const { sink, lines } = printing();
  const memory = memorySink();
  await using file = jsonLinesSink({ path: path.join(folder, 'events.jsonl') });
  await tell(sink, memory, file);
  expect(lines()).toHaveLength(5);
  expect(memory.named('run.end')).toHaveLength(1);
  expect(file.written).toBe(5);
});

test.each([
  [() => consoleSink({ colour: true } as never), 'consoleSink: colour is no option; did you mean color?'],
  [() => consoleSink({ eventMode: 'off' } as never), "consoleSink: eventMode must be 'significant' or 'verbose'"],
  [() => jsonLinesSink({ path: '' }), 'jsonLinesSink: path must be the path of a file'],
  [() => memorySink({ maxEvents: 0 }), 'memorySink: maxEvents must be an integer from 1'],
])('options are checked', (make, message) => {
  expect(make).toThrow(message);
});
