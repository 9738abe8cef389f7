import { createHash } from 'node:crypto';
import type { ActGuardEvent } from '@actguard/core';
import { Html, html } from './html.js';
import { icon, legend, SPRITE } from './marks.js';
import { PageLinks } from './page-links.js';
import { renderRun, type ShownTimes } from './render-run.js';
import { renderTable, type TimelineTable } from './render-table.js';
import type { RunModel } from './run-model.js';
import { runsIn } from './runs-of.js';
import { counted } from './shown-text.js';
import { STYLES } from './styles.js';

/** What stands above the runs of a page. */
export interface TimelinePage {
  /** Heading of the page. @default 'What the agent did' */
  readonly title?: string | undefined;
  /** A few sentences of plain text; line breaks stay. */
  readonly intro?: string | undefined;
}

/** Something to know about a section, such as what became of the world. */
export interface TimelineNote {
  /** One or two words. */
  readonly label: string;
  /** Plain text. */
  readonly text: string;
  /** Its colour and shape: a tick for what is good, an octagon for what is bad. @default 'neutral' */
  readonly tone?: 'good' | 'bad' | 'neutral' | undefined;
  /** Number of a call in the first run of the section, from 1, that the label leads to. @default none */
  readonly call?: number | undefined;
}

/** What the list of sections says about one of them. */
export interface TimelineBadge {
  /** One to three words. */
  readonly text: string;
  /** Its colour. @default 'neutral' */
  readonly tone?: TimelineNote['tone'];
}

/** One part of a page: events with a title of their own. */
export interface TimelineSection {
  /** Names the section in links: small letters, digits and hyphens. Anything else is replaced by a number. */
  readonly id?: string | undefined;
  /** Heading of the section. */
  readonly title: string;
  /** A few sentences of plain text; line breaks stay. */
  readonly text?: string | undefined;
  /** Facts beside the runs, such as what came of them. @default [] */
  readonly notes?: readonly TimelineNote[] | undefined;
  /** Said beside the title in the list of sections. @default none */
  readonly badge?: TimelineBadge | undefined;
  /** Of one host or several, in their order. */
  readonly events: readonly ActGuardEvent[];
  /**
   * `clock`: when it began, and how long everything took. `relative`: only how long. `none`: for events that were made up or
   * recorded without times. @default 'clock'
   */
  readonly times?: ShownTimes | undefined;
}

/** A page of several sections. */
export interface TimelineSections {
  /** Heading of the page. */
  readonly title: string;
  /** A few sentences of plain text; line breaks stay. */
  readonly intro?: string | undefined;
  /** One line of plain text below the intro. @default how many runs, calls and refusals are drawn */
  readonly summary?: string | undefined;
  /** Above the sections. @default [] */
  readonly tables?: readonly TimelineTable[] | undefined;
  /** In the order in which they are shown. */
  readonly sections: readonly TimelineSection[];
}

/**
 * Draws the events of a host as one complete HTML page: each run with what the user said, each call with what its guards
 * decided, and lines from where facts were proven to the calls that needed them. The page loads nothing and runs no script;
 * all that comes from events is shown as text.
 *
 * @param events of a host, of a `Timeline`, or made up: plain objects, also after a round trip through JSON. What cannot be
 *   read is left out, and counted on the page.
 */
export function renderTimeline(events: readonly ActGuardEvent[], page: TimelinePage = {}): string {
  return renderSingle(events, page, []);
}

/** The same for several lists of events, each in a section of its own, with links to them at the top. */
export function renderTimelines({ title, intro, summary, tables = [], sections }: TimelineSections): string {
  const ids = new Set<string>();
  const drawn = sections.map((section, index) => {
    const id = idOf(section.id, index, ids);
    return { ...section, id, prefix: `_t${index + 1}`, ...runsIn(section.events) };
  });
  const links = new PageLinks();
  for (const { id, prefix, runs } of drawn) links.add(id, prefix, runs);
  const figures = tables.map((table, index) => renderTable(table, `_figures${index + 1}`, links));
  const nav = drawn.length > 1 && html`<nav aria-label="Sections">${contents(drawn)}</nav>`;
  const top = tables.length === 0 ? html`${nav}<main>` : html`<main>${figures}${nav}`;
  const content = html`${top}${legendBox()}${drawn.map(
    ({ id, prefix, title: name, text, notes = [], runs, unreadable, times }) =>
      html`<section class="section"><h2 id="${id}">${name}</h2>${text !== undefined && html`<p class="text">${text}</p>`}${notesOf(
        [...notes, ...notesOnMissing(unreadable)],
        (label, call) => links.toCall(label, id, call),
      )}${drawnRuns(runs, prefix, 3, times)}</section>`,
  )}</main>`;
  return document(title, intro, summary ?? summaryOf(drawn.flatMap(({ runs }) => runs)), content);
}

/** A page of one list of events, with notes above it. */
export function renderSingle(
  events: readonly ActGuardEvent[],
  { title = 'What the agent did', intro }: TimelinePage,
  notes: readonly TimelineNote[],
): string {
  const { runs, unreadable } = runsIn(events);
  const content = html`<main>${notesOf([...notes, ...notesOnMissing(unreadable)])}${legendBox()}${drawnRuns(runs, '_', 2)}</main>`;
  return document(title, intro, summaryOf(runs), content);
}

/** From here on links are folded, or they would fill the first screen. */
const MANY_LINKS = 24;

function contents(sections: readonly Pick<TimelineSection, 'id' | 'title' | 'badge'>[]): Html {
  const links = sections.map(({ id, title, badge }) => html`<li><a href="#${id}">${title}${badgeOf(badge)}</a></li>`);
  const list = html`<ol class="contents" role="list">${links}</ol>`;
  if (links.length < MANY_LINKS) return list;
  return html`<details class="legend"><summary>${counted(links.length, 'section')}</summary><div>${list}</div></details>`;
}

function badgeOf(badge: TimelineBadge | undefined): Html | false {
  if (badge === undefined) return false;
  return html` <b class="${knownTone(badge.tone)}">${badge.text}</b>`;
}

// From plain JavaScript it may be anything.
function knownTone(tone: TimelineNote['tone']): 'good' | 'bad' | 'neutral' {
  return tone === 'good' || tone === 'bad' ? tone : 'neutral';
}

function drawnRuns(runs: readonly RunModel[], prefix: string, level: 2 | 3, times: ShownTimes = 'clock'): Html {
  if (runs.length === 0) return html`<p class="note">No run was seen.</p>`;
  return html`${runs.map((run, index) => renderRun(run, { prefix, index, level, times }))}`;
}

function notesOf(
  notes: readonly TimelineNote[],
  linked: (label: string, call: number | undefined) => Html = (label) => html`${label}`,
): Html | false {
  if (notes.length === 0) return false;
  return html`<ul class="notes" role="list">${notes.map(({ label, text, tone, call }) => {
    const known = knownTone(tone);
    const mark = known === 'neutral' ? html`<i></i>` : icon(known === 'good' ? 'tick' : 'octagon');
    return html`<li class="${known}">${mark}<b>${linked(label, call)}</b> <span>${text}</span></li>`;
  })}</ul>`;
}

/** Of entries that could not be read, which a page without a word would pass over. */
function notesOnMissing(unreadable: number): TimelineNote[] {
  if (unreadable === 0) return [];
  return [{ label: 'Not complete', text: `${counted(unreadable, 'event')} could not be read.`, tone: 'bad' }];
}

function legendBox(): Html {
  return html`<details class="legend"><summary>How to read this page</summary><div><p>A line leads from where a fact was proven ${LINE} to the call that needed it. Both ends carry the same letter. ${GAP} marks a call that needed something that nothing had proven.</p><p>A bar beside a call of a model shows how much of a budget is used: ${BAR} what had been used before, and darker what this call added.</p>${legend()}</div></details>`;
}

const LINE = html`<svg class="i" width="26" height="14" aria-hidden="true" focusable="false"><circle class="n l0" cx="5" cy="7" r="4"/><path class="t l0" d="M5 7h14"/><path class="n l0" d="M18 2.5l8 4.5-8 4.5z"/></svg>`;
const GAP = html`<svg class="i" width="24" height="14" aria-hidden="true" focusable="false"><path class="t gap" d="M3 3.5l7 7M3 10.5l7-7"/><path class="n gap" d="M15 2.5l8 4.5-8 4.5z"/></svg>`;
const BAR = html`<svg class="bar" width="60" height="10" aria-hidden="true" focusable="false"><rect class="track" x="0.5" y="0.5" width="59" height="9" rx="3"/><rect class="fill" width="26" height="10"/><rect class="fill new" x="26" width="9" height="10"/></svg>`;

function summaryOf(runs: readonly RunModel[]): string {
  const calls = runs.flatMap(({ steps }) => steps.filter((step) => step.step === 'call'));
  const refused = calls.filter(({ ending }) => ending === 'refused' || ending === 'withheld').length;
  const models = runs.flatMap(({ steps }) => steps.filter((step) => step.step === 'model')).length;
  const rest = models === 0 ? '' : `, ${counted(models, 'model call')}`;
  return `${counted(runs.length, 'run')}, ${counted(calls.length, 'call')}, ${refused.toLocaleString('en-US')} refused${rest}`;
}

// The hash allows this style sheet and no other: even an injected one would have no effect.
const STYLE_HASH = createHash('sha256').update(STYLES).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

function document(title: string, intro: string | undefined, summary: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(STYLES)}</style>
</head>
<body>
${SPRITE}
<header class="page-head"><h1>${title}</h1>${intro !== undefined && html`<p class="intro">${intro}</p>`}<p class="summary">${summary}</p></header>
${content}
<footer class="page-foot"><p>Drawn by ActGuard from the events of a host. Times in UTC.</p></footer>
</body>
</html>
`.toString();
}

// Ids of our own begin with an underscore, so a wanted one cannot be one of them.
function idOf(wanted: string | undefined, index: number, taken: Set<string>): string {
  const isFree = wanted !== undefined && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(wanted) && !taken.has(wanted);
  const id = isFree ? wanted : `_section${index + 1}`;
  taken.add(id);
  return id;
}
