import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { CommandFolder } from '../packages/replay/test-support/command-folder.js';
import { fencesOf } from './support/fences.js';

const PAGE = 'docs/replay.md';
const COMMAND = 'npx actguard-replay ';

// Each test starts a process.
jest.setTimeout(60_000);

const fences = fencesOf(PAGE, readFileSync(path.resolve(import.meta.dirname, '..', PAGE), 'utf8'));
const shown = fences.flatMap(({ language, code, line }, index) => {
  const next = fences[index + 1];
  if (language !== 'sh' || !code.startsWith(COMMAND) || next?.language !== 'text' || !next.followsAtOnce) return [];
  return [{ line, args: code.slice(COMMAND.length).trim().split(' '), output: next.code }];
});

let folder: CommandFolder;
beforeAll(() => {
  folder = new CommandFolder();
  for (const { words, code } of fences) {
    const file = words.find((word) => word.startsWith('file='));
    if (file !== undefined) folder.write(file.slice('file='.length), code);
  }
});
afterAll(() => folder[Symbol.dispose]());

test('the page shows commands with their output', () => {
  expect(shown.map(({ args }) => args[0])).toEqual(expect.arrayContaining(['--agents', 'diff']));
});

test.each(shown)(`${PAGE}:$line prints what the page shows`, async ({ args, output }) => {
  expect((await folder.run(...args)).out).toBe(output);
});
