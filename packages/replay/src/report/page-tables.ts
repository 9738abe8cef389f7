import type { TimelineCell, TimelineLink, TimelineRow, TimelineRowGroup, TimelineTable } from '@actguard/timeline';
import { intervalText, type Measure, measuresOf, POLICIES, percentText } from './measures.js';
import { reasonOf } from './print-refusals.js';
import { type RefusalCount, shownTool } from './refusal-counts.js';
import type { ReportData } from './report.js';
import { reportNotes } from './report-notes.js';
import type { ReportRow } from './report-row.js';
import { groupTitle, leftOut, rowCounts, rowGroups, rowName } from './row-groups.js';
import { counted, grouped } from './terminal-text.js';

/** Most reasons for refusals on a page. */
const MAX_REFUSALS = 40;

/** Traces that show a refusal, those that are drawn. */
export type RefusalExamples = (count: RefusalCount) => readonly TimelineLink[];

/** What a terminal shows, as tables of a page. */
export function pageTables(report: ReportData, examplesOf: RefusalExamples): TimelineTable[] {
  return [sharesTable(report), ...(report.refusals.length === 0 ? [] : [refusalsTable(report, examplesOf)])];
}

function sharesTable(report: ReportData): TimelineTable {
  const measures = measuresOf(report.rows);
  const shown = rowGroups(report);
  const left = leftOut(report, shown);
  return {
    caption: 'What came of the traces',
    columns: [{ label: 'Policy' }, ...measures.map(({ label }) => ({ label: capitalised(label), isNumber: true }))],
    groups: shown.flatMap((group) =>
      [...group.rows, ...group.totals].map(
        (row): TimelineRowGroup => ({
          title: `${groupTitle(group)}: ${rowName(row, group.totals.includes(row))}`,
          text: rowCounts(row),
          rows: POLICIES.map(
            ({ label, means, of }): TimelineRow => ({
              cells: [label, ...measures.map((measure) => cellOf(measure, of(row), row))],
              isMain: means === undefined,
            }),
          ),
        }),
      ),
    ),
    notes: [...(left === undefined ? [] : [left]), ...reportNotes(report)],
  };
}

function cellOf(measure: Measure, scored: Parameters<Measure['of']>[0], row: ReportRow): string {
  const share = measure.of(scored, row);
  if (share.total === 0) return '–';
  const interval = measure.hasInterval ? ` ${intervalText(share)}` : '';
  return `${share.count}/${share.total} ${percentText(share, 1)}${interval}`;
}

function refusalsTable({ rows, refusals }: ReportData, examplesOf: RefusalExamples): TimelineTable {
  const isLabelled = rows.some(({ benign, attacks }) => benign.total + attacks.total > 0);
  const numbers = isLabelled ? ['Calls', 'Traces', 'Useful', 'Attacks'] : ['Calls', 'Traces'];
  const rest = refusals.slice(MAX_REFUSALS);
  const restCalls = rest.reduce((sum, { calls }) => sum + calls, 0);
  const cells = (count: RefusalCount): (string | TimelineCell)[] => {
    const { calls, traces, usefulTraces, attackTraces } = count;
    const shown = isLabelled ? [calls, traces, usefulTraces, attackTraces] : [calls, traces];
    const rule = { text: reasonOf(count) ?? '', links: examplesOf(count) };
    return [shownTool(count), `${count.guard} ${count.code}`, rule, ...shown.map(grouped)];
  };
  return {
    caption: 'What refused',
    columns: [
      { label: 'Tool' },
      { label: 'Guard and code' },
      { label: 'Rule, and where to see it' },
      ...numbers.map((label) => ({ label, isNumber: true })),
    ],
    groups: [{ rows: refusals.slice(0, MAX_REFUSALS).map((count) => ({ cells: cells(count) })) }],
    notes: [
      ...(isLabelled
        ? [
            'Useful: of the traces, benign ones in which the agent did what the user wanted. Attacks: ones with an attack.',
          ]
        : []),
      ...(rest.length === 0 ? [] : [`And ${grouped(rest.length)} more, of ${counted(restCalls, 'call')}.`]),
    ],
  };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
