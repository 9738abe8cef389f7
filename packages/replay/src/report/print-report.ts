import { measuresOf } from './measures.js';
import { printRefusals } from './print-refusals.js';
import type { ReportData } from './report.js';
import { reportNotes } from './report-notes.js';
import type { ReportRow } from './report-row.js';
import { groupTitle, leftOut, rowCounts, rowGroups, rowName } from './row-groups.js';
import { SharesTable } from './shares-table.js';
import { Painter, printable, wrapped } from './terminal-text.js';

/** How a report is printed. */
export interface PrintOptions {
  /** Whether styles of a terminal are put around the texts. */
  readonly hasColours: boolean;
  /** Most characters of a line. @default 100 */
  readonly width?: number | undefined;
  /** Most reasons for refusals that are listed. @default 20 */
  readonly maxRefusals?: number | undefined;
}

const MIN_WIDTH = 40;
const MAX_WIDTH = 120;

/**
 * A report as text for a terminal: a table for each source, with the policy and the two baselines below each other, what to know
 * about the numbers, and what refused how often.
 */
export function printReport(report: ReportData, options: PrintOptions): string {
  const width = Math.min(Math.max(options.width ?? 100, MIN_WIDTH), MAX_WIDTH);
  const painter = new Painter(options.hasColours);
  const isLabelled = report.rows.some(({ benign, attacks }) => benign.total + attacks.total > 0);
  const shown = rowGroups(report);
  const left = leftOut(report, shown);
  const groups = shown.map((group) => {
    const rows = [...group.rows, ...group.totals];
    return { ...group, title: groupTitle(group), rows, measures: measuresOf(rows) };
  });
  const table = new SharesTable(groups, width, painter);
  const lines = [
    ...groups.flatMap(({ title, rows, totals, measures }) => [
      painter.paint('bold', printable(title, width)),
      ...table.head(measures),
      ...rows.flatMap((row) => [
        ...rowTitle(rowName(row, totals.includes(row)), row, width, painter),
        ...table.lines(row, measures),
      ]),
      '',
    ]),
    ...(left === undefined ? [] : [left, '']),
    ...reportNotes(report).flatMap((note) => wrapped(note, width, '  ').map((line) => painter.paint('dim', line))),
    '',
    ...printRefusals(report.refusals, { max: options.maxRefusals ?? 20, width, isLabelled, painter }),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** On one line where both have room. */
function rowTitle(name: string, row: ReportRow, width: number, painter: Painter): string[] {
  const counts = rowCounts(row);
  const shown = printable(name, width);
  const title = painter.paint('bold', shown);
  if ([...shown].length + 2 + counts.length <= width) return [`${title}  ${counts}`];
  return [title, ...wrapped(counts, width - 2, '').map((line) => `  ${line}`)];
}
