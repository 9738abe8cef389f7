import { usdText } from './bill.js';
import { filledBar } from './budget-bar.js';
import { type Page, printRow, type Style } from './page.js';
import { labelOf, type Verdict } from './verdict.js';

const CELLS = 50;

/** Prints what the runs of a scenario cost, side by side with its budget, on one scale. Nothing where there is no budget. */
export function printSpent(page: Page, [first, ...others]: readonly Verdict[]): void {
  const limit = first?.scenario.budget?.options.usdLimit;
  if (first === undefined || limit === undefined) return;
  const runs = [first.bare, first.guarded, ...others.map(({ guarded }) => guarded)];
  const most = Math.max(limit, ...runs.map(({ bill }) => bill.usd ?? 0));
  page.print('');
  printBar(page, 'budget', limit / most, usdText(limit), 'dim');
  for (const { bill, harm, manner } of runs) {
    if (bill.usd === undefined) continue;
    const calls = `${bill.calls} ${bill.calls === 1 ? 'call' : 'calls'} of the model`;
    const text = `${usdText(bill.usd)}, ${calls}`;
    printBar(page, labelOf(manner), bill.usd / most, text, harm === undefined ? 'green' : 'red');
  }
}

function printBar(page: Page, label: string, share: number, text: string, style: Style): void {
  // What is not nothing can be seen.
  const cells = Math.max(1, Math.round(share * Math.min(CELLS, page.width - 50)));
  printRow(page, label, `${filledBar(1, cells)} ${text}`, style);
}
