import { type Page, printTitle, type Style, wrap } from './page.js';
import { byScenario, labelOf, type Verdict } from './verdict.js';

interface Cell {
  readonly text: string;
  readonly style?: Style;
}

const HEADINGS = ['scenario', 'bare run', 'guarded run', 'stopped by', 'calls saved'] as const;
const MARGIN = '  ';
const GAP = '  ';
/** Several guards stand below each other. */
const MAX_GUARDS_WIDTH = 14;

/**
 * Prints one row a scenario and guarded run: what the bare run did, what the guarded one did, which guards made the difference, and how
 * many executions of a tool they saved.
 */
export function printClosingTable(page: Page, verdicts: readonly Verdict[]): void {
  const rows = verdicts.map(cellsOf);
  const widths = columnWidths(page.width, rows);
  page.print('');
  printTitle(page, 'In short', 'bold');
  page.print('');
  printCells(
    page,
    HEADINGS.map((text) => ({ text, style: 'dim' })),
    widths,
  );
  for (const row of rows) {
    printCells(page, row, widths);
    page.print('');
  }
  const groups = byScenario(verdicts);
  const shown = groups.filter((group) =>
    group.every(({ bare, guarded }) => bare.harm !== undefined && guarded.harm === undefined),
  ).length;
  page.print(`  Harm in the bare run and none in the guarded one: ${shown} of ${groups.length}.`);
}

function cellsOf({ scenario, bare, guarded, guards, callsMade, callsSaved }: Verdict): readonly Cell[] {
  const variant = guarded.manner === 'guarded' ? [] : [labelOf(guarded.manner)];
  return [
    { text: [scenario.name, scenario.problem, ...variant].join('\n') },
    { text: bare.harm ?? bare.outcome, style: bare.harm === undefined ? 'green' : 'red' },
    { text: guarded.harm ?? guarded.outcome, style: guarded.harm === undefined ? 'green' : 'red' },
    { text: guards.length === 0 ? 'nothing' : guards.join(', '), style: 'yellow' },
    { text: `${callsSaved} of ${callsMade}` },
  ];
}

/** The short columns get what they need; the two that tell what happened share the rest. */
function columnWidths(pageWidth: number, rows: readonly (readonly Cell[])[]): number[] {
  const [scenario = 0, bare = 0, guarded = 0, stop = 0] = HEADINGS.map((heading, index) =>
    Math.max(heading.length, ...rows.map((row) => longestLine(row[index]?.text ?? ''))),
  );
  const stopped = Math.min(stop, MAX_GUARDS_WIDTH);
  const calls = Math.max(5, ...rows.map((row) => row[4]?.text.length ?? 0));
  const rest = Math.max(pageWidth - MARGIN.length - 4 * GAP.length - scenario - stopped - calls, 20);
  const guardedShare = Math.min(guarded, Math.floor(rest / 2));
  return [scenario, Math.min(bare, rest - guardedShare), guardedShare, stopped, calls];
}

function longestLine(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

function printCells(page: Page, cells: readonly Cell[], widths: readonly number[]): void {
  const wrapped = cells.map(({ text }, index) => wrap(text, widths[index] ?? 1));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  for (let line = 0; line < height; line++) {
    const parts = cells.map(({ style }, index) => {
      const text = wrapped[index]?.[line] ?? '';
      return (
        (style === undefined || text === '' ? text : page.paint(text, style)) +
        ' '.repeat((widths[index] ?? 0) - text.length)
      );
    });
    page.print(MARGIN + parts.join(GAP).trimEnd());
  }
}
