import type { CaseResult, GroupResult, Results } from '../measure/results.js';
import { bytes, figure, percent, time, withRange } from './figures.js';

interface Column {
  readonly header: string;
  cell(readings: CaseResult['readings']): string;
}

interface Table {
  readonly title: string;
  readonly cases: readonly CaseResult[];
}

function column(header: string, name: string, show: (value: number) => string, hasRange = false): Column {
  return {
    header,
    cell: (readings) => {
      const value = readings[name];
      if (value === undefined) return '–';
      return hasRange ? withRange(value, show) : show(value.median);
    },
  };
}

const P50 = column('median', 'ns', time);
const P99 = column('p99 of turns', 'p99', time);
const ALLOCATED = column('allocates', 'bytes', bytes);

const PER_CALL: readonly Column[] = [
  column('× bare (rounds)', 'ratio', figure, true),
  column('over bare', 'overNs', time),
  P50,
  P99,
  ALLOCATED,
];

const PER_REFUSAL: readonly Column[] = [
  column('× a thrown `Error` (rounds)', 'ratio', figure, true),
  P50,
  column('the thrown `Error`', 'baseNs', time),
  column('frames', 'depth', String),
  ALLOCATED,
];

const PER_SHARED_CALL: readonly Column[] = [
  column('× a `PING` (rounds)', 'ratio', figure, true),
  P50,
  P99,
  column('the `PING`', 'baseNs', time),
  column('scripts', 'trips', figure),
];

const BY_NUMBER: readonly Column[] = [
  column('× (rounds)', 'ratio', figure, true),
  P50,
  column('more than with one', 'overNs', time),
  column('what a `Map` as large adds', 'handNs', time),
];

const MEMORY: readonly Column[] = [column('takes (rounds)', 'bytes', bytes, true)];

const AFTERWARDS: readonly Column[] = [
  column('heap', 'grown', bytes),
  column('pending promises', 'pending', String),
  column('in the open run', 'pendingInRun', String),
  column('timers in the open run', 'timersInRun', String),
  column('resources', 'resources', String),
  column('listeners', 'listeners', String),
];

const ADDED: readonly Column[] = [
  column('adds (rounds)', 'overNs', time, true),
  column('adds to the client', 'ratio', (ratio) => percent(ratio - 1)),
  column('with it', 'ns', time),
  column('without', 'baseNs', time),
];

function columnsOf(group: GroupResult, cases: readonly CaseResult[]): readonly Column[] {
  const has = (name: string): boolean => cases.some(({ readings }) => readings[name] !== undefined);
  switch (group.name) {
    case 'refusals':
      return PER_REFUSAL;
    case 'redis':
      return PER_SHARED_CALL;
    case 'metering':
      return ADDED;
    case 'growth':
      if (has('ratio')) return BY_NUMBER;
      return has('bytes') ? MEMORY : AFTERWARDS;
    default:
      return PER_CALL;
  }
}

/** The tables of a group, each with its title; cases of one table stand together. */
export function tablesOf(group: GroupResult): string {
  return [...tables(group)]
    .map(({ title, cases }) => {
      const columns = columnsOf(group, cases).filter((each) =>
        cases.some(({ readings }) => each.cell(readings) !== '–'),
      );
      const header = ['', ...columns.map((each) => each.header)];
      const rows = cases.map(({ title: name, skipped, readings }) => [
        name,
        ...columns.map((each, index) =>
          skipped !== undefined && index === 0 ? `not measured: ${skipped}` : each.cell(readings),
        ),
      ]);
      const notes =
        columns.length === 0 ? cases.map((each) => `- ${each.title}: ${each.skipped ?? 'not measured'}`) : [];
      return [`### ${title}`, '', ...(columns.length === 0 ? notes : markdownTable(header, rows))].join('\n');
    })
    .join('\n\n');
}

function tables(group: GroupResult): Iterable<Table> {
  const byTitle = new Map<string, CaseResult[]>();
  for (const each of group.cases) {
    const title = each.table ?? group.title;
    byTitle.set(title, [...(byTitle.get(title) ?? []), each]);
  }
  return [...byTitle].map(([title, cases]) => ({ title, cases }));
}

export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)];
}

/** What it was measured on. */
export function machineText({ machine, date, seconds }: Results): string {
  const versions = Object.entries(machine.versions)
    .filter(([name]) => !name.startsWith('@actguard/'))
    .map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${date.slice(0, 10)} in ${Math.round(seconds / 60)} minutes: ${machine.cores} cores of ${machine.cpu},`,
    `${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}.`,
    `Compared with ${versions.join(', ')}.`,
  ].join('\n');
}
