import type { Verdict } from '../check/check.js';
import { figure } from './figures.js';
import { markdownTable } from './tables.js';

const WORDS: Readonly<Record<Verdict['state'], string>> = {
  met: 'met',
  missed: 'missed',
  failed: 'missed by more than half',
  unmeasured: 'not measured',
  noise: 'lost in noise',
};

/** Goals, and what became of them. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ name, measured, atMost, unit, state }) => [
    name,
    measured === undefined ? '–' : quantity(measured, unit),
    quantity(atMost, unit),
    state === 'met' ? WORDS.met : `**${WORDS[state]}**`,
  ]);
  return markdownTable(['goal', 'measured', 'at most', ''], rows).join('\n');
}

function quantity(value: number, unit: string): string {
  const text = Number.isInteger(value) ? value.toLocaleString('en-GB') : figure(value);
  return `${text} ${unit}`.trim();
}
