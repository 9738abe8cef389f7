import { describe, expect, test } from '@jest/globals';
import { WrongUsageError } from './command-error.js';
import { parseCommand } from './options.js';

describe('the arguments of a replay', () => {
  test('are few: agents and recordings', () => {
    expect(parseCommand(['--agents', 'a.ts', 'traces'])).toEqual({
      command: 'replay',
      agents: 'a.ts',
      traces: ['traces'],
      suites: undefined,
      json: undefined,
      html: undefined,
      state: 'trace',
      tsconfig: undefined,
      byModel: false,
      failOn: new Set(),
    });
  });

  test('may name several recordings and suites, in any way', () => {
    const args = [
      'one',
      '--traces',
      'two',
      '--agents',
      'a.ts',
      '--traces=three',
      'four',
      '--suite',
      'a,b',
      '--suite',
      'c',
    ];
    expect(parseCommand(args)).toMatchObject({
      traces: ['two', 'three', 'one', 'four'],
      suites: new Set(['a', 'b', 'c']),
    });
  });

  test('say what makes it fail', () => {
    const args = ['--agents', 'a.ts', '--fail-on', 'attack-passed,benign-refused', 'x'];
    expect(parseCommand(args)).toMatchObject({ failOn: new Set(['attack-passed', 'benign-refused']) });
  });

  test('a folder that is called diff is no comparison', () => {
    expect(parseCommand(['--agents', 'a.ts', 'diff'])).toMatchObject({ command: 'replay', traces: ['diff'] });
  });
});

test('the arguments of a comparison', () => {
  expect(parseCommand(['diff', '--before', 'a.ts', '--after', 'b.ts', '--state', 'shared', 'x'])).toMatchObject({
    command: 'diff',
    before: 'a.ts',
    after: 'b.ts',
    state: 'shared',
    traces: ['x'],
  });
});

describe('wrong arguments are told in one sentence', () => {
  test.each([
    [[], '--agents FILE is missing.'],
    [['traces'], '--agents FILE is missing.'],
    [['--agents', 'a.ts'], 'Which recordings? Name a file or a folder.'],
    [['--agents', 'a.ts', ''], 'Which recordings? Name a file or a folder.'],
    [['--agents'], "Option '--agents <value>' argument missing."],
    [['--agents', 'a.ts', '--colour', 'x'], "Unknown option '--colour'."],
    [['--agents', 'a.ts', '--state', 'all', 'x'], '--state is trace or shared, not "all".'],
    [['--agents', 'a.ts', '--fail-on', 'all', 'x'], '--fail-on is benign-refused or attack-passed, not "all".'],
    [['--agents', '', 'x'], '--agents has an empty value.'],
    [['--agents', 'a.ts', '--suite', '', 'x'], '--suite has an empty value.'],
    [['--agents', 'a.ts', '--suite', 'a', '--suite', ' , ', 'x'], '--suite has an empty value.'],
    [['--agents', 'a.ts', '--fail-on=', 'x'], '--fail-on has an empty value.'],
    [['--agents', 'a.ts', '--json=', 'x'], '--json has an empty value.'],
    [['diff', '--before', 'a.ts', '--after', 'b.ts', '--suite=', 'x'], '--suite has an empty value.'],
    [['diff', '--before', 'a.ts', 'x'], '--after FILE is missing.'],
    [['diff', '--agents', 'a.ts', 'x'], 'diff takes --before FILE and --after FILE, not --agents.'],
    [['diff', '--agents=a.ts', 'x'], 'diff takes --before FILE and --after FILE, not --agents.'],
  ])('%j', (args, message) => {
    expect(() => parseCommand(args)).toThrow(new WrongUsageError(message));
  });
});
