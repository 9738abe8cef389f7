import type { ReportData } from './report.js';
import type { ReportRow } from './report-row.js';
import { counted, grouped } from './terminal-text.js';

/** Rows that may be read together: of one source, all by models or all of one script. */
export interface RowGroup {
  readonly source: string;
  /** The script; absent where models made the calls. */
  readonly script?: string | undefined;
  readonly isScripted: boolean;
  readonly rows: readonly ReportRow[];
  readonly totals: readonly ReportRow[];
}

/** A recording may name any number of suites, and a folder with a file for each conversation does. */
const MAX_ROWS = 200;
const MAX_GROUPS = 50;

/** The rows of a report with their totals, those of models first; of very many the first. */
export function rowGroups({ rows, totals }: Pick<ReportData, 'rows' | 'totals'>): readonly RowGroup[] {
  const groups = new Map<string, { rows: ReportRow[]; totals: ReportRow[] }>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), { rows: [row], totals: [] });
    else group.rows.push(row);
  }
  for (const total of totals) groups.get(keyOf(total))?.totals.push(total);
  const all = [...groups.values()].map(({ rows: [first, ...more], totals: sums }): RowGroup => {
    const { source, isScripted, model } = first as ReportRow;
    return {
      source,
      isScripted,
      ...(isScripted && { script: model }),
      rows: [first as ReportRow, ...more.slice(0, MAX_ROWS - 1)],
      totals: sums,
    };
  });
  const ordered = [...all.filter(({ isScripted }) => !isScripted), ...all.filter(({ isScripted }) => isScripted)];
  return ordered.slice(0, MAX_GROUPS);
}

/** How much of a report its tables leave out; undefined where that is nothing. */
export function leftOut({ rows }: Pick<ReportData, 'rows'>, groups: readonly RowGroup[]): string | undefined {
  const left = rows.length - groups.reduce((sum, group) => sum + group.rows.length, 0);
  return left === 0 ? undefined : `${counted(left, 'more row')} of other suites or sources (see --json).`;
}

function keyOf({ source, isScripted, model }: ReportRow): string {
  return JSON.stringify(isScripted ? [source, model ?? null] : [source]);
}

/** `agentdojo`, or `agentdojo, scripted (ground-truth)`. */
export function groupTitle({ source, isScripted, script }: RowGroup): string {
  if (!isScripted) return source;
  return `${source}, scripted${script === undefined ? '' : ` (${script})`}`;
}

/** What a row is about, without what its group says already. */
export function rowName({ suite, model, isScripted }: ReportRow, isTotal: boolean): string {
  const name = isTotal ? 'all suites' : suite;
  return isScripted || model === undefined ? name : `${name}, ${model}`;
}

/** How much was replayed, and how much of it was refused. */
export function rowCounts({ traces, calls, refused }: ReportRow): string {
  return `${counted(traces, 'trace')}, ${counted(calls, 'call')}, ${grouped(refused)} refused`;
}
