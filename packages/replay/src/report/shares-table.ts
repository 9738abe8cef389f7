import { intervalText, type Measure, POLICIES, type Policy, percentText } from './measures.js';
import type { ReportRow } from './report-row.js';
import type { Painter } from './terminal-text.js';

/** Rows that have the same measures. */
export interface MeasuredRows {
  readonly rows: readonly ReportRow[];
  readonly measures: readonly Measure[];
}

/** How much room a table takes. */
interface Layout {
  readonly decimals: 0 | 1;
  readonly gap: number;
}

const LAYOUTS: readonly Layout[] = [
  { decimals: 1, gap: 4 },
  { decimals: 1, gap: 3 },
  { decimals: 0, gap: 2 },
  { decimals: 0, gap: 1 },
];
const NARROWEST: Layout = { decimals: 0, gap: 1 };
const INDENT = '  ';
const NAME_WIDTH = Math.max(...POLICIES.map(({ label }) => label.length));

/** Shares of rows in columns, one policy below the other, so that they can be compared at a glance. */
export class SharesTable {
  readonly #painter: Painter;
  readonly #layout: Layout;
  /** Each measure has a block of its own where columns have no room. */
  readonly #isStacked: boolean;
  readonly #widths: Widths;

  /** @param groups all that is to stand in the same columns */
  constructor(groups: readonly MeasuredRows[], width: number, painter: Painter) {
    this.#painter = painter;
    const fitting = LAYOUTS.find((layout) => {
      const widths = widthsOf(groups, layout);
      return groups.every(({ measures }) => lineWidth(measures, widths, layout) <= width);
    });
    this.#isStacked = fitting === undefined;
    this.#layout = fitting ?? NARROWEST;
    this.#widths = widthsOf(groups, this.#layout);
  }

  /** Labels of the columns; none where each measure has a block of its own. */
  head(measures: readonly Measure[]): string[] {
    if (this.#isStacked) return [];
    const labels = measures.map(({ label }) => label.padStart(this.#widths.get(label)?.all ?? 0));
    return [this.#painter.paint('dim', `${' '.repeat(INDENT.length + NAME_WIDTH)}${this.#joined(labels)}`)];
  }

  /** A row, with a line for each policy. */
  lines(row: ReportRow, measures: readonly Measure[]): string[] {
    if (!this.#isStacked) return POLICIES.map((policy) => this.#line(policy, row, measures));
    return measures.flatMap((measure) => [
      this.#painter.paint('dim', `${INDENT}${measure.label}`),
      ...POLICIES.map((policy) => `${INDENT}${this.#line(policy, row, [measure])}`),
    ]);
  }

  #line(policy: Policy, row: ReportRow, measures: readonly Measure[]): string {
    const cells = measures.map((measure) => {
      const { count, percent, interval } = cellTexts(measure, policy, row, this.#layout);
      const widths = this.#widths.get(measure.label);
      if (widths === undefined) return '';
      const numbers = `${count.padStart(widths.count)} ${percent.padStart(widths.percent)}`;
      return (widths.interval === 0 ? numbers : `${numbers} ${interval.padStart(widths.interval)}`).padStart(
        widths.all,
      );
    });
    const line = `${INDENT}${policy.label.padEnd(NAME_WIDTH)}${this.#joined(cells)}`.trimEnd();
    return policy.means === undefined ? line : this.#painter.paint('dim', line);
  }

  #joined(cells: readonly string[]): string {
    return cells.map((cell) => `${' '.repeat(this.#layout.gap)}${cell}`).join('');
  }
}

interface CellTexts {
  readonly count: string;
  readonly percent: string;
  readonly interval: string;
}

function cellTexts(measure: Measure, policy: Policy, row: ReportRow, { decimals }: Layout): CellTexts {
  const share = measure.of(policy.of(row), row);
  if (share.total === 0) return { count: '', percent: '–', interval: '' };
  return {
    count: `${share.count}/${share.total}`,
    percent: percentText(share, decimals),
    interval: measure.hasInterval ? intervalText(share) : '',
  };
}

interface CellWidths {
  count: number;
  percent: number;
  interval: number;
  all: number;
}

/** By label of the measure. */
type Widths = ReadonlyMap<string, CellWidths>;

function widthsOf(groups: readonly MeasuredRows[], layout: Layout): Widths {
  const widths = new Map<string, CellWidths>();
  for (const { rows, measures } of groups) {
    for (const measure of measures) {
      const width = widths.get(measure.label) ?? { count: 0, percent: 0, interval: 0, all: 0 };
      widths.set(measure.label, width);
      for (const row of rows) for (const policy of POLICIES) widen(width, cellTexts(measure, policy, row, layout));
      const cell = width.count + 1 + width.percent + (width.interval === 0 ? 0 : 1 + width.interval);
      width.all = Math.max(cell, measure.label.length);
    }
  }
  return widths;
}

function widen(width: CellWidths, { count, percent, interval }: CellTexts): void {
  width.count = Math.max(width.count, count.length);
  width.percent = Math.max(width.percent, percent.length);
  width.interval = Math.max(width.interval, interval.length);
}

function lineWidth(measures: readonly Measure[], widths: Widths, { gap }: Layout): number {
  const cells = measures.map(({ label }) => gap + (widths.get(label)?.all ?? 0));
  return INDENT.length + NAME_WIDTH + cells.reduce((sum, cell) => sum + cell, 0);
}
