import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CommandError } from './command-error.js';
import { TextFile } from './text-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'actguard-text-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what is written is there, in order, over many pieces', async () => {
  const name = path.join(folder, 'all.txt');
  const pieces = Array.from({ length: 20_000 }, (_, index) => `piece ${index} – ü\n`);
  const file = await TextFile.create(name);
  for (const piece of pieces) await file.write(piece);
  await file.close();
  expect(readFileSync(name, 'utf8')).toBe(pieces.join(''));
  expect(readdirSync(folder)).toEqual(['all.txt']);
});

test('it does not wait for its end to be written', async () => {
  await using file = await TextFile.create(path.join(folder, 'part.txt'));
  for (let index = 0; index < 100; index++) await file.write('x'.repeat(10_000));
  const [part] = readdirSync(folder);
  expect(statSync(path.join(folder, part ?? '')).size).toBeGreaterThan(500_000);
});

test('what stood in its place stays until it is complete', async () => {
  const name = path.join(folder, 'report.json');
  writeFileSync(name, 'yesterday', { mode: 0o640 });
  {
    await using file = await TextFile.create(name);
    await file.write('x'.repeat(1_000_000));
    expect(readFileSync(name, 'utf8')).toBe('yesterday');
  }
  expect(readFileSync(name, 'utf8')).toBe('yesterday');
  expect(readdirSync(folder)).toEqual(['report.json']);

  const file = await TextFile.create(name);
  await file.write('today');
  await file.close();
  expect(readFileSync(name, 'utf8')).toBe('today');
  expect(statSync(name).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(['report.json']);
});

test('a link goes on leading to it', async () => {
  const [name, link] = [path.join(folder, 'report.json'), path.join(folder, 'latest.json')];
  for (const text of ['first', 'second']) {
    if (text === 'first') symlinkSync('report.json', link);
    const file = await TextFile.create(link);
    await file.write(text);
    await file.close();
    expect(readFileSync(name, 'utf8')).toBe(text);
  }
  await expect(TextFile.create(link, [name])).rejects.toThrow('is read, so it cannot be written');
});

test('what is no file is written as it is', async () => {
  const file = await TextFile.create('/dev/null');
  await file.write('nothing');
  await file.close();
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('where nothing can be written, that is said with the name', async () => {
  await expect(TextFile.create(folder)).rejects.toThrow(CommandError);
  await expect(TextFile.create(folder)).rejects.toThrow(`${folder} cannot be written: `);
});
