import { expect, test } from '@jest/globals';
import type { CallChange, StopReason } from './call-change.js';
import type { ChangeGroup } from './change-groups.js';
import type { ComparisonData } from './comparison.js';
import { printComparison } from './print-comparison.js';
import { shownArgument } from './shown-argument.js';

const refused: StopReason = {
  status: 'refused',
  guard: 'enforce',
  code: 'MISSING_FACT',
  arg: 'to',
  rule: 'to is known',
};
const change: CallChange = {
  trace: 't1',
  suite: 'mail',
  call: 2,
  tool: 'send',
  args: { to: 'mina@example.com' },
  before: refused,
};
const group: ChangeGroup = {
  suite: 'mail',
  tool: 'send',
  before: refused,
  calls: 1,
  traces: 1,
  successfulAttacks: 0,
  usefulBenign: 0,
  examples: [change],
};
const data: ComparisonData = {
  traces: 1,
  calls: 4,
  newlyPassing: [group],
  newlyRefused: [],
  otherReason: [],
  scores: [],
};

const lines = (comparison: Partial<ComparisonData>, width?: number, hasColours = false): string[] =>
  printComparison({ ...data, ...comparison }, { hasColours, width }).split('\n');

test('a group has its reason and its examples', () => {
  expect(lines({})).toEqual([
    '1 trace, 4 calls compared: 3 decided alike, 1 newly passing, 0 newly refused, 0 with another reason',
    '',
    'Newly passes: 1 call',
    '  mail send: 1 call in 1 trace',
    '    before: enforce MISSING_FACT: to is known',
    '    t1, call 3: to = "mina@example.com"',
    '',
  ]);
});

test('both reasons where both refuse', () => {
  const after: StopReason = { status: 'withheld', guard: 'prove', code: 'INVALID' };
  expect(lines({ newlyPassing: [], otherReason: [{ ...group, after }] })).toEqual(
    expect.arrayContaining([
      '    before: enforce MISSING_FACT: to is known',
      '    now: result withheld, prove INVALID',
    ]),
  );
});

test('a text of a recording can neither steer the terminal nor break the layout', () => {
  const hostile = '\x1b[2J\r\nnewly passes: 0\u202e\u200b';
  const args = { to: hostile.repeat(100) };
  const example = { ...change, trace: hostile, args };
  const printed = printComparison(
    { ...data, newlyPassing: [{ ...group, suite: hostile, tool: hostile, examples: [example] }] },
    { hasColours: false, width: 80 },
  );
  for (const mark of ['\x1b', '\r', '\u202e', '\u200b']) expect(printed).not.toContain(mark);
  expect(printed.split('\n').length).toBeLessThan(10);
  for (const line of printed.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80);
});

test('of many groups the largest are listed', () => {
  const many = Array.from({ length: 30 }, (_, index) => ({ ...group, tool: `tool${index}` }));
  const printed = lines({ newlyPassing: many });
  expect(printed.filter((line) => line.startsWith('  mail tool'))).toHaveLength(20);
  expect(printed).toContain('  and 10 more calls for other reasons (see --json)');
});

test('colours only where they are wanted', () => {
  expect(lines({}).join('')).not.toContain('\x1b');
  expect(lines({}, 100, true).join('')).toContain('\x1b[31mNewly passes');
});

test.each([
  [{ to: 'x' }, 'to', 'to = "x"'],
  [{ to: ['x', 'y'] }, 'to[]', 'to[] = ["x","y"]'],
  [{ mail: { to: 'x' } }, 'mail.to', 'mail.to = "x"'],
  [{ from: 'x' }, 'to', '{"from":"x"}'],
  [{ from: 'x' }, undefined, '{"from":"x"}'],
  ['{"to":', 'to', '"{\\"to\\":"'],
  [undefined, 'to', 'undefined'],
  [{ to: 1n }, 'to', 'to = what cannot be shown'],
])('of %j and the path %s is shown %s', (args, arg, shown) => {
  const before = arg === undefined ? { ...refused, arg: undefined } : { ...refused, arg };
  expect(shownArgument({ args, before })).toBe(shown);
});
