import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DeclaredOption, OptionSource } from './option-tables-source.js';

/** What brings the tables up to date. */
export const COMMAND = 'npm run docs:tables';

const OPEN = /<!-- options: *([^\n]*?) *-->/g;
const CLOSE = '<!-- /options -->';

/** The pages that may have tables, by name, in a repository. */
export function readPages(root: string): Record<string, string> {
  const names = globSync(['README.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root }).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(root, name), 'utf8')]));
}

/** A page with its tables as they should be, and what is wrong with the interfaces that it shows. */
export interface FilledPage {
  readonly text: string;
  readonly problems: readonly string[];
}

/** Fills every `<!-- options: Name -->` … `<!-- /options -->` of a page with the table of that interface. */
export function fillPage(page: string, text: string, source: OptionSource): FilledPage {
  const problems: string[] = [];
  let filled = '';
  let end = 0;
  for (const match of text.matchAll(OPEN)) {
    const [marker, name = ''] = match;
    const at = `${page}:${text.slice(0, match.index).split('\n').length}`;
    const from = match.index + marker.length;
    const to = text.indexOf(CLOSE, from);
    if (match.index < end || to < 0 || /<!-- options:/.test(text.slice(from, to))) {
      problems.push(`${at}: ${marker} has no ${CLOSE}`);
      continue;
    }
    const table = tableFor(name, source, (problem) => problems.push(`${at}: ${problem}`));
    filled +=
      table === undefined ? text.slice(end, to + CLOSE.length) : `${text.slice(end, from)}\n\n${table}\n\n${CLOSE}`;
    end = to + CLOSE.length;
  }
  if (text.split(CLOSE).length > [...text.matchAll(OPEN)].length + 1)
    problems.push(`${page}: more ${CLOSE} than tables`);
  return { text: filled + text.slice(end), problems };
}

function tableFor(name: string, source: OptionSource, problem: (text: string) => void): string | undefined {
  let options: readonly DeclaredOption[];
  try {
    options = source.optionsOf(name);
  } catch (error) {
    problem((error as Error).message);
    return undefined;
  }
  for (const option of options) for (const each of problemsOf(option)) problem(`${name}.${option.name} ${each}`);
  return [
    '| option | type | default | what it does |',
    '| --- | --- | --- | --- |',
    ...options.map(({ name: option, type, ...rest }) =>
      row([code(option), code(type), defaultCell(rest), rest.description]),
    ),
  ].join('\n');
}

function problemsOf({ description, documentedDefault, codeDefaults }: DeclaredOption): string[] {
  const problems = description === '' ? ['has no docstring'] : [];
  const [first] = codeDefaults;
  if (documentedDefault === undefined) {
    return first === undefined ? problems : [...problems, `has no @default, but the code gives it ${first}`];
  }
  const wrong = codeDefaults.find((each) => !says(documentedDefault, each));
  return wrong === undefined
    ? problems
    : [...problems, `says @default ${documentedDefault}, but the code gives it ${wrong}`];
}

function says(documented: string, value: string): boolean {
  return documented === value || documented.startsWith(`${value}:`);
}

const CONSTANT = /^[A-Z][A-Z_]+(?=:|$)/;
const LITERAL = /^(?:'[^']*'|-?[\d_.]+|true|false|\[.*\])$/;

function defaultCell({
  isRequired,
  documentedDefault,
}: Pick<DeclaredOption, 'isRequired' | 'documentedDefault'>): string {
  if (isRequired) return '**required**';
  if (documentedDefault === undefined || documentedDefault === 'none') return '–';
  return LITERAL.test(documentedDefault) ? code(documentedDefault) : documentedDefault.replace(CONSTANT, code);
}

function code(text: string): string {
  return `\`${text}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
