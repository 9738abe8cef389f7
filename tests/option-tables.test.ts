import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMAND, fillPage, readPages } from '../scripts/option-tables-page.js';
import { OptionSource } from '../scripts/option-tables-source.js';

const ROOT = path.resolve(import.meta.dirname, '..');

describe('the option tables of', () => {
  const source = OptionSource.of(ROOT);
  const pages = Object.entries(readPages(ROOT)).filter(([, text]) => /<!-- \/?options/.test(text));

  test('there are pages with tables', () => {
    expect(pages.map(([page]) => page)).toContain('docs/guards.md');
  });

  test.each(pages)('%s say what the code says', (page, text) => {
    const { text: filled, problems } = fillPage(page, text, source);
    expect(problems).toEqual([]);
    if (filled !== text) throw new Error(`The tables of ${page} are out of date: run "${COMMAND}".`);
  });
});

describe('a table', () => {
  const tableOf = (code: string, marker = 'Options') => {
    const page = `# Page\n\n<!-- options: ${marker} -->\nold\n<!-- /options -->\n\nEnd.\n`;
    const { text, problems } = fillPage('page.md', page, new OptionSource({ 'a.ts': code }));
    return { text, problems, rows: text.split('\n').filter((line) => line.startsWith('| `')) };
  };

  test('shows name, readable type, default and what the option does, in place of what was there', () => {
    const { text, problems } = tableOf(`
      type Mode = 'on' | 'off';
      /** Options of something. */
      export interface Options<Args> {
        /** What it is called. */
        readonly name: string;
        /**
         * How long it
         * takes | lasts.
         *
         * @default '1m'
         */
        readonly period?: Duration;
        /** Which. @default KINDS: \`a\`, \`b\` */
        readonly kinds?: readonly NoInfer<Kind<Args>>[];
        /** When. @default as long as the session */
        readonly mode?: Mode;
        /** Safe ones. @default none */
        readonly errors?: readonly (abstract new (
          ...args: never[]
        ) => Error)[];
        /** Makes it. */
        make(args: Args): void;
      }`);
    expect(problems).toEqual([]);
    expect(text).toBe(
      [
        '# Page',
        '',
        '<!-- options: Options -->',
        '',
        '| option | type | default | what it does |',
        '| --- | --- | --- | --- |',
        '| `name` | `string` | **required** | What it is called. |',
        "| `period` | `Duration` | `'1m'` | How long it takes \\| lasts. |",
        '| `kinds` | `Kind<Args>[]` | `KINDS`: `a`, `b` | Which. |',
        "| `mode` | `'on' \\| 'off'` | as long as the session | When. |",
        '| `errors` | `Class<Error>[]` | – | Safe ones. |',
        '| `make` | `(args: Args) => void` | **required** | Makes it. |',
        '',
        '<!-- /options -->',
        '',
        'End.',
        '',
      ].join('\n'),
    );
    expect(fillPage('page.md', text, new OptionSource({ 'a.ts': 'interface Options {}' })).text).not.toContain(
      '`name`',
    );
  });

  test('says of what may be left out no undefined, and of anything else that it may be undefined', () => {
    const { rows } = tableOf(`
      interface Options {
/** A. */ a?: number | undefined;
/** B. */ b?: undefined | 'x' | (() => void);
/** C. */ c?: (() => number | undefined) | undefined;
/** D. */ d: number | undefined }`);
    expect(rows).toEqual([
      '| `a` | `number` | – | A. |',
      "| `b` | `'x' \\| (() => void)` | – | B. |",
      '| `c` | `() => number \\| undefined` | – | C. |',
      '| `d` | `number \\| undefined` | **required** | D. |',
    ]);
  });

  test('takes a name for that of its own package, where two have it', () => {
    const page = '<!-- options: Options -->\n<!-- /options -->';
    const source = new OptionSource({
      'packages/a/src/a.ts': "type Fallback = 'open' | 'closed';\ntype Mode = 'on' | 'off';",
      'packages/b/src/b.ts': `
        interface Fallback {}
        interface Options {
/** Own. */ own: Fallback;
/** Other. */ other: Mode }`,
    });
    const rows = fillPage('page.md', page, source).text.split('\n');
    expect(rows).toContain('| `own` | `Fallback` | **required** | Own. |');
    expect(rows).toContain("| `other` | `'on' \\| 'off'` | **required** | Other. |");
  });

  test('has the options that an interface inherits, the nearest one of a name', () => {
    const { rows } = tableOf(`
      interface Base {
/** First. */ a: string;
/** Wide. */ b: string | number }
      interface Options extends Base {
/** Narrow. */ b: string }`);
    expect(rows).toEqual(['| `a` | `string` | **required** | First. |', '| `b` | `string` | **required** | Narrow. |']);
  });

  test.each([
    ['an interface that nobody declares', 'interface Other {}', 'no package has an interface Options'],
    [
      'two interfaces of the name',
      'interface Options {}\ninterface Options {}',
      'more than one interface is called Options',
    ],
    ['an option without docstring', 'interface Options { a: string }', 'Options.a has no docstring'],
    [
      'a docstring with nothing but tags',
      'interface Options {\n/** @default 3 */ a?: number }',
      'Options.a has no docstring',
    ],
    [
      'a default that only a destructuring has',
      'interface Options {\n/** A. */ a?: number }\nconst read = ({ a = 3 }: Options) => a;',
      'Options.a has no @default, but the code gives it 3',
    ],
    [
      'a default that only a check has',
      "interface Options {\n/** A. */ a?: number }\nconst a = check.duration('a', '1m');",
      "Options.a has no @default, but the code gives it '1m'",
    ],
    [
      'a default that the code has otherwise',
      'interface Options {\n/** A. @default 4 */ a?: number }\nconst b = options?.a ?? 3;',
      'Options.a says @default 4, but the code gives it 3',
    ],
    [
      'a default whose constant has another name',
      'interface Options {\n/** A. @default ALL: all */ a?: number }\nconst b = (options: Options) => options.a ?? SOME;',
      'Options.a says @default ALL: all, but the code gives it SOME',
    ],
  ])('is a problem for %s', (_what, code, problem) => {
    expect(tableOf(code).problems).toEqual([expect.stringContaining(`page.md:3: ${problem}`)]);
  });

  test('of an interface that cannot be read is left as it is', () => {
    expect(tableOf('', 'Nothing').text).toContain('<!-- options: Nothing -->\nold\n<!-- /options -->');
  });

  test('takes what another file says of the interface into account, but not files that do not know it', () => {
    const declaration = 'export interface Options {\n/** A. @default 1 */ a?: number }';
    const page = '<!-- options: Options -->\n<!-- /options -->';
    const problemsWith = (other: string) =>
      fillPage('page.md', page, new OptionSource({ 'a.ts': declaration, 'b.ts': other })).problems;
    expect(problemsWith('const read = ({ a = 2 }: Options) => a;')).toHaveLength(1);
    expect(problemsWith('const read = ({ a = 1 }: Options) => a;')).toEqual([]);
    expect(problemsWith('const read = ({ a = 2 }: Others) => a;')).toEqual([]);
  });

  test.each([
    ['never closed', '<!-- options: Options -->\n'],
    ['closed by another one', '<!-- options: Options -->\n<!-- options: Options -->\n<!-- /options -->'],
    ['closed only', '<!-- /options -->'],
  ])('is a problem where its marker is %s', (_what, page) => {
    const { text, problems } = fillPage('page.md', page, new OptionSource({ 'a.ts': 'interface Options {}' }));
    expect(problems).toHaveLength(1);
    expect(text.replace(/\n\|[^\n]*/g, '').replace(/\n+/g, '\n')).toBe(page);
  });
});
