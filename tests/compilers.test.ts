import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import swc from '@swc/core';
import { transform } from 'esbuild';
import ts from 'typescript';

/**
 * What other people's compilers make of our decorators: one agent, compiled by each of them, run by plain Node
 * against the built package. All must print the same.
 */
const FIXTURE = path.join(import.meta.dirname, 'fixtures/order-agent.ts');
const FOLDER = path.join(import.meta.dirname, '.out/compilers');
const source = readFileSync(FIXTURE, 'utf8');

function withTsc(options: ts.CompilerOptions = {}): string {
  const { ES2022 } = ts.ScriptTarget;
  const compilerOptions = { target: ES2022, module: ts.ModuleKind.ES2022, verbatimModuleSyntax: true, ...options };
  return ts.transpileModule(source, { fileName: FIXTURE, compilerOptions }).outputText;
}

async function withEsbuild(experimentalDecorators: boolean): Promise<string> {
  const tsconfigRaw = { compilerOptions: { experimentalDecorators, verbatimModuleSyntax: true } };
  return (await transform(source, { loader: 'ts', target: 'es2022', format: 'esm', tsconfigRaw })).code;
}

async function withSwc(transform: swc.TransformConfig): Promise<string> {
  const parser = { syntax: 'typescript', decorators: true } as const;
  const jsc = { target: 'es2022', parser, transform: { verbatimModuleSyntax: true, ...transform } } as const;
  return (await swc.transform(source, { filename: FIXTURE, configFile: false, swcrc: false, jsc })).code;
}

const compilers: Record<string, () => string | Promise<string>> = {
  tsc: () => withTsc(),
  esbuild: () => withEsbuild(false),
  'swc 2022-03': () => withSwc({ decoratorVersion: '2022-03' }),
  'swc 2023-11': () => withSwc({ decoratorVersion: '2023-11' }),
  'tsc, experimentalDecorators': () => withTsc({ experimentalDecorators: true }),
  'esbuild, experimentalDecorators': () => withEsbuild(true),
  'swc, legacyDecorator': () => withSwc({ legacyDecorator: true }),
};

async function compileAndRun(name: string): Promise<string> {
  const file = path.join(FOLDER, `${name.replaceAll(/\W+/g, '-')}.js`);
  writeFileSync(file, (await compilers[name]?.()) ?? '');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
  expect(stderr).toBe('');
  return stdout;
}

let expected: string;
beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  expected = await compileAndRun('tsc');
}, 40_000);

test('the agent prints something', () => {
  expect(expected.trim()).not.toBe('');
});

test.each(Object.keys(compilers).slice(1))(
  '%s gives the same as tsc',
  async (name) => {
    expect(await compileAndRun(name)).toBe(expected);
  },
  40_000,
);
