import { barsOf, shownUsd } from './budget-bars.js';
import { type Html, html } from './html.js';
import { lanesFor, type Span } from './lanes.js';
import { outcomeOf } from './marks.js';
import { proofsOf } from './proofs.js';
import { MAX_LANES, type RailLane, type RailNode, railOf, railWidth } from './rail.js';
import { type Line, linesOf, type RunPage } from './render-step.js';
import type { RunModel, StepModel } from './run-model.js';
import { counted, cut, shownDuration, shownTime } from './shown-text.js';
import { type Thread, threadsOf } from './threads.js';

/** Where a run stands on its page. */
export interface RunPlace {
  /** Begins the ids of the section. */
  readonly prefix: string;
  /** Place in the list of runs of the section. */
  readonly index: number;
  /** Of its heading. */
  readonly level: 2 | 3;
  readonly times: ShownTimes;
}

/** Which times of a run are shown. */
export type ShownTimes = 'clock' | 'relative' | 'none';

/** From here on a browser draws steps only when they are about to be seen. */
const MANY_STEPS = 200;

/** A run with its steps, and lines from where facts were proven to where they were needed. */
export function renderRun(told: RunModel, place: RunPlace): Html {
  const run = place.times === 'none' ? withoutTimes(told) : told;
  const runId = (index: number): string => `${place.prefix}r${index + 1}`;
  const page: RunPage = {
    run,
    threads: threadsOf(run),
    proofs: proofsOf(run),
    anchor: (step) => {
      const at = run.steps[step];
      return at?.step === 'call' ? `${runId(place.index)}c${at.number}` : `${runId(place.index)}s${step + 1}`;
    },
    callAnchor: (index, call) => `${runId(index)}c${call}`,
  };
  const steps = run.steps.map((step, index) => linesOf(page, step, index));
  const { lanes, undrawn, count } = layOut(steps.flat());

  const width = railWidth(count);
  let line = 0;
  const items = run.steps.map((step, index) => {
    const drawn = (steps[index] ?? []).map(({ body, node }) => {
      const at = lanes[line++] ?? { lanes: [], node: undefined };
      const style = node !== undefined && 'thread' in node && at.node !== undefined ? laneStyle(at.node) : '';
      return html`<div class="line${style}">${railOf(width, at.lanes, at.node)}<div class="body">${body}</div></div>`;
    });
    const kind = kindOf(step);
    return html`<li class="step ${kind}" id="${page.anchor(index)}">${drawn}</li>`;
  });

  const long = run.steps.length > MANY_STEPS ? ' long' : '';
  return html`<article class="run g${count}${long}">${heading(run, place)}${
    undrawn > 0 &&
    html`<p class="note">${counted(undrawn, 'more line')} of facts not drawn. Their letters tell where they lead.</p>`
  }${
    items.length === 0
      ? html`<p class="note">Nothing happened in this run.</p>`
      : html`<ol class="steps" role="list">${items}</ol>`
  }</article>`;
}

function kindOf(step: StepModel): string {
  if (step.step === 'call') return `call ${step.ending.replaceAll(' ', '-')}`;
  return step.step === 'budget' ? `budget-step ${step.state}` : step.step;
}

function heading(run: RunModel, { index, level, prefix, times }: RunPlace): Html {
  const calls = run.steps.filter((step) => step.step === 'call');
  const stopped = calls.filter(({ ending }) => ending === 'refused' || ending === 'withheld').length;
  const title = html`Run ${index + 1} <span class="id">${cut(run.runId, 64)}</span>`;
  const id = `${prefix}r${index + 1}`;
  const facts: Html[] = [
    html`<li>user <b class="value">${run.userId === undefined ? 'none' : cut(run.userId, 64)}</b></li>`,
    ...(run.sessionId === run.runId ? [] : [html`<li>session <b class="value">${cut(run.sessionId, 64)}</b></li>`]),
    html`<li>${counted(calls.length, 'call')}</li>`,
    ...(stopped > 0 ? [html`<li>${stopped} refused</li>`] : []),
    ...modelFacts(run),
    ...(run.durationMs === undefined ? [] : [html`<li>took ${shownDuration(run.durationMs)}</li>`]),
    ...(times === 'clock'
      ? [html`<li>${run.startedAt === undefined ? 'began before this page does' : shownTime(run.startedAt)}</li>`]
      : []),
  ];
  const named = level === 2 ? html`<h2 id="${id}">${title}</h2>` : html`<h3 id="${id}">${title}</h3>`;
  return html`<header class="run-head"><div class="run-title">${named}${outcomeOf(run)}</div><ul class="about-run" role="list">${facts}</ul>${barsOf(run.budgets)}</header>`;
}

function withoutTimes({ startedAt: _startedAt, durationMs: _durationMs, ...run }: RunModel): RunModel {
  return { ...run, steps: run.steps.map((step) => (step.step === 'call' ? { ...step, durationMs: undefined } : step)) };
}

function modelFacts({ steps }: RunModel): Html[] {
  const calls = steps.filter((step) => step.step === 'model');
  if (calls.length === 0) return [];
  const priced = calls.flatMap(({ usd }) => (usd === undefined ? [] : [usd]));
  const sum = shownUsd(priced.reduce((total, usd) => total + usd, 0));
  const unpriced = calls.length - priced.length;
  const missing = unpriced === 0 ? '' : `, without ${counted(unpriced, 'call')} of unknown price`;
  return [html`<li>${counted(calls.length, 'model call')}, ${sum}${missing}</li>`];
}

function laneStyle(node: RailNode): string {
  return 'lane' in node ? ` on${node.lane}` : '';
}

interface LaidOut {
  readonly lanes: readonly { readonly lanes: readonly RailLane[]; readonly node: RailNode | undefined }[];
  /** How many threads found no lane. */
  readonly undrawn: number;
  /** How many lanes are in use. */
  readonly count: number;
}

function layOut(lines: readonly Line[]): LaidOut {
  const ends = new Map<Thread, { first: number; last: number; nodes: number }>();
  for (const [index, { node }] of lines.entries()) {
    if (node === undefined || !('thread' in node)) continue;
    const known = ends.get(node.thread) ?? { first: index, last: index, nodes: 0 };
    ends.set(node.thread, { first: known.first, last: index, nodes: known.nodes + 1 });
  }
  // One end alone, because the step of the other has no room for its line, leads nowhere.
  const threads = [...ends].filter(([, { nodes }]) => nodes > 1);
  const lanes = lanesFor(
    threads.map(([, span]): Span => span),
    MAX_LANES,
  );
  const laneOf = new Map(threads.map(([thread], index) => [thread, lanes[index]]));

  const starting = new Map<number, Thread[]>();
  for (const [thread, { first }] of threads) {
    if (laneOf.get(thread) !== undefined) starting.set(first, [...(starting.get(first) ?? []), thread]);
  }
  let open: Thread[] = [];
  const laid = lines.map(({ node }, index) => {
    open = [...open, ...(starting.get(index) ?? [])];
    const on = open.map((thread): RailLane => {
      const span = ends.get(thread);
      return { lane: laneOf.get(thread) ?? 0, above: index > (span?.first ?? 0), below: index < (span?.last ?? 0) };
    });
    open = open.filter((thread) => (ends.get(thread)?.last ?? 0) > index);
    return { lanes: on, node: railNode(node, laneOf) };
  });
  const needsRail = lines.some(({ node }) => node !== undefined);
  const count = lanes.reduce<number>((most, lane) => Math.max(most, (lane ?? -1) + 1), needsRail ? 1 : 0);
  return { lanes: laid, undrawn: lanes.filter((lane) => lane === undefined).length, count };
}

function railNode(node: Line['node'], laneOf: ReadonlyMap<Thread, number | undefined>): RailNode | undefined {
  if (node === undefined) return undefined;
  if (!('thread' in node)) return { role: node.role };
  const lane = laneOf.get(node.thread);
  return lane === undefined ? undefined : { role: node.role, lane };
}
