import { type Html, html } from './html.js';
import type { CallModel, MarkModel, MarkState, RunModel } from './run-model.js';
import { cut, shownDuration } from './shown-text.js';

/** Name of a shape in the sprite of the page. */
type Shape =
  | 'tick'
  | 'octagon'
  | 'loop'
  | 'eye'
  | 'glass'
  | 'slash'
  | 'late'
  | 'drop'
  | 'play'
  | 'never'
  | 'warning'
  | 'dots';

const MAX_NAME = 80;

/** What shows a state: a shape, a word and a colour, so that no one of them has to be seen. */
interface Look {
  readonly shape: Shape;
  readonly word: string;
  readonly tone: Tone;
  /** For the legend. */
  readonly meaning: string;
}

/** Colour of what is shown. */
export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'neutral';

const LOOKS: Readonly<Record<MarkState, Look>> = {
  admitted: { shape: 'tick', word: 'admitted', tone: 'good', meaning: 'the guard let the call through' },
  refused: { shape: 'octagon', word: 'refused', tone: 'bad', meaning: 'the guard stopped the call' },
  replayed: {
    shape: 'loop',
    word: 'replayed',
    tone: 'info',
    meaning: 'a stored result was given; the method did not run',
  },
  observed: { shape: 'eye', word: 'only observed', tone: 'warn', meaning: 'it would have been stopped; nothing was' },
  waited: { shape: 'glass', word: 'waited', tone: 'info', meaning: 'the call was put off, then checked again' },
  'cut off': { shape: 'slash', word: 'cut off', tone: 'bad', meaning: 'the caller was told before the method ended' },
  'ended late': {
    shape: 'late',
    word: 'ended late',
    tone: 'warn',
    meaning: 'a method that was cut off ended after all',
  },
  dropped: { shape: 'drop', word: 'facts dropped', tone: 'warn', meaning: 'there was no room for what was proven' },
};

const ENDINGS: Readonly<Record<CallModel['ending'], Omit<Look, 'meaning'>>> = {
  returned: { shape: 'play', word: 'returned', tone: 'good' },
  failed: { shape: 'warning', word: 'failed', tone: 'bad' },
  refused: { shape: 'octagon', word: 'refused', tone: 'bad' },
  withheld: { shape: 'octagon', word: 'result withheld', tone: 'bad' },
  replayed: { shape: 'loop', word: 'replayed', tone: 'info' },
  'cut off': { shape: 'slash', word: 'cut off', tone: 'bad' },
  open: { shape: 'dots', word: 'no end seen', tone: 'neutral' },
};

const OUTCOMES: Readonly<Record<RunModel['outcome'], Omit<Look, 'meaning'>>> = {
  success: { shape: 'tick', word: 'completed', tone: 'good' },
  blocked: { shape: 'octagon', word: 'ended by a refusal', tone: 'bad' },
  failed: { shape: 'warning', word: 'failed', tone: 'bad' },
  stopped: { shape: 'octagon', word: 'stopped', tone: 'bad' },
  open: { shape: 'dots', word: 'no end seen', tone: 'neutral' },
};

/** The marks of a call in their order, the method among them. */
export function marksOf(call: CallModel): Html {
  const before = call.marks.filter((mark) => !isBehindMethod(mark));
  const behind = call.marks.filter(isBehindMethod);
  return html`<ol class="marks" role="list">${before.map(markOf)}${methodOf(call)}${behind.map(markOf)}</ol>`;
}

/** How a call ended. */
export function endingOf({ ending, durationMs }: CallModel): Html {
  const { shape, word, tone } = ENDINGS[ending];
  const time = durationMs === undefined ? '' : ` · ${shownDuration(durationMs)}`;
  return badge(shape, tone, word + time);
}

/** How a run ended. */
export function outcomeOf({ outcome, errorType }: RunModel): Html {
  const { shape, word, tone } = OUTCOMES[outcome];
  return badge(shape, tone, errorType === undefined ? word : `${word}: ${cut(errorType, MAX_NAME)}`);
}

/** What the marks mean. */
export function legend(): Html {
  const entries = Object.values(LOOKS).map(
    ({ shape, word, tone, meaning }) =>
      html`<li><span class="mark ${tone}">${icon(shape)}<span class="state">${word}</span></span> ${meaning}</li>`,
  );
  return html`<ul class="meanings" role="list">${entries}</ul>`;
}

/** A shape of the sprite. Its meaning stands beside it as text. */
export function icon(shape: Shape): Html {
  return html`<svg class="i" width="14" height="14" aria-hidden="true" focusable="false"><use href="#_${shape}"/></svg>`;
}

function markOf({ guard, state, times, code }: MarkModel): Html {
  const { shape, word, tone } = LOOKS[state];
  // Not a guard ends late but the method.
  if (state === 'ended late') return method(shape, tone, `method ${word}`);
  // A guard that let a call through is the rule: its tick says enough for the eye.
  const said =
    state === 'admitted' ? html`<span class="vh"> ${word}</span>` : html` <span class="state">${word}</span>`;
  const repeated = times > 1 && html` <span class="times">×${times}</span>`;
  return html`<li class="mark ${tone}" title="${`${guardName(guard)}: ${word}`}">${icon(shape)}<span class="guard">${guardName(
    guard,
  )}</span>${said}${repeated}${code !== undefined && html` <code>${cut(code, MAX_NAME)}</code>`}</li>`;
}

function methodOf({ ending, durationMs }: CallModel): Html {
  const time = durationMs === undefined ? '' : ` in ${shownDuration(durationMs)}`;
  switch (ending) {
    case 'refused':
    case 'replayed':
      return method('never', 'neutral', 'method did not run');
    case 'failed':
      return method('warning', 'bad', `method failed${time}`);
    case 'cut off':
      return method('play', 'warn', 'method began');
    case 'open':
      return method('dots', 'neutral', 'no end seen');
    default:
      return method('play', 'plain', `method returned${time}`);
  }
}

function method(shape: Shape, tone: Tone | 'plain', words: string): Html {
  return html`<li class="mark method ${tone}">${icon(shape)}<span class="state">${words}</span></li>`;
}

function badge(shape: Shape, tone: Tone, words: string): Html {
  return html`<span class="badge ${tone}">${icon(shape)}${words}</span>`;
}

// `prove` is the one guard that looks at a result; what has cut a method off, or ends late, comes after its start.
function isBehindMethod({ guard, state }: MarkModel): boolean {
  return guard === 'prove' || state === 'cut off' || state === 'ended late';
}

/** `circuitBreaker` as people write it. */
export function guardName(guard: string): string {
  return cut(guard, MAX_NAME).replace(
    /([a-z])([A-Z])/g,
    (_, end: string, start: string) => `${end} ${start.toLowerCase()}`,
  );
}

/** The shapes, drawn once for the page. */
export const SPRITE = html`<svg width="0" height="0" class="vh" aria-hidden="true" focusable="false"><defs><symbol id="_tick" viewBox="0 0 14 14"><circle cx="7" cy="7" r="5.8" class="o"/><path d="M4.2 7.2l2 2 3.7-4.2" class="o"/></symbol><symbol id="_octagon" viewBox="0 0 14 14"><path d="M4.3.5h5.4l3.8 3.8v5.4l-3.8 3.8H4.3L.5 9.7V4.3z" class="f"/><path d="M4.6 4.6l4.8 4.8M9.4 4.6l-4.8 4.8" class="k"/></symbol><symbol id="_loop" viewBox="0 0 14 14"><path d="M11.9 5.2A5.3 5.3 0 1 0 12.3 8" class="o"/><path d="M12.6 1.8v3.8H8.8" class="o"/></symbol><symbol id="_eye" viewBox="0 0 14 14"><path d="M.9 7Q7-.4 13.1 7 7 14.4 .9 7z" class="o"/><circle cx="7" cy="7" r="1.9" class="f"/></symbol><symbol id="_glass" viewBox="0 0 14 14"><path d="M3 1.2h8M3 12.8h8M4 1.2c0 4 3 4.2 3 5.8S4 8.8 4 12.8M10 1.2c0 4-3 4.2-3 5.8s3 1.8 3 5.8" class="o"/></symbol><symbol id="_slash" viewBox="0 0 14 14"><rect x="1.2" y="1.2" width="11.6" height="11.6" rx="2" class="o"/><path d="M1.8 12.2L12.2 1.8" class="o"/></symbol><symbol id="_late" viewBox="0 0 14 14"><circle cx="7" cy="7" r="5.8" class="o d"/><path d="M7 3.6V7l2.4 1.6" class="o"/></symbol><symbol id="_drop" viewBox="0 0 14 14"><path d="M1.2 2.2h11.6L7 12.4z" class="o"/></symbol><symbol id="_play" viewBox="0 0 14 14"><path d="M3 1.6l8.6 5.4L3 12.4z" class="f"/></symbol><symbol id="_never" viewBox="0 0 14 14"><circle cx="7" cy="7" r="5.8" class="o d"/></symbol><symbol id="_warning" viewBox="0 0 14 14"><path d="M7 .8l6.4 12H.6z" class="f"/><path d="M7 5v4M7 10.4v1" class="k"/></symbol><symbol id="_dots" viewBox="0 0 14 14"><circle cx="2.5" cy="7" r="1.4" class="f"/><circle cx="7" cy="7" r="1.4" class="f"/><circle cx="11.5" cy="7" r="1.4" class="f"/></symbol></defs></svg>`;
