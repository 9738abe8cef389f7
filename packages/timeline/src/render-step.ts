import type { Refusal } from '@actguard/core';
import type { Missing } from './captured-error.js';
import { LEFT_OUT } from './event-capture.js';
import { type Html, html, NOTHING } from './html.js';
import { endingOf, guardName, marksOf } from './marks.js';
import type { Proofs } from './proofs.js';
import { budgetOf, usageOf } from './render-usage.js';
import type { CallModel, FactModel, MarkModel, RunModel, StepModel, UseModel } from './run-model.js';
import { counted, cut, shownDuration } from './shown-text.js';
import { shownArguments, shownValue } from './shown-value.js';
import type { Thread, Threads } from './threads.js';

/** One line of a step, as high as its text, and what it has to do with a fact. */
export interface Line {
  readonly body: Html;
  readonly node?: LineNode;
}

/** A fact starts or arrives at a line, on a thread or from nowhere that is known. */
export type LineNode =
  | { readonly role: 'source' | 'use'; readonly thread: Thread }
  | { readonly role: 'outside' | 'missing' };

/** The run that a step belongs to, and what its links are called. */
export interface RunPage {
  readonly run: RunModel;
  readonly threads: Threads;
  readonly proofs: Proofs;
  /** Id of a step of this run. */
  readonly anchor: (step: number) => string;
  /** Id of a call of another run of the page. */
  readonly callAnchor: (run: number, call: number) => string;
}

/** Facts of one step that get a line each; of the others there are names. */
const MAX_FACT_LINES = 8;
const MAX_FACTS_NAMED = 20;
const MAX_FACT = 60;
const MAX_ON_A_LINE = 160;
const MAX_IN_ALL = 6000;

/** The lines of a step. There is at least one. */
export function linesOf(page: RunPage, step: StepModel, place: number): readonly Line[] {
  if (step.step === 'call') return callLines(page, step, place);
  if (step.step === 'model' || step.step === 'cost') return [{ body: field(step.step, usageOf(step)) }];
  if (step.step === 'budget') return [{ body: field('budget', budgetOf(step)) }];
  const threads = (page.threads.from.get(place) ?? []).slice(0, MAX_FACT_LINES);
  if (step.step === 'user') {
    const words =
      step.text === LEFT_OUT ? html`<i>words left out</i>` : html`<q class="words">${cut(step.text, 1200)}</q>`;
    return [{ body: field('user', words) }, ...threads.map((thread) => sourceLine('mentions', thread))];
  }
  const [thread] = threads;
  const body = field('application', html`vouches for ${thread && tag(thread)}${fact(step.fact)}`);
  return [thread === undefined ? { body } : { body, node: { role: 'source', thread } }];
}

function callLines(page: RunPage, call: CallModel, place: number): Line[] {
  const threads = page.threads.from.get(place) ?? [];
  return [
    { body: head(page.run, call) },
    ...call.uses.slice(0, MAX_FACT_LINES).map((use) => useLine(page, use)),
    ...overflow('needs', call.uses.length - MAX_FACT_LINES, 'fact'),
    ...call.marks.flatMap((mark) => missingLines(page, mark, place)),
    { body: field('guards', marksOf(call)) },
    ...call.marks.flatMap(refusalLines),
    ...resultLines(call),
    ...threads.slice(0, MAX_FACT_LINES).map((thread) => sourceLine('proves', thread)),
    ...provedBesides(call, threads.slice(0, MAX_FACT_LINES)),
  ];
}

function head(run: RunModel, call: CallModel): Html {
  const dot = call.toolName.lastIndexOf('.') + 1;
  const since = run.startedAt === undefined ? '' : `+${shownDuration(call.time - run.startedAt)}`;
  const tool = html`<span class="agent">${call.toolName.slice(0, dot)}</span><b>${cut(call.toolName.slice(dot), 120)}</b>`;
  const args = html`(<wbr><span class="args">${shownArguments(call.args, MAX_ON_A_LINE)}</span>)`;
  return html`<div class="head"><span class="number"><span class="vh">call </span>${call.number}</span><div class="tool">${tool}${args}${whole(
    'All arguments',
    call.args,
  )}</div><span class="end"><span class="since">${since}</span>${endingOf(call)}</span></div>`;
}

function useLine(page: RunPage, use: UseModel): Line {
  const thread = page.threads.of(use);
  const body = field(
    'needs',
    html`${thread && tag(thread)}${fact(use)} <span class="from origin">${origin(page, use)}</span>`,
  );
  return { body, node: thread === undefined ? { role: 'outside' } : { role: 'use', thread } };
}

function origin(page: RunPage, { source }: UseModel): Html {
  switch (source.from) {
    case 'call': {
      const step = page.run.steps[source.step];
      const from = step?.step === 'call' ? step : undefined;
      return html`proven by ${nameOf(from?.toolName)}, <a href="#${page.anchor(source.step)}">call ${from?.number}</a>`;
    }
    case 'other run':
      return html`proven by ${nameOf(source.tool)} in <a href="#${page.callAnchor(
        source.run,
        source.call,
      )}">another run, call ${source.call}</a>`;
    case 'unseen call':
      return html`proven by ${nameOf(source.tool)}; by which call is not known here`;
    case 'user':
      if (source.step === undefined) return html`mentioned by the user`;
      return html`mentioned by <a href="#${page.anchor(source.step)}">the user</a>`;
    case 'app':
      if (source.step === undefined) return html`vouched for by the application`;
      return html`vouched for by <a href="#${page.anchor(source.step)}">the application</a>`;
  }
}

function nameOf(tool: string | undefined): Html {
  if (tool === undefined) return html`a tool`;
  return html`<span class="name">${cut(tool.slice(tool.lastIndexOf('.') + 1), 80)}</span>`;
}

function missingLines(page: RunPage, { state, error }: MarkModel, place: number): Line[] {
  if (error?.missing === undefined) return [];
  const consequence = state === 'observed' ? ', but the guard only observes' : '';
  return [
    { body: field('needs', html`${lacked(page, error.missing, place)}${consequence}`), node: { role: 'missing' } },
  ];
}

function lacked(page: RunPage, missing: Missing, place: number): Html {
  if (missing.what === 'step') return html`${nameOf(missing.step)} to have succeeded before: ${no('it had not')}`;
  const { kind, value, about: of } = missing;
  if (value === undefined)
    return html`<span class="kind">${cut(kind, MAX_FACT)}</span>: ${no('no usable value was sent')}`;
  return html`${fact({ kind, value, about: of })}: ${no('nothing proved it')}${provenOtherwise(page, { kind, value }, place)}`;
}

/** The value may have been proven of somebody else: that is how a mix-up looks. */
function provenOtherwise({ run, proofs, anchor }: RunPage, { kind, value }: FactModel, before: number): Html {
  const proof = proofs.of(kind, value).findLast(({ step }) => step < before);
  const step = proof && run.steps[proof.step];
  if (proof === undefined || step?.step !== 'call') return NOTHING;
  return html` <span class="from">(<a href="#${anchor(proof.step)}">call ${step.number}</a> proved it${about(proof.fact)})</span>`;
}

function no(words: string): Html {
  return html`<b class="bad">${words}</b>`;
}

function refusalLines({ guard, state, error }: MarkModel): Line[] {
  if (error?.refusal === undefined) return [];
  const label = state === 'observed' ? 'would read' : 'model reads';
  return [{ body: field(label, refusal(error.refusal, guard)) }];
}

function refusal({ because, tryInstead, retryAfterMs, attemptsLeft }: Partial<Refusal>, guard: string): Html {
  const limits = [
    retryAfterMs === undefined ? undefined : `It may pass after ${shownDuration(retryAfterMs)}.`,
    attemptsLeft === undefined ? undefined : `${counted(attemptsLeft, 'attempt')} left.`,
  ].filter((text) => text !== undefined);
  return html`<blockquote class="refusal">${
    because === undefined
      ? html`<p><i>Refused by ${guardName(guard)}; words left out.</i></p>`
      : html`<p>${because}</p>`
  }${tryInstead !== undefined && html`<p class="try">${tryInstead}</p>`}${
    limits.length > 0 && html`<p class="limits">${limits.join(' ')}</p>`
  }</blockquote>`;
}

function resultLines({ ending, result, failure }: CallModel): Line[] {
  if (failure !== undefined) {
    const { errorType, message } = failure;
    const words = message === LEFT_OUT ? NOTHING : html`: ${cut(message, 300)}`;
    return [{ body: field('threw', html`<span class="bad name">${cut(errorType, 80)}</span>${words}`) }];
  }
  if (result === undefined) return [];
  const label = ending === 'withheld' ? 'withheld' : ending === 'replayed' ? 'delivered' : 'returned';
  const shown = html`<span class="value">${shownValue(result, MAX_ON_A_LINE)}</span>${whole('All of it', result)}`;
  return [{ body: field(label, shown) }];
}

function sourceLine(label: string, thread: Thread): Line {
  return { body: field(label, html`${tag(thread)}${fact(thread.fact)}`), node: { role: 'source', thread } };
}

function provedBesides({ proves }: CallModel, shown: readonly Thread[]): Line[] {
  const known = new Set(shown.map(({ fact: { kind, value, about } }) => JSON.stringify([kind, value, about])));
  const others = proves.filter(({ kind, value, about }) => !known.has(JSON.stringify([kind, value, about])));
  if (others.length === 0) return [];
  const groups = new Map<string, FactModel[]>();
  for (const each of others.slice(0, MAX_FACTS_NAMED)) {
    const key = JSON.stringify([each.kind, each.about]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const rest = others.length - MAX_FACTS_NAMED;
  const content = html`<ul role="list">${[...groups.values()].map((group) => html`<li>${factsOfOneKind(group)}</li>`)}${
    rest > 0 && html`<li class="from">and ${rest} more</li>`
  }</ul>`;
  return [{ body: field(known.size === 0 ? 'proves' : 'proves also', content) }];
}

function factsOfOneKind(facts: readonly FactModel[]): Html {
  const [first] = facts as [FactModel];
  const values = facts.map(({ value }) => JSON.stringify(cut(value, MAX_FACT))).join(', ');
  return html`<span class="fact"><span class="kind">${cut(first.kind, MAX_FACT)}</span> <span class="value">${values}</span>${about(first)}</span>`;
}

function overflow(label: string, count: number, noun: string): Line[] {
  return count > 0 ? [{ body: field(label, html`and ${counted(count, noun)} more`) }] : [];
}

function fact({ kind, value, about: of }: FactModel): Html {
  return factsOfOneKind([{ kind, value, about: of }]);
}

function about({ about: of }: FactModel): Html {
  if (of === undefined) return NOTHING;
  return html` <span class="about">of <span class="value">${JSON.stringify(cut(of, MAX_FACT))}</span></span>`;
}

function tag({ tag: letter }: Thread): Html {
  return html`<b class="tag"><span class="vh">fact </span>${letter}</b>`;
}

function field(label: string, content: Html): Html {
  return html`<div class="field"><span class="label">${label}</span><div class="content">${content}</div></div>`;
}

/** All that was kept of a value, where a line has no room for it. */
function whole(title: string, value: unknown): Html {
  if (value === undefined || shownValue(value, MAX_IN_ALL).length <= MAX_ON_A_LINE) return NOTHING;
  return html`<details><summary>${title}</summary><pre>${cut(JSON.stringify(value, null, 2), MAX_IN_ALL)}</pre></details>`;
}
