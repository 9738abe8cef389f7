import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Snippet, Snippets, snippetsOf } from './support/snippets.js';

const ROOT = path.resolve(import.meta.dirname, '..');
const documents = globSync(['README.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: ROOT }).sort();
const all = documents.flatMap((document) => snippetsOf(document, readFileSync(path.join(ROOT, document), 'utf8')));

describe('every snippet of the documentation', () => {
  const snippets = new Snippets('documentation', all);
  let problems: Map<Snippet, string[]>;
  beforeAll(() => {
    problems = snippets.typeCheck();
  }, 120_000);

  test('there are documents to check', () => {
    expect(documents).toContain('README.md');
  });

  for (const snippet of all) {
    test(`${snippet.document}:${snippet.line}`, async () => {
      const found = problems.get(snippet);
      if (snippet.error) {
        expect(found).not.toEqual([]);
        return;
      }
      expect(found).toEqual([]);
      if (!snippet.run) return;
      const { code, stdout, stderr } = await snippets.execute(snippet);
      if (code !== 0) throw new Error(`exit: ${code}\n${stderr}${stdout}`);
      if (snippet.output !== undefined) expect(stdout.trimEnd()).toBe(snippet.output.trimEnd());
    }, 40_000);
  }
});

describe('the check itself', () => {
  const fence = '```';
  const markdown = [
    'Text.', // line 1
    `${fence}ts`,
    'const wrong: number = "text";', // line 3
    fence,
    `1. ${fence} not a block ${fence}`,
    `   ${fence}ts file=answer.ts`,
    '   export const answer: number = 42;', // line 7
    `   ${fence}`,
    `${fence}ts run`,
    "import { answer } from './answer.js';", // line 10
    'console.log(answer);',
    fence,
    '',
    `${fence}text`,
    '42',
    fence,
    `${fence}ts error`,
    "import { answer } from './answer.js';", // line 18
    'answer.nothing();',
    fence,
    `${fence}ts legacy run`,
    'function key(...args: unknown[]): void { console.log(typeof args[1]); }', // line 22
    'class Legacy { @(key as (target: object, name: string) => void) field = 1; }',
    'void Legacy;',
    fence,
    `${fence}ts run`,
    'const answer: number = 42;', // line 27
    "if (answer === 42) throw new Error('expected');",
    fence,
    `${fence}ts`,
    'function key(target: object, name: string): void {}', // line 31
    'class Stage3 { @key field = 1; }',
    fence,
    `${fence}js`,
    'not checked',
    fence,
  ].join('\n');
  const parsed = snippetsOf('self.md', markdown);
  const snippets = new Snippets('documentation-self-check', parsed);
  const at = (line: number): Snippet => parsed.find((snippet) => snippet.line === line) as Snippet;

  test('blocks are found with their lines and words', () => {
    expect(parsed.map(({ line, file }) => [line, file])).toEqual([
      [3, 'line-3.ts'],
      [7, 'answer.ts'],
      [10, 'line-10.ts'],
      [18, 'line-18.ts'],
      [22, 'line-22.ts'],
      [27, 'line-27.ts'],
      [31, 'line-31.ts'],
    ]);
    expect(at(10).output).toBe('42\n');
    expect(at(22)).toMatchObject({ legacy: true, run: true, error: false, output: undefined });
    expect(() => snippetsOf('self.md', `${fence}ts runn\n${fence}`)).toThrow('self.md:2: unknown words');
    expect(() => snippetsOf('self.md', `${fence}ts\n`)).toThrow('self.md:1: this block is never closed');
  });

  test('a wrong snippet is found, with the line of the document', () => {
    const problems = snippets.typeCheck();
    const wrong = [...problems].filter(([, found]) => found.length > 0).map(([snippet]) => snippet.line);
    expect(wrong.sort((a, b) => a - b)).toEqual([3, 18, 31]);
    expect(problems.get(at(3))).toEqual(["self.md:3:7 - TS2322: Type 'string' is not assignable to type 'number'."]);
    expect(problems.get(at(18))?.[0]).toMatch(/^self\.md:19:8 - TS2339: /);
    expect(problems.get(at(31))?.[0]).toMatch(/^self\.md:32:/);
  }, 60_000);

  test('snippets run, in their decorator mode, and their exit code is seen', async () => {
    expect(await snippets.execute(at(10))).toEqual({ code: 0, stdout: '42\n', stderr: '' });
    expect(await snippets.execute(at(22))).toEqual({ code: 0, stdout: 'string\n', stderr: '' });
    const failure = await snippets.execute(at(27));
    expect(failure.code).toBe(1);
    expect(failure.stderr).toMatch(/^self\.md:28\n/);
  }, 60_000);
});
