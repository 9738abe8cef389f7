import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CommandError } from './command-error.js';
import { TextFile } from './text-file.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'actguard-text-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what is written is there, in order, over many pieces', async () => {
  const name = path.join(folder, 'all.txt');
  const pieces = Array.from({ length: 20_000 }, (_, index) => `piece ${index} – ü\n`);
  const file = await TextFile.create(name);
  for (const piece of pieces) await file.write(piece);
  await file.close();
  expect(readFileSync(name, 'utf8')).toBe(pieces.join(''));
});

test('it does not wait for its end to be written', async () => {
  const name = path.join(folder, 'part.txt');
  await using file = await TextFile.create(name);
  for (let index = 0; index < 100; index++) await file.write('x'.repeat(10_000));
  expect(readFileSync(name, 'utf8').length).toBeGreaterThan(500_000);
});

test('where nothing can be written, that is said with the name', async () => {
  await expect(TextFile.create(folder)).rejects.toThrow(CommandError);
  await expect(TextFile.create(folder)).rejects.toThrow(`${folder} cannot be written: `);
});
