import { usdText } from './bill.js';
import type { Style } from './page.js';

/** From this share on a budget is nearly used up. */
const NEAR = 0.8;

/** A bar that fills: the last cell only when the limit is reached. */
export function filledBar(share: number, cells: number): string {
  const filled = Math.max(0, Math.min(cells, Math.floor(share * cells)));
  return '▓'.repeat(filled) + '░'.repeat(cells - filled);
}

/** What of a budget is used, such as `▓▓▓▓▓▓▓░░░ USD 0.36 of 0.50`. */
export function budgetText(usd: number, limitUsd: number, cells = 20): string {
  return `${filledBar(usd / limitUsd, cells)} ${usdText(usd)} of ${limitUsd.toFixed(2)}`;
}

export function budgetStyle(usd: number, limitUsd: number): Style {
  const share = usd / limitUsd;
  return share >= 1 ? 'red' : share >= NEAR ? 'yellow' : 'green';
}
