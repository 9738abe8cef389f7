import type { Results } from '../measure/results.js';

const SPREAD = /\{\n\s+("median"[^{}]*?)\n\s+\}/g;
/** More would only be noise. */
const DIGITS = 4;

/** Results as JSON, a line for each reading, so that two runs can be compared by eye. */
export function resultsText(results: Results): string {
  const text = JSON.stringify(results, rounded, 2);
  return `${text.replace(SPREAD, (_, inner: string) => `{ ${inner.replace(/\s+/g, ' ')} }`)}\n`;
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
}
