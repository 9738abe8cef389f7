import { type Results, reading } from '../measure/results.js';
import { type Bar, type Chart, drawChart } from './chart.js';

const BARS: readonly Omit<Bar, 'value'>[] = [
  { name: 'calls/none', kind: 'ours' },
  { name: 'calls/four', kind: 'ours' },
  { name: 'calls/five', kind: 'ours' },
  { name: 'calls/everything', kind: 'ours' },
  { name: 'yardstick/four', kind: 'hand' },
  { name: 'yardstick/five', kind: 'hand' },
  { name: 'yardstick/everything', kind: 'hand' },
  { name: 'peers/opossum', kind: 'peer' },
  { name: 'peers/cockatiel-wrap', kind: 'peer' },
  { name: 'peers/assembled', kind: 'peer' },
  { name: 'peers/nest-four', kind: 'peer' },
  { name: 'peers/agents-four', kind: 'peer' },
];

const NAMES: Readonly<Record<string, string>> = {
  'calls/none': 'no guard',
  'calls/four': 'four guards',
  'calls/five': 'four and idempotency',
  'calls/everything': 'everything',
  'yardstick/four': 'four guards',
  'yardstick/five': 'four and idempotency',
  'yardstick/everything': 'everything',
  'peers/opossum': 'opossum: breaker, timeout',
  'peers/cockatiel-wrap': 'cockatiel: breaker, bulkhead, timeout',
  'peers/assembled': 'the four from libraries',
  'peers/nest-four': 'the four in NestJS',
  'peers/agents-four': 'the four in OpenAI Agents',
};

/** The picture of the page; `undefined` where a bar was not measured. */
export function performanceChart(results: Results): string | undefined {
  const bars = BARS.map(({ name, kind }) => ({ name, kind, value: reading(results, name, 'ratio')?.median }));
  const drawn = bars.flatMap(({ name, kind, value }) =>
    value === undefined ? [] : [{ name: NAMES[name] as string, kind, value }],
  );
  if (drawn.length < bars.length) return undefined;
  return drawChart(describe(drawn));
}

function describe(bars: readonly Bar[]): Chart {
  const said = bars.map(
    ({ name, value, kind }) => `${kind === 'hand' ? `${name}, by hand` : name} ${value.toPrecision(2)}`,
  );
  return {
    title: 'What a guarded call costs',
    description: `In multiples of a bare awaited call: ${said.join('; ')}.`,
    unit: '× a bare awaited call',
    bars,
  };
}
