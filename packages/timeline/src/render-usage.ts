import type { LimitType } from '@actguard/core';
import { barsOf, barsOfStep, shownUsd } from './budget-bars.js';
import type { BudgetStep, CostStep, ModelStep } from './budget-model.js';
import { type Html, html } from './html.js';
import { icon } from './marks.js';
import { counted, cut } from './shown-text.js';
import { BUCKETS } from './usage-steps.js';

const MAX_NAME = 120;

/** Buckets in few words, as many times as there are. */
const BUCKET_NAMES: Readonly<Record<(typeof BUCKETS)[number], string>> = {
  input: 'in',
  cachedInput: 'cached',
  cacheWrite5m: 'cache write',
  cacheWrite1h: 'cache write 1 h',
  audioInput: 'audio in',
  output: 'out',
  reasoning: 'reasoning',
  audioOutput: 'audio out',
};

/** A call of a model, or another cost, in one line, with the bars of the budgets that it was charged to. */
export function usageOf(step: ModelStep | CostStep): Html {
  return html`<div class="usage">${step.step === 'model' ? modelWords(step) : costWords(step)}${barsOfStep(step.budgets)}</div>`;
}

/** What a budget did: warned, or refused a call of a model. */
export function budgetOf({ state, refused, code, limitType, needed, budget }: BudgetStep): Html {
  const [shape, tone, word] = (
    {
      warning: ['warning', 'warn', 'nearly used up'],
      refused: ['octagon', 'bad', 'refused'],
      observed: ['eye', 'warn', 'only observed'],
    } as const
  )[state];
  const mark = html`<span class="mark ${tone}">${icon(shape)}<span class="state">${word}</span>${
    code !== undefined && html` <code>${cut(code, MAX_NAME)}</code>`
  }</span>`;
  const consequence = state === 'observed' ? 'was called all the same' : 'was not called';
  const model = refused !== undefined && html` <span class="name">${cut(refused, MAX_NAME)}</span> ${consequence}`;
  const shortage = needed !== undefined && html`<span class="about">, it needs ${amount(limitType, needed)}</span>`;
  return html`<div class="usage"><span class="spent">${mark}${model}${shortage}</span>${barsOf([budget])}</div>`;
}

function modelWords({ provider, model, responseModel, ending, isEstimated, usd, toolName, ...step }: ModelStep): Html {
  const answered =
    responseModel !== undefined &&
    responseModel !== model &&
    html` <span class="about">as <span class="name">${cut(responseModel, MAX_NAME)}</span></span>`;
  const flags = [
    ...(ending === 'failed' ? [html` <b class="bad">failed</b>`] : []),
    ...(ending === 'left' ? [html` <b>left early</b>`] : []),
    ...(isEstimated ? [html` <b class="estimated">estimated</b>`] : []),
  ];
  const price = usd === undefined ? html`<span class="about">price not known</span>` : html`<b>${shownUsd(usd)}</b>`;
  return html`<span class="spent"><span class="name">${cut(`${provider}/${model}`, MAX_NAME)}</span>${answered} ${tokensIn(
    step,
  )}, ${price}${flags}${inTool(toolName)}</span>`;
}

function tokensIn({ tokens, usage }: Pick<ModelStep, 'tokens' | 'usage'>): Html {
  const buckets = BUCKETS.filter((bucket) => usage[bucket] > 0).map(
    (bucket) => `${usage[bucket].toLocaleString('en-US')} ${BUCKET_NAMES[bucket]}`,
  );
  return html`${counted(tokens, 'token')}${
    buckets.length > 0 && html` <span class="about">(${buckets.join(', ')})</span>`
  }`;
}

function costWords({ costName, usd, toolName }: CostStep): Html {
  return html`<span class="spent"><span class="name">${cut(costName, MAX_NAME)}</span> <b>${shownUsd(usd)}</b>${inTool(toolName)}</span>`;
}

function inTool(toolName: string | undefined): Html | false {
  return (
    toolName !== undefined && html` <span class="about">in <span class="name">${cut(toolName, MAX_NAME)}</span></span>`
  );
}

function amount(type: LimitType, needed: number): string {
  return type === 'usd' ? shownUsd(needed) : counted(needed, type === 'token' ? 'token' : 'cost unit');
}
