import { expect, test } from '@jest/globals';
import { FoldedEntries } from './folded-entries.js';
import { TOOL_FAILED } from './plain-tools.js';
import type { CallEntry, Entry } from './transcript.js';

function called(tool: string, args: object, more: Partial<CallEntry> = {}): CallEntry {
  const result = { ok: true, value: null } as const;
  return { kind: 'call', tool, args: JSON.stringify(args), result, tookMs: 0, events: [], reply: 1, ...more };
}

/** What is shown of entries: texts, arguments, and in place of what is left out its number. */
function shown(entries: readonly Entry[]): string[] {
  const lines: string[] = [];
  const folded = new FoldedEntries({
    entry: (entry) =>
      void lines.push(entry.kind === 'call' ? entry.args : entry.kind === 'model' ? entry.text : entry.kind),
    leftOut: (tool, count) => void lines.push(`${count} more of ${tool}`),
  });
  for (const entry of entries) folded.add(entry);
  folded.end();
  return lines;
}

const search = (number: number) => called('search', { query: `red rain jacket ${number}` });
const query = (number: number) => search(number).args;

test('of a long row of nearly equal calls shows the first three and the last', () => {
  const calls = Array.from({ length: 30 }, (_, index) => search(index));
  expect(shown(calls)).toEqual([query(0), query(1), query(2), '26 more of search', query(29)]);
});

test('shows short rows in full', () => {
  expect(shown([search(1), search(2), search(3), search(4)])).toEqual([query(1), query(2), query(3), query(4)]);
});

test('ends a row where something else happens', () => {
  const calls = [1, 2, 3, 4, 5].map(search);
  const row = [query(1), query(2), query(3), '1 more of search', query(5)];
  expect(shown([...calls, { kind: 'model', text: 'Hm.' }, ...calls])).toEqual([...row, 'Hm.', ...row]);
  const other = called('count', { query: 'red rain jacket 1' });
  expect(shown([...calls, other])).toEqual([...row, other.args]);
});

test('shows every call whose arguments are really others, or whose outcome is', () => {
  const readings = ['em_1', 'em_2', 'em_3', 'em_4', 'em_5', 'em_6'].map((id) => called('read', { id }));
  expect(shown(readings)).toEqual(readings.map(({ args }) => args));

  const failed = { ...search(5), result: { ok: false, refusal: TOOL_FAILED, final: false, error: null } } as const;
  const refused = {
    ...search(6),
    result: { ...failed.result, refusal: { ...TOOL_FAILED, code: 'guard.circuit_open' } },
  };
  expect(shown([...[1, 2, 3, 4].map(search), failed, refused])).toEqual([1, 2, 3, 4, 5, 6].map(query));
});

test('shows what each reply has cost, also of calls that are left out', () => {
  const spent = { kind: 'spent', usd: 0.1, limitUsd: 0.5 } as const;
  const entries = [1, 2, 3, 4, 5, 6].flatMap((number) => [spent, search(number)]);
  expect(shown(entries).filter((line) => line === 'spent')).toHaveLength(6);
  expect(shown(entries).slice(-2)).toEqual(['2 more of search', query(6)]);
});
