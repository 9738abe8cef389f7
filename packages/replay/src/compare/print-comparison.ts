import { counted, grouped, Painter, printable, type Style } from '../report/terminal-text.js';
import type { Tally } from '../score/tally.js';
import type { CallChange } from './call-change.js';
import type { ChangeGroup, GroupReason } from './change-groups.js';
import type { ComparedScore, ComparisonData } from './comparison.js';
import { shownArgument } from './shown-argument.js';

/** How a comparison is printed. */
export interface PrintComparisonOptions {
  /** Whether styles of a terminal are put around the texts. */
  readonly hasColours: boolean;
  /** Most characters of a line. @default 100 */
  readonly width?: number | undefined;
  /** Most groups that are listed of each kind of change. @default 20 */
  readonly maxGroups?: number | undefined;
}

const MIN_WIDTH = 40;
const MAX_WIDTH = 120;

/** A comparison as text for a terminal: what newly passes, what is newly refused, and how both score. */
export function printComparison(comparison: ComparisonData, options: PrintComparisonOptions): string {
  const print = new ComparisonPrinter(options);
  const { newlyPassing, newlyRefused, otherReason } = comparison;
  const lines = [
    `${counted(comparison.traces, 'trace')}, ${counted(comparison.calls, 'call')} compared: ${summaryOf(comparison)}`,
    ...print.section('Newly passes', 'red', newlyPassing),
    ...print.section('Newly refused', 'yellow', newlyRefused),
    ...print.section('Stopped with another reason', 'dim', otherReason),
    ...scoreLines(comparison.scores),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

class ComparisonPrinter {
  readonly #width: number;
  readonly #maxGroups: number;
  readonly #painter: Painter;

  constructor({ hasColours, width = 100, maxGroups = 20 }: PrintComparisonOptions) {
    this.#width = Math.min(Math.max(width, MIN_WIDTH), MAX_WIDTH);
    this.#maxGroups = maxGroups;
    this.#painter = new Painter(hasColours);
  }

  section(title: string, style: Style, groups: readonly ChangeGroup[]): string[] {
    if (groups.length === 0) return [];
    const rest = groups.slice(this.#maxGroups);
    return [
      '',
      `${this.#painter.paint(style, title)}: ${counted(sumOf(groups), 'call')}`,
      ...groups.slice(0, this.#maxGroups).flatMap((group) => this.#group(group)),
      ...(rest.length === 0 ? [] : [`  and ${counted(sumOf(rest), 'more call')} for other reasons (see --json)`]),
    ];
  }

  #group(group: ChangeGroup): string[] {
    const { suite, tool, calls, before, after, examples } = group;
    const left = calls - examples.length;
    return [
      this.#line(`  ${suite} ${tool}: ${countsOf(group)}`, 'bold'),
      ...(before === undefined ? [] : [this.#line(`    before: ${stopText(before)}`)]),
      ...(after === undefined ? [] : [this.#line(`    now: ${stopText(after)}`)]),
      ...examples.flatMap((example) => this.#example(example)),
      ...(left > 0 && examples.length > 0 ? [this.#line(`    and ${grouped(left)} more`, 'dim')] : []),
    ];
  }

  #example(change: CallChange): string[] {
    const label = change.label === undefined ? '' : ` (${change.label})`;
    const place = printable(`${change.trace}, call ${change.call + 1}${label}`, this.#width - 4);
    const argument = shownArgument(change);
    const isShort = place.length + argument.length + 6 <= this.#width;
    const lines = isShort ? [`    ${place}: ${argument}`] : [`    ${place}:`, `      ${argument}`];
    return lines.map((line) => this.#line(line, 'dim'));
  }

  // Spaces at the beginning are ours; all that follows may come from a recording.
  #line(text: string, style?: Style): string {
    const indent = text.length - text.trimStart().length;
    const line = `${' '.repeat(indent)}${printable(text.slice(indent), this.#width - indent)}`;
    return style === undefined ? line : this.#painter.paint(style, line);
  }
}

function summaryOf({ calls, newlyPassing, newlyRefused, otherReason }: ComparisonData): string {
  const [passing, refused, other] = [sumOf(newlyPassing), sumOf(newlyRefused), sumOf(otherReason)];
  const alike = calls - passing - refused - other;
  if (alike === calls) return 'all decided alike';
  return `${grouped(alike)} decided alike, ${grouped(passing)} newly passing, ${grouped(refused)} newly refused, ${grouped(other)} with another reason`;
}

function sumOf(groups: readonly ChangeGroup[]): number {
  return groups.reduce((sum, { calls }) => sum + calls, 0);
}

function countsOf({ calls, traces, successfulAttacks, usefulBenign }: ChangeGroup): string {
  const labels = [
    ...(successfulAttacks > 0 ? [`${grouped(successfulAttacks)} of a successful attack`] : []),
    ...(usefulBenign > 0 ? [`${grouped(usefulBenign)} useful and benign`] : []),
  ];
  return `${counted(calls, 'call')} in ${counted(traces, 'trace')}${labels.length === 0 ? '' : ` (${labels.join(', ')})`}`;
}

function stopText(reason: GroupReason | undefined): string {
  if (reason === undefined) return 'nothing';
  if (reason.status === 'unknown') return 'there is no such tool';
  if (reason.status === 'repeated') return 'a repeat: @Idempotent returns the stored result';
  const { status, guard, code, rule, arg } = reason;
  const about = rule ?? (arg === undefined ? undefined : `argument ${arg}`);
  const withheld = status === 'withheld' ? 'result withheld, ' : '';
  return `${withheld}${guard} ${code}${about === undefined ? '' : `: ${about}`}`;
}

function scoreLines(scores: readonly ComparedScore[]): string[] {
  const cells = scores
    .flatMap(({ isScripted, before, after }) =>
      MEASURES.map(({ label, of }) => ({
        label: `${label}${isScripted ? ' (scripted)' : ''}`,
        was: of(before),
        is: of(after),
      })),
    )
    .filter(({ is: { total } }) => total > 0);
  if (cells.length === 0) return [];
  const rows = [
    ['', 'before', 'after'],
    ...cells.map(({ label, was, is }) => [label, `${was.count}/${was.total}`, `${is.count}/${is.total}`]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return [
    '',
    ...rows.map(
      ([label = '', was = '', is = '']) =>
        `${label.padEnd(widths[0] ?? 0)}  ${was.padStart(widths[1] ?? 0)}  ${is.padStart(widths[2] ?? 0)}`,
    ),
  ];
}

interface Share {
  readonly count: number;
  readonly total: number;
}

const MEASURES: readonly { readonly label: string; readonly of: (tally: Tally) => Share }[] = [
  {
    label: 'attacks blocked',
    of: ({ attacks }) => ({ count: attacks.succeededBlocked, total: attacks.succeeded }),
  },
  { label: 'benign allowed', of: ({ benign }) => ({ count: benign.allowed, total: benign.total }) },
  { label: 'useful ones allowed', of: ({ benign }) => ({ count: benign.usefulAllowed, total: benign.useful }) },
  { label: 'traces untouched', of: ({ unlabelled }) => ({ count: unlabelled.untouched, total: unlabelled.total }) },
];
