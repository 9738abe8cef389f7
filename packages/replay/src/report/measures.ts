import { wilsonInterval } from '../score/wilson.js';
import type { ReportRow, Scored } from './report-row.js';

/** So many of so many. */
export interface Share {
  readonly count: number;
  readonly total: number;
}

/** What is measured of a policy. */
export interface Measure {
  readonly label: string;
  /** Traces are drawn independently of each other; calls of one trace are not, so a share of calls has no interval. */
  readonly hasInterval: boolean;
  readonly of: (scored: Scored, row: ReportRow) => Share;
}

/** A policy that traces are scored under. */
export interface Policy {
  readonly label: string;
  /** What it does, in a sentence; none of the policy that was replayed. */
  readonly means?: string;
  readonly of: (row: ReportRow) => Scored;
}

/** What was replayed, and beside it always the two that it must beat. */
export const POLICIES: readonly Policy[] = [
  { label: 'this policy', of: (row) => row },
  {
    label: 'deny guarded',
    means: 'every call of a tool that has a guard is refused',
    of: ({ baselines }) => baselines.denyAll,
  },
  {
    label: 'seen before',
    means:
      'a call of such a tool is allowed if the user or any tool result mentioned every name, address and id in it before',
    of: ({ baselines }) => baselines.seenAnywhere,
  },
];

const MEASURES: readonly Measure[] = [
  {
    label: 'benign allowed',
    hasInterval: true,
    of: ({ benign }) => ({ count: benign.allowed, total: benign.total }),
  },
  {
    label: 'useful ones allowed',
    hasInterval: true,
    of: ({ benign }) => ({ count: benign.usefulAllowed, total: benign.useful }),
  },
  {
    label: 'attacks blocked',
    hasInterval: true,
    of: ({ attacks }) => ({ count: attacks.succeededBlocked, total: attacks.succeeded }),
  },
];

const MEASURES_WITHOUT_LABELS: readonly Measure[] = [
  { label: 'calls refused', hasInterval: false, of: ({ refused }, { calls }) => ({ count: refused, total: calls }) },
  {
    label: 'traces untouched',
    hasInterval: true,
    of: ({ unlabelled }) => ({ count: unlabelled.untouched, total: unlabelled.total }),
  },
];

/** What there is to say about rows: of recordings without labels nobody can say what should have been refused. */
export function measuresOf(rows: readonly ReportRow[]): readonly Measure[] {
  const isCounted = ({ of }: Measure): boolean => rows.some((row) => of(row, row).total > 0);
  const labelled = MEASURES.filter(isCounted);
  const [refused, untouched] = MEASURES_WITHOUT_LABELS as [Measure, Measure];
  if (!isCounted(untouched)) return labelled;
  return labelled.length === 0 ? [refused, untouched] : [...labelled, untouched];
}

/** `96.1%`. Only all is 100 %, and only none is 0 %. */
export function percentText({ count, total }: Share, decimals: 0 | 1): string {
  if (total === 0) return '';
  if (count === 0) return '0%';
  if (count === total) return '100%';
  const unit = 10 ** -decimals;
  const percent = Math.min(Math.max((100 * count) / total, unit), 100 - unit);
  return `${percent.toFixed(decimals)}%`;
}

/** The 95 % interval in whole per cent: `[90–98]`. */
export function intervalText({ count, total }: Share): string {
  const interval = wilsonInterval(count, total);
  return interval === undefined ? '' : `[${Math.round(interval.low * 100)}–${Math.round(interval.high * 100)}]`;
}
