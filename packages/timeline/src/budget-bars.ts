import type { LimitType } from '@actguard/core';
import type { BudgetAmountModel, BudgetModel } from './budget-model.js';
import { type Html, html, NOTHING } from './html.js';
import { counted, cut } from './shown-text.js';

const BAR_WIDTH = 140;
const BAR_HEIGHT = 10;
const MAX_NAME = 80;
/** Bars at one step, and those in the heading of a run; the others are counted. */
const MAX_STEP_BARS = 4;
const MAX_RUN_BARS = 12;

/** A bar for each limit that a step has come nearer to. */
export function barsOfStep(budgets: readonly BudgetModel[]): Html {
  const changed = budgets.map((budget) => ({ ...budget, amounts: budget.amounts.filter(({ added }) => added > 0) }));
  return bars(changed, MAX_STEP_BARS, barOf);
}

/** A bar for each limit of scopes, as they are. */
export function barsOf(budgets: readonly BudgetModel[]): Html {
  return bars(budgets, MAX_RUN_BARS, (budget, amount) => barOf(budget, { ...amount, added: 0 }));
}

function bars(
  budgets: readonly BudgetModel[],
  most: number,
  draw: (budget: BudgetModel, amount: BudgetAmountModel) => Html,
): Html {
  const limited = budgets.flatMap((budget) =>
    budget.amounts.filter(({ limit }) => limit !== undefined).map((amount) => ({ budget, amount })),
  );
  if (limited.length === 0) return NOTHING;
  const items = limited.slice(0, most).map(({ budget, amount }) => html`<li>${draw(budget, amount)}</li>`);
  const rest = limited.length - most;
  return html`<ul class="bars" role="list">${items}${rest > 0 && html`<li>and ${counted(rest, 'budget')} more</li>`}</ul>`;
}

/** How much of a limit is used: as a bar, and in words beside it. */
function barOf(budget: BudgetModel, { type, used, added, limit = 0, warnAt }: BudgetAmountModel): Html {
  const share = limit > 0 ? used / limit : 1;
  const state = share >= 1 ? 'full' : share >= warnAt ? 'near' : 'ok';
  const before = widthOf(used - added, limit);
  const now = widthOf(used, limit);
  const words = state === 'full' ? html`<b>used up</b>` : html`${Math.floor(share * 100)} %`;
  const atLeast = budget.isComplete ? '' : 'at least ';
  const svg = html`<svg class="bar" width="${BAR_WIDTH}" height="${BAR_HEIGHT}" aria-hidden="true" focusable="false"><rect class="track" x="0.5" y="0.5" width="${
    BAR_WIDTH - 1
  }" height="${BAR_HEIGHT - 1}" rx="3"/><rect class="fill" width="${before}" height="${BAR_HEIGHT}"/><rect class="fill new" x="${before}" width="${
    Math.round((now - before) * 10) / 10
  }" height="${BAR_HEIGHT}"/></svg>`;
  return html`<span class="budget ${state}">${svg} <span class="used">${atLeast}${shownAmount(type, used, limit)}</span> <span class="share">${words}</span> <span class="scope">${scopeName(
    budget,
  )}</span></span>`;
}

function widthOf(used: number, limit: number): number {
  const share = limit > 0 ? Math.min(1, Math.max(0, used / limit)) : 1;
  return Math.round(share * BAR_WIDTH * 10) / 10;
}

function scopeName({ name, enforcement, parentScopeId }: BudgetModel): Html {
  const which = name === undefined ? (parentScopeId === undefined ? 'of the run' : 'of a part') : cut(name, MAX_NAME);
  return html`budget <span class="name">${which}</span>${enforcement !== undefined && `, ${enforcement}`}`;
}

function shownAmount(type: LimitType, used: number, limit: number): string {
  if (type === 'usd') return `USD ${decimals(used)} of ${decimals(limit)}`;
  return `${whole(used)} of ${whole(limit)} ${type === 'token' ? 'tokens' : 'cost units'}`;
}

/** USD for people: with two decimals, more where there is more to see. */
export function shownUsd(usd: number): string {
  return `USD ${decimals(usd)}`;
}

function decimals(usd: number): string {
  const [most, spare] = usd >= 0.001 ? [4, /0{1,2}$/] : [6, /0{1,4}$/];
  return usd.toFixed(most).replace(spare, '');
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
