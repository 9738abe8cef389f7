import { describe, expect, test } from '@jest/globals';
import type { Trace } from '../trace/trace.js';
import { FormatError } from './format-error.js';
import { readOwnTrace, writeTrace } from './own-format.js';

const place = { id: 'file.jsonl:1', suite: 'file' };
const read = (line: string): Trace => readOwnTrace(JSON.parse(line), place);

const full: Trace = {
  id: 't1',
  source: 'shop',
  suite: 'orders',
  model: 'm-1',
  isScripted: true,
  userId: 'alice',
  sessionId: 's1',
  startedAt: 1_767_225_600_000,
  userTurns: [
    { at: 0, text: 'Delete “o1”.\n' },
    { at: 2, text: '' },
  ],
  facts: [
    { at: 0, kind: 'order_id', value: 'o1', about: 7 },
    { at: 1, kind: 'order_id', value: 5 },
  ],
  calls: [
    { tool: 'a', args: { id: 1 }, result: null, step: 0, startMs: 0.5, durationMs: 2, isWrite: true, isEgress: false },
    { tool: 'b', args: 'no JSON', error: { message: 'broken', name: 'Error', code: 'E1', status: 500 } },
    { tool: 'c', args: { deep: [{ list: [] }] } },
  ],
  labels: { kind: 'attack', isUseful: false, attackSucceeded: true, attackRequires: [[0, 1], [2]] },
};

describe('a line of our format', () => {
  test('holds all of a trace', () => {
    expect(writeTrace(full)).not.toContain('\n');
    expect(read(writeTrace(full))).toStrictEqual(full);
  });

  test('needs no more than calls', () => {
    expect(read('{"actguard":1,"calls":[{"tool":"a"}]}')).toStrictEqual({
      id: 'file.jsonl:1',
      source: 'recording',
      suite: 'file',
      userTurns: [],
      calls: [{ tool: 'a', args: {} }],
    });
  });

  test('may have null for what is not given, and names that this version does not know', () => {
    const line = { ...JSON.parse(writeTrace(full)), model: null, labels: null, facts: null, later: { x: 1 } };
    const { model: _model, labels: _labels, facts: _facts, ...rest } = full;
    expect(readOwnTrace(line, place)).toStrictEqual(rest);
  });

  test('says what refused a call', () => {
    const refused = { guard: 'enforce', code: 'MISSING_FACT' };
    const line = JSON.stringify({ actguard: 1, calls: [{ tool: 'a', args: null, refused }] });
    expect(read(line).calls).toStrictEqual([{ tool: 'a', args: null, refused }]);
  });

  test('of a newer version is told from a broken one', () => {
    expect(() => read('{"actguard":2,"calls":"changed"}')).toThrow(
      'was written by a newer version: version 2 of the format, and this one reads up to 1',
    );
    expect(() => read('{"actguard":"x","calls":[]}')).toThrow(FormatError);
  });

  test.each([
    [{ calls: {} }, '"calls"'],
    [{ calls: [{ tool: 'a' }, { tool: 5 }] }, '"calls[1].tool"'],
    [{ calls: [], id: '' }, '"id"'],
    [{ calls: [], userId: '' }, '"userId"'],
    [{ calls: [], userTurns: [{ at: -1, text: '' }] }, '"userTurns[0].at"'],
    [{ calls: [], userTurns: [{ at: 0.5, text: '' }] }, '"userTurns[0].at"'],
    [{ calls: [], facts: [{ at: 0, kind: '', value: 'x' }] }, '"facts[0].kind"'],
    [{ calls: [], facts: [{ at: 0, kind: 'k', value: 'x'.repeat(1025) }] }, '"facts[0].value"'],
    [{ calls: [], facts: [{ at: 0, kind: 'k', value: 0.5 }] }, '"facts[0].value"'],
    [{ calls: [], startedAt: 1e300 }, '"startedAt"'],
    [{ calls: [{ tool: 'a', error: 'text' }] }, '"calls[0].error"'],
    [{ calls: [], labels: { kind: 'a secret value' } }, '"labels.kind"'],
  ])('with something wrong (%#) says where, and not what stands there', (wrong, where) => {
    const reading = (): Trace => readOwnTrace({ actguard: 1, ...wrong }, place);
    expect(reading).toThrow(FormatError);
    expect(reading).toThrow(where);
    expect(reading).not.toThrow('a secret value');
  });
});
