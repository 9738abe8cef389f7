import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TraceFileError } from './trace-file-error.js';
import { traceFiles } from './trace-files.js';

const folder = mkdtempSync(path.join(tmpdir(), 'files-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  for (const name of ['sub/deep', 'node_modules', '.hidden', 'empty'])
    mkdirSync(path.join(folder, name), { recursive: true });
  for (const name of [
    ...['b.jsonl', 'a.jsonl.gz', 'C.json', 'd.ndjson', 'e.json.gz', 'f.ndjson.gz', 'notes.md', '.secret.jsonl'],
    ...['sub/deep/x.jsonl', 'sub/a.json', 'node_modules/y.json', '.hidden/z.jsonl', 'json', 'odd.bin'],
  ])
    writeFileSync(path.join(folder, name), 'xyz');
  symlinkSync(path.join(folder, 'b.jsonl'), path.join(folder, 'link.jsonl'));
  symlinkSync(folder, path.join(folder, 'sub', 'round.jsonl'));
});
const namesOf = async (...paths: string[]): Promise<string[]> =>
  (await traceFiles(paths.map((each) => path.join(folder, each)))).map((file) => path.relative(folder, file.path));

describe('the files that paths name', () => {
  test('of a folder are those of traces, sorted, with those of its folders', async () => {
    expect(await namesOf('.')).toEqual(
      [
        'C.json',
        'a.jsonl.gz',
        'b.jsonl',
        'd.ndjson',
        'e.json.gz',
        'f.ndjson.gz',
        'link.jsonl',
        'sub/a.json',
        'sub/deep/x.jsonl',
      ].map((name) => path.normalize(name)),
    );
  });

  test('come in the order in which they are named, each once, with their size', async () => {
    expect(await namesOf('odd.bin', 'b.jsonl', 'sub', 'b.jsonl')).toEqual([
      'odd.bin',
      'b.jsonl',
      'sub/a.json',
      'sub/deep/x.jsonl',
    ]);
    expect(await traceFiles([path.join(folder, 'odd.bin')])).toEqual([
      { path: path.join(folder, 'odd.bin'), bytes: 3 },
    ]);
    expect(await traceFiles([])).toEqual([]);
  });

  test('must be there', async () => {
    await expect(namesOf('none')).rejects.toThrow(TraceFileError);
    await expect(namesOf('none')).rejects.toThrow('does not exist');
    await expect(namesOf('empty')).rejects.toThrow('holds no .jsonl, .ndjson or .json file');
  });
});
