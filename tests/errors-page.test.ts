import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as core from '@actguard/core';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { errorClassesOf, errorCodesOf } from './support/error-codes.js';
import { tableRowsOf, withoutFences } from './support/markdown-tables.js';

const ROOT = path.resolve(import.meta.dirname, '..');
const page = readFileSync(path.join(ROOT, 'docs/errors.md'), 'utf8');
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.d.ts'],
  module: ts.ModuleKind.NodeNext,
  strict: true,
  types: ['node'],
  typeRoots: [path.join(ROOT, 'node_modules/@types')],
  paths: { '@actguard/*': [path.join(ROOT, 'packages/*/src/index.ts')] },
};

const files = globSync('packages/*/src/**/*.ts', { cwd: ROOT })
  .filter((file) => !/\.test(-d)?\.ts$/.test(file))
  .map((file) => path.join(ROOT, file));
const program = ts.createProgram(files, options);
const classesOf = (folder: string) =>
  globSync('src/{,*/}index.ts', { cwd: folder }).flatMap((file) => errorClassesOf(program, path.join(folder, file)));
// A package without errors of its own may throw those of another, and calls other things a code.
const folders = globSync('packages/*', { cwd: ROOT }).map((folder) => path.join(ROOT, folder));
const withErrors = folders.filter((folder) => classesOf(folder).some(({ hasCode }) => hasCode));
const codes = errorCodesOf(
  program,
  (file) => files.includes(file),
  (file) => files.includes(file) && withErrors.some((folder) => file.startsWith(`${folder}${path.sep}`)),
);
const classes = folders.flatMap(classesOf).filter(({ hasCode }) => hasCode);

const rows = tableRowsOf(page).filter(({ cells }) => 'code' in cells);
const rowOf = (code: string) => rows.find(({ cells }) => cells['code'] === `\`${code}\``)?.cells;
const inCodeSpans = [...withoutFences(page).matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);

/** One of each class that is thrown with a code of its own. */
const samples: core.ActGuardError[] = [
  new core.ToolInputError('A.b', []),
  new core.MaxAttemptsExceededError('A.b', 1, 2, 'r'),
  new core.CircuitOpenError({ tool: 'A.b', dependency: 'd', retryAfterMs: 1, resetAt: 1 }),
  new core.RateLimitExceededError({ tool: 'A.b', maxCalls: 1, periodMs: 1, scopeValue: undefined, retryAfterMs: 1 }),
  new core.ScopeValidationError('A.b', 'userId', true),
  new core.GuardRefusedError({ tool: 'A.b', guard: 'g', because: 'b' }),
  new core.StoreUnavailableError('A.b', undefined),
  new core.StoreFullError('A.b', 'rateLimit'),
  new core.PolicyViolationError({ tool: 'A.b', code: 'MISSING_FACT', message: '', because: '', tryInstead: '' }),
  new core.MissingIdempotencyKeyError('A.b', 'key'),
  new core.IdempotencyInProgressError('A.b', 'k'),
  new core.IdempotencyConflictError('A.b', 'k'),
  new core.DuplicateIdempotencyKeyError('A.b', 'k'),
  new core.IdempotencyOutcomeUnknownError('A.b', 'k', 'Error'),
  new core.RunKilledError('A.b', 'why'),
  new core.RunEndedError('A.b'),
  new core.RunDeadlineError('A.b', 1),
  new core.RunAbortedError('A.b', undefined),
  new core.MissingRunError('A.b'),
  new core.NestedRunError('r'),
  new core.SessionConflictError('s'),
  new core.ToolTimeoutError('A.b', 1, 'r'),
  new core.HostConfigurationError([]),
  new core.BudgetExceededError({
    ...{ tool: 'A.b', limitType: 'usd', used: 1, limit: 1, scopeId: 's', scopeName: undefined, scopeKind: 'root' },
    ...{ parentScopeId: undefined, rootScopeId: 's', planKey: undefined, userId: undefined },
  }),
  new core.UnboundedCostError('openai/gpt-5', 'why'),
  new core.UnpricedModelError('openai', 'gpt-5'),
  new core.BudgetConfigurationError('usdLimit', 1, 2),
  new core.BudgetClosedError('openai/gpt-5'),
];
// Thrown with many codes, or only extended.
const bases = ['ActGuardError', 'ToolExecutionError', 'RunContextError', 'UsageError'];

describe('docs/errors.md', () => {
  it('has a row for every code in the sources, once, and for no other', () => {
    const listed = rows.map(({ cells }) => cells['code']);
    expect(listed.toSorted()).toEqual([...codes.keys()].map((code) => `\`${code}\``).toSorted());
    expect(codes.size).toBeGreaterThan(50);
  });

  it('says of each code whether it is worth a retry, as the sources do', () => {
    const said = Object.fromEntries(rows.map(({ cells }) => [cells['code'], cells['retryable']]));
    const real = Object.fromEntries(
      [...codes].map(([code, { retryable }]) => [`\`${code}\``, retryable ? 'yes' : 'no']),
    );
    expect(said).toEqual(real);
  });

  it('names every exported class of errors, and no other', () => {
    const named = new Set(page.match(/\b[A-Z]\w*Error\b/g));
    const exported = classes.map(({ name }) => name);
    expect([...named].toSorted()).toEqual(exported.toSorted());
  });

  it('names no code in its text that does not exist', () => {
    const like = inCodeSpans.filter((text) => /^(usage|guard|tool|run|runtime|budget)\.[a-z]+(_[a-z]+)*$/.test(text));
    const api = ['run.budget', 'run.get', 'run.kill', 'run.tools', 'run.facts'];
    expect(like.filter((text) => !codes.has(text) && !api.includes(text))).toEqual([]);
    expect(inCodeSpans.filter((text) => /^[A-Z]+(_[A-Z]+)+$/.test(text) && !codes.has(text))).toEqual([]);
  });

  it('has a sample here of every class that has a code of its own', () => {
    const concrete = classes.filter(({ isAbstract }) => !isAbstract).map(({ name }) => name);
    expect(samples.map((sample) => sample.name).toSorted()).toEqual(
      concrete.filter((name) => !bases.includes(name)).toSorted(),
    );
  });

  it.each(samples)('tells the class of $code, and whether a retry may help', (sample) => {
    expect(rowOf(sample.code)).toMatchObject({
      class: `\`${sample.name}\``,
      retryable: sample.retryable ? 'yes' : 'no',
    });
  });

  it('shows the family as the classes inherit', () => {
    expect(familyOf(page)).toEqual(familyInCode());
  });
});

/** Child and parent of each class in the drawn tree: the parent is the last name that stands further left. */
function familyOf(markdown: string): Record<string, string> {
  const [, tree = ''] = /```text\n(ActGuardError\n[\s\S]*?)```/.exec(markdown) ?? [];
  const open: { name: string; column: number }[] = [];
  const family: Record<string, string> = {};
  for (const line of tree.split('\n')) {
    const column = line.search(/[A-Za-z]/);
    for (const name of line.match(/\b[A-Z]\w*Error\b/g) ?? []) {
      const parent = open.findLast((each) => each.column < column);
      if (parent !== undefined) family[name] = parent.name;
      open.push({ name, column });
    }
  }
  return family;
}

function familyInCode(): Record<string, string> {
  const exported = new Map(
    Object.entries(core).flatMap(([name, value]) =>
      typeof value === 'function' && (value as { prototype?: unknown }).prototype instanceof Error
        ? [[value as object, name] as const]
        : [],
    ),
  );
  const family: Record<string, string> = {};
  for (const [errorClass, name] of exported) {
    let parent: object = Object.getPrototypeOf(errorClass);
    while (parent !== Error && !exported.has(parent)) parent = Object.getPrototypeOf(parent);
    if (parent !== Error) family[name] = exported.get(parent) as string;
  }
  return family;
}

describe('the check itself', () => {
  const collect = (source: string): Map<string, { retryable: boolean; places: readonly string[] }> =>
    withProgram(source, (fixture, file) => errorCodesOf(fixture, (each) => each === file));

  it('finds codes wherever they are given', () => {
    const found = collect(`
      interface Facts { readonly code: string; readonly retryable?: boolean }
      type SomeCode = 'UPPER_ONE' | 'UPPER_TWO';
      const CODE = 'usage.constant';
      class Base extends Error { constructor(facts: Facts) { super(facts.code); } }
      class Usage extends Base { constructor(facts: Partial<Facts>) { super({ code: facts.code ?? 'usage.fallback' }); } }
      function report(code: string, message = ''): Facts { return { code }; }
      function check(message: string, code = 'usage.default'): Facts { return report(code, message); }
      new Base({ code: 'guard.property', retryable: true });
      report('usage.argument'); report(CODE); check('x');
      const given: Facts = Math.random() > 1 ? { code: 'a.left' } : { code: Math.random() > 2 ? 'a.middle' : 'a.right' };
      const untyped = { code: 'usage.untyped' };
      console.log(given, untyped, Usage, { name: 'run.start', op: 'budget.hold' });
      export const some: SomeCode = 'UPPER_ONE';
    `);
    expect([...found.keys()].toSorted()).toEqual(
      ['UPPER_ONE', 'UPPER_TWO', 'a.left', 'a.middle', 'a.right', 'guard.property', 'usage.argument'].concat([
        'usage.constant',
        'usage.default',
        'usage.fallback',
        'usage.untyped',
      ]),
    );
    expect([...found].filter(([, { retryable }]) => retryable).map(([code]) => code)).toEqual(['guard.property']);
    expect(found.get('guard.property')?.places[0]).toMatch(/fixture\.ts:9$/);
  });

  it('leaves alone what is called code elsewhere', () => {
    const found = collect(`
      process.emitWarning('w', { code: \`TOPIC_\${Math.random()}\` });
      const isPostgres = (code: unknown): boolean => code === '40001';
      isPostgres('23505');
    `);
    expect([...found.keys()]).toEqual([]);
  });

  it('leaves alone what a package without errors declares, but not what it throws', () => {
    const source = `import { UsageError } from '@actguard/core';
      interface Mark { readonly code: string }
      export const mark = (topic: string): Mark => ({ code: \`\${topic}!\` });
      export const wrong = (): Error => new UsageError('no', { code: 'usage.elsewhere' });`;
    const inCore = (file: string): boolean => file.includes('packages/core/src/errors/');
    const found = withProgram(source, (fixture, file) => errorCodesOf(fixture, (each) => each === file, inCore));
    expect([...found.keys()]).toEqual(['usage.elsewhere']);
  });

  it('does not accept a code that nobody can tell', () => {
    const source = `interface Facts { readonly code: string }
      export const facts = (topic: string): Facts => ({ code: \`usage.\${topic}\` });`;
    expect(() => collect(source)).toThrow(/fixture\.ts:2: nobody can tell which code this is: `usage/);
  });

  it('knows which exported classes are errors', () => {
    const source = `class Hidden extends Error {}
      export abstract class Shown extends Hidden {}
      export class Another extends TypeError { readonly code = 'a.b'; }
      export class NoError {}`;
    expect(withProgram(source, errorClassesOf)).toEqual([
      { name: 'Shown', isAbstract: true, hasCode: false },
      { name: 'Another', isAbstract: false, hasCode: true },
    ]);
  });

  it('reads the rows of tables, outside of blocks', () => {
    const markdown =
      '| code | why |\n| --- | --- |\n| `a.b` | x \\| y |\n\n```text\n| code |\n| --- |\n| `c.d` |\n```\n';
    expect(tableRowsOf(markdown)).toEqual([{ line: 3, cells: { code: '`a.b`', why: 'x \\| y' } }]);
    expect(() => tableRowsOf('| code | why |\n| --- | --- |\n| `a.b` |\n')).toThrow('line 3: 1 cells under 2 headers');
  });

  it('reads the drawn family', () => {
    const tree = [
      'ActGuardError',
      '├─ OneError   text',
      '│  ├─ TwoError, ThreeError,',
      '│  │  FourError',
      '└─ FiveError',
    ];
    expect(familyOf(`\`\`\`text\n${tree.join('\n')}\n\`\`\``)).toEqual({
      OneError: 'ActGuardError',
      TwoError: 'OneError',
      ThreeError: 'OneError',
      FourError: 'OneError',
      FiveError: 'ActGuardError',
    });
  });
});

function withProgram<T>(source: string, use: (program: ts.Program, file: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'error-codes-'));
  try {
    const file = path.join(folder, 'fixture.ts');
    writeFileSync(file, `${source}\nexport {};\n`);
    return use(ts.createProgram([file], options), file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
