import { type RefusalCount, shownTool } from './refusal-counts.js';
import { counted, grouped, type Painter, printable, wrapped } from './terminal-text.js';

/** How refusals are printed. */
interface PrintRefusalsOptions {
  readonly max: number;
  readonly width: number;
  /** Somebody said which traces are benign and which are attacks. */
  readonly isLabelled: boolean;
  readonly painter: Painter;
}

interface Column {
  readonly label: string;
  readonly of: (count: RefusalCount) => number;
}

const COLUMNS: readonly Column[] = [
  { label: 'calls', of: ({ calls }) => calls },
  { label: 'traces', of: ({ traces }) => traces },
];
const LABELLED_COLUMNS: readonly Column[] = [
  ...COLUMNS,
  { label: 'useful', of: ({ usefulTraces }) => usefulTraces },
  { label: 'attacks', of: ({ attackTraces }) => attackTraces },
];
const TITLE = 'What refused';
const LABELLED_TITLE = 'What refused: calls, traces, and how many of the traces are useful benign ones and attacks';
const MAX_REASON = 300;

/** What refused how often: a line of numbers with tool, guard and code, and below it the rule in words. */
export function printRefusals(
  refusals: readonly RefusalCount[],
  { max, width, isLabelled, painter }: PrintRefusalsOptions,
): string[] {
  if (refusals.length === 0) return [painter.paint('bold', 'Nothing was refused.')];
  const columns = isLabelled ? LABELLED_COLUMNS : COLUMNS;
  const shown = refusals.slice(0, max);
  const widths = columns.map(({ label, of }) =>
    Math.max(label.length, ...shown.map((each) => grouped(of(each)).length)),
  );
  const numbers = (texts: readonly string[]): string =>
    texts.map((text, index) => `${text.padStart(widths[index] ?? 0)}  `).join('');
  const left = widths.reduce((sum, each) => sum + each + 2, 0);
  const lines = shown.flatMap((each) => [
    numbers(columns.map(({ of }) => grouped(of(each)))) +
      printable(`${shownTool(each)}  ${each.guard} ${each.code}`, width - left),
    ...reasonLines(each, left, width).map((line) => painter.paint('dim', line)),
  ]);
  const rest = refusals.slice(max);
  const restCalls = rest.reduce((sum, { calls }) => sum + calls, 0);
  return [
    ...wrapped(isLabelled ? LABELLED_TITLE : TITLE, width, '').map((line) => painter.paint('bold', line)),
    painter.paint('dim', numbers(columns.map(({ label }) => label)).trimEnd()),
    ...lines,
    ...(rest.length === 0 ? [] : [`and ${grouped(rest.length)} more, of ${counted(restCalls, 'call')} (see --json)`]),
  ];
}

function reasonLines(count: RefusalCount, left: number, width: number): string[] {
  const reason = reasonOf(count);
  if (reason === undefined) return [];
  const indent = ' '.repeat(left);
  return wrapped(printable(reason, MAX_REASON), width - left, '').map((line) => indent + printable(line, width - left));
}

/** The rule in words, or the argument that was wrong. */
export function reasonOf({ rule, arg }: Pick<RefusalCount, 'rule' | 'arg'>): string | undefined {
  return rule ?? (arg === undefined ? undefined : `argument ${arg}`);
}
