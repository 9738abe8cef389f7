import { type Results, reading } from '../measure/results.js';

/** What a figure is to be, at most. */
export interface Goal {
  readonly name: string;
  readonly atMost: number;
  readonly unit: string;
  /** Times depend on the machine: they are shown, but no run fails by them. */
  readonly isTime?: boolean;
  measured(results: Results): number | undefined;
}

const NEAR_A_MEGABYTE = 1_000_000;

function ratio(name: string, place: string, atMost: number, unit = '× bare'): Goal {
  return { name, atMost, unit, measured: (results) => reading(results, place, 'ratio')?.median };
}

function of(name: string, place: string, what: string, atMost: number, unit: string): Goal {
  return { name, atMost, unit, measured: (results) => reading(results, place, what)?.median };
}

/** One ratio in multiples of another: of what is written by hand, or of the best peer. */
function against(name: string, place: string, others: readonly string[], atMost: number, unit: string): Goal {
  return {
    name,
    atMost,
    unit,
    measured(results) {
      const own = reading(results, place, 'ratio')?.median;
      const ratios = others
        .map((other) => reading(results, other, 'ratio')?.median)
        .filter((each) => each !== undefined);
      return own === undefined || ratios.length === 0 ? undefined : own / Math.min(...ratios);
    },
  };
}

const REFUSALS = [
  'input',
  'attempts',
  'fact',
  'rule',
  'threshold',
  'regex',
  'step',
  'breaker',
  'rate',
  'wait',
  'conflict',
  'busy',
  'budget',
  'killed',
  'ended',
];

/** What the design asks for. */
export const GOALS: readonly Goal[] = [
  ratio('no guard', 'calls/none', 2),
  ratio('four guards', 'calls/four', 8),
  ratio('four and idempotency', 'calls/five', 16),
  against('everything', 'calls/everything', ['yardstick/everything'], 1.5, '× by hand'),
  against('everything in a frame', 'calls/everything-frame', ['yardstick/everything-frame'], 1.5, '× by hand'),
  against('a breaker alone', 'calls/breaker', ['peers/cockatiel-breaker', 'peers/opossum-breaker'], 1, '× best peer'),
  // Those of a user, as the peer counts by key too.
  against('a rate limit alone', 'calls/rate-user', ['peers/rlf'], 1, '× best peer'),
  against(
    'a timeout alone',
    'calls/timeout',
    ['peers/p-timeout-fallback', 'peers/p-timeout', 'peers/cockatiel-timeout'],
    1,
    '× best peer',
  ),
  against('a policy alone', 'calls/enforce', ['peers/governance-rules'], 1, '× best peer'),
  ...REFUSALS.map((each) => ratio(`refused: ${each}`, `refusals/${each}`, 2, '× a thrown Error')),
  ratio('a limit of 10,000, admitted', 'growth/rate-limit-10000', 1.25, '× a limit of 10'),
  ratio('a limit of 10,000, refused', 'growth/rate-limit-10000-refused', 1.25, '× a limit of 10'),
  of('a million rate-limit keys', 'growth/rate-keys-1000000', 'lookups', 3, 'lookups in a Map that large'),
  of('a million facts', 'growth/facts-1000000', 'lookups', 3, 'lookups in a Map that large'),
  ratio('100 runs at once', 'growth/runs-100', 1.25, '× one run'),
  ratio('10,000 runs, 100 at once', 'growth/runs-resting', 1.25, '× one run'),
  ratio('10,000 runs at once', 'growth/runs-10000', 1.25, '× one run'),
  of('an open run, idle', 'growth/bytes-run', 'bytes', 1200, 'B'),
  of('a fact of many', 'growth/bytes-fact-many', 'bytes', 75, 'B'),
  of('a single fact', 'growth/bytes-fact-single', 'bytes', 140, 'B'),
  of('a rate-limit key', 'growth/bytes-rate-key', 'bytes', 200, 'B'),
  of('heap that calls of four guards leave', 'growth/heap-four', 'grown', NEAR_A_MEGABYTE, 'B'),
  of('heap that calls of everything leave', 'growth/heap-everything', 'grown', NEAR_A_MEGABYTE, 'B'),
  of('promises left pending', 'growth/left-behind', 'pending', 0, ''),
  of('timers of an open run', 'growth/left-behind', 'timersInRun', 1, ''),
  of('resources left open', 'growth/left-behind', 'resources', 0, ''),
  of('listeners left', 'growth/left-behind', 'listeners', 0, ''),
  { ...of('metering, a call', 'metering/stub-call-meter', 'overNs', 5000, 'ns'), isTime: true },
  { ...of('metering, a chunk', 'metering/stub-stream-meter', 'overNs', 300, 'ns'), isTime: true },
];
