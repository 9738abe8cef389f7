import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

interface Manifest {
  name: string;
  private?: boolean;
  license?: string;
  type?: string;
  engines?: { node?: string };
  sideEffects?: boolean | string[];
  exports?: Record<string, string | { types: string; default: string }>;
}

const packages = globSync('packages/*/package.json', { cwd: ROOT }).map((file) => ({
  folder: path.dirname(file),
  manifest: JSON.parse(read(file)) as Manifest,
}));

test('the lock file names no registry', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
  const entries = Object.entries(lock.packages);
  expect(entries.length).toBeGreaterThan(100);
  expect(entries.filter(([, { resolved }]) => resolved?.includes('://'))).toEqual([]);
});

const published = packages.filter(({ manifest }) => manifest.private !== true);

test.each([
  ['tsconfig.build.json', published],
  ['tsconfig.test.json', packages],
  ['tsconfig.legacy.json', published],
])('%s refers to every package that it needs', (file, needed) => {
  const { references } = JSON.parse(read(file)) as { references: { path: string }[] };
  expect(references.map((reference) => reference.path).sort()).toEqual(needed.map(({ folder }) => folder).sort());
});

describe.each(published)('$manifest.name', ({ folder, manifest }) => {
  test('is an ESM package for Node 22 and later, with the licence', () => {
    expect(manifest).toMatchObject({ type: 'module', license: 'MIT', engines: { node: '>=22' } });
    expect(read(`${folder}/LICENSE`)).toBe(read('LICENSE'));
  });

  test('every entry point and every file with side effects has a source', () => {
    const entries = Object.values(manifest.exports ?? {}).flatMap((entry) =>
      typeof entry === 'string' ? [] : [entry],
    );
    const { sideEffects } = manifest;
    const built = [...entries.map((entry) => entry.default), ...(Array.isArray(sideEffects) ? sideEffects : [])];
    const sources = built.map((file) => path.join(folder, file.replace('/dist/', '/src/').replace(/\.js$/, '.ts')));
    expect(sources.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
    expect(entries.map((entry) => entry.types)).toEqual(
      entries.map((entry) => entry.default.replace(/\.js$/, '.d.ts')),
    );
  });
});
