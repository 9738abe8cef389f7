import type { ActGuardEvent, CallEventBase, GuardInterventionEvent, RunStartEvent } from '@actguard/core';
import type { UnplacedTrace } from '../format/own-format.js';
import { CallDraft, recordedError } from './call-draft.js';
import { keptValue, unrecorded } from './kept-value.js';

/** How much of a run is kept. */
export interface RunBounds {
  readonly maxCalls: number;
  readonly maxValueSize: number;
  readonly maxRunSize: number;
}

interface Heard<Entry> {
  readonly heard: number;
  readonly entry: Entry;
}

type CallEvent = Extract<ActGuardEvent, CallEventBase>;

/** A run while it goes on: what the user said, what the application vouched for, and the calls. */
export class RunDraft {
  readonly #start: RunStartEvent;
  readonly #bounds: RunBounds;
  readonly #calls = new Map<string, CallDraft>();
  readonly #said: Heard<string>[] = [];
  readonly #facts: Heard<{ kind: string; value: string; about?: string }>[] = [];
  #model: string | undefined;
  #heard = 0;
  #size = 0;
  /** Nothing that comes is kept any more: what there is is a beginning that stands for itself. */
  #isFull = false;

  constructor(start: RunStartEvent, bounds: RunBounds) {
    this.#start = start;
    this.#bounds = bounds;
  }

  /** Whether calls were left out because there were too many, or too much in them. */
  get isCut(): boolean {
    return this.#isFull;
  }

  hear(event: ActGuardEvent): void {
    const heard = ++this.#heard;
    switch (event.name) {
      case 'run.user_said':
        if (this.#hasRoom(event.text.length)) this.#said.push({ heard, entry: event.text });
        return;
      case 'run.fact_added': {
        const { kind, value, origin } = event.fact;
        const about = origin?.about === undefined ? {} : { about: origin.about };
        if (this.#hasRoom(kind.length + value.length)) this.#facts.push({ heard, entry: { kind, value, ...about } });
        return;
      }
      case 'llm.usage':
        this.#model ??= event.responseModel ?? event.model;
        return;
      default:
        if (event.category === 'tool' || event.category === 'guard') this.#hearCall(event as CallEvent, heard);
    }
  }

  trace(): UnplacedTrace {
    const { runId: id, sessionId, userId, time: startedAt } = this.#start;
    const drafts = [...this.#calls.values()].sort((a, b) => a.number - b.number || a.firstHeard - b.firstHeard);
    for (const draft of drafts) if (!draft.isEnded) this.#giveUp(draft);
    const steps = stepsOf(drafts);
    return {
      id,
      ...(this.#model !== undefined && { model: this.#model }),
      ...(userId !== undefined && { userId }),
      ...(sessionId !== id && { sessionId }),
      startedAt,
      userTurns: this.#said.map(({ heard, entry }) => ({ at: callsBefore(drafts, heard), text: entry })),
      facts: this.#facts.map(({ heard, entry }) => ({ at: callsBefore(drafts, heard), ...entry })),
      calls: drafts.map((draft, index) => draft.call(startedAt, steps[index] ?? 0)),
    };
  }

  #hearCall(event: CallEvent, heard: number): void {
    const draft = this.#draftOf(event, heard);
    if (draft === undefined || (draft.isEnded && event.name !== 'tool.invoke')) return;
    switch (event.name) {
      case 'guard.admitted':
      case 'guard.observed':
        draft.args = event.args;
        return;
      case 'guard.blocked':
        draft.refused = { guard: event.guardName, code: event.code };
        this.#end(draft, event, heard);
        return;
      case 'tool.invoke':
        draft.took(event.durationMs, event);
        draft.result = this.#kept(event.result, undefined);
        // A result that is withheld is told of before the method's end is.
        if (!draft.isEnded) this.#end(draft, event, heard);
        return;
      case 'tool.failure':
        draft.took(event.durationMs, event);
        draft.error = recordedError(event);
        this.#end(draft, event, heard);
        return;
      case 'guard.intervention':
        this.#intervened(draft, event, heard);
    }
  }

  #intervened(draft: CallDraft, event: GuardInterventionEvent, heard: number): void {
    const { action, error } = event;
    if (action === 'return_cached') draft.result = this.#kept(event.result, undefined);
    else if (action === 'timeout' || action === 'cut_off') {
      const { name = 'Error', message = '', timeoutMs = 0 } = (error ?? {}) as Partial<Error> & { timeoutMs?: number };
      draft.error = recordedError({ error, errorType: name, errorMessage: message.slice(0, 256) });
      draft.cutAfter(timeoutMs, event);
    } else {
      draft.args = event.args;
      return;
    }
    this.#end(draft, event, heard);
  }

  #end(draft: CallDraft, event: CallEventBase, heard: number): void {
    draft.args = this.#kept(event.args ?? null, unrecorded('too large'));
    draft.end(heard);
  }

  // Failed with the error of a call inside it, which is told once only; or cut off together with its run.
  #giveUp(draft: CallDraft): void {
    draft.args = this.#kept(draft.args ?? null, unrecorded('too large'));
    draft.error = { name: 'CallNotEnded', message: 'The call had not returned when its run ended.' };
  }

  #draftOf(event: CallEventBase, heard: number): CallDraft | undefined {
    const known = this.#calls.get(event.callId);
    if (known !== undefined) return known;
    if (this.#isFull || (this.#isFull = this.#calls.size >= this.#bounds.maxCalls)) return undefined;
    const draft = new CallDraft(event, heard);
    this.#calls.set(event.callId, draft);
    return draft;
  }

  #kept(value: unknown, instead: unknown): unknown {
    const kept = value === undefined ? undefined : keptValue(value, this.#bounds.maxValueSize);
    if (kept === undefined) return value === undefined ? undefined : instead;
    this.#hasRoom(kept.size);
    return kept.value;
  }

  /** Counts what is kept. Calls that are on their way are still ended when a run is full; no new ones begin. */
  #hasRoom(size: number): boolean {
    if (this.#isFull) return false;
    this.#size += size;
    this.#isFull = this.#size > this.#bounds.maxRunSize;
    return true;
  }
}

/** Behind the last call that had been heard of: what is said counts for all that start later. */
function callsBefore(drafts: readonly CallDraft[], heard: number): number {
  return drafts.findLastIndex(({ firstHeard }) => firstHeard < heard) + 1;
}

/** Calls of which one began before another had ended share a step. */
function stepsOf(drafts: readonly CallDraft[]): number[] {
  let step = -1;
  let stepEnd = Number.NEGATIVE_INFINITY;
  return drafts.map(({ firstHeard, endHeard }) => {
    if (firstHeard > stepEnd) step++;
    stepEnd = Math.max(stepEnd, endHeard);
    return step;
  });
}
