import type { RecordedCall, Trace, UserTurn } from '../trace/trace.js';
import type { Span } from './otel-span.js';

/** Most characters of calls and messages that are held for traces that have not ended. */
const MAX_HELD = 64 * 1024 * 1024;
/** A span that is only known to exist takes about that much. */
const SPAN_SIZE = 200;
/** Ids of traces that were handed out, to give what comes late another one. */
const MAX_REMEMBERED = 10_000;

interface SaidSpan {
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly startMs: number;
  readonly texts: readonly string[];
}

interface Group {
  readonly id: string;
  startedAt: number;
  readonly calls: { readonly span: Span; readonly call: RecordedCall }[];
  readonly said: SaidSpan[];
  /** Parents of all spans, to tell what happened inside a tool. */
  readonly parents: Map<string, string | undefined>;
  readonly tools: Set<string>;
  conversation: string | undefined;
  user: string | undefined;
  model: string | undefined;
  size: number;
}

/**
 * Puts traces together from spans in any order: those of one conversation (`gen_ai.conversation.id`), or of one trace where no
 * span names a conversation. A trace is handed out when its root has come, a conversation at the end, and the oldest of either
 * earlier where too much would be held.
 */
export class SpanGroups {
  readonly #suite: string;
  readonly #maxHeld: number;
  readonly #traces = new Map<string, Group>();
  readonly #conversations = new Map<string, Group>();
  readonly #handedOut = new Map<string, number>();
  #held = 0;

  constructor(suite: string, maxHeld = MAX_HELD) {
    this.#suite = suite;
    this.#maxHeld = maxHeld;
  }

  /** Takes a span. @returns the traces that are complete */
  *add(span: Span): Generator<Trace, void> {
    const group = this.#groupOf(this.#traces, span.traceId);
    this.#grow(group, addSpan(group, span));
    if (span.parentId === undefined) yield* this.#rootCame(group);
    while (this.#held > this.#maxHeld) {
      const [oldest = undefined] = this.#traces.size > 0 ? this.#traces.values() : this.#conversations.values();
      if (oldest === undefined) return;
      yield* this.#handOut(oldest);
    }
  }

  /** What is left at the end. */
  *end(): Generator<Trace, void> {
    for (const group of [...this.#traces.values()]) yield* this.#rootCame(group);
    for (const group of [...this.#conversations.values()]) yield* this.#handOut(group);
  }

  *#rootCame(group: Group): Generator<Trace, void> {
    if (group.conversation === undefined) return yield* this.#handOut(group);
    this.#traces.delete(group.id);
    const conversation = this.#groupOf(this.#conversations, group.conversation);
    merge(conversation, group);
  }

  *#handOut(group: Group): Generator<Trace, void> {
    if (this.#traces.get(group.id) === group) this.#traces.delete(group.id);
    if (this.#conversations.get(group.id) === group) this.#conversations.delete(group.id);
    this.#held -= group.size;
    if (group.calls.length === 0) return;
    const times = (this.#handedOut.get(group.id) ?? 0) + 1;
    if (this.#handedOut.size < MAX_REMEMBERED) this.#handedOut.set(group.id, times);
    yield traceOf(group, times === 1 ? group.id : `${group.id}#${times}`, this.#suite);
  }

  #groupOf(groups: Map<string, Group>, id: string): Group {
    let group = groups.get(id);
    if (group === undefined) {
      group = {
        id,
        startedAt: Number.POSITIVE_INFINITY,
        calls: [],
        said: [],
        parents: new Map(),
        tools: new Set(),
        conversation: undefined,
        user: undefined,
        model: undefined,
        size: 0,
      };
      groups.set(id, group);
    }
    return group;
  }

  #grow(group: Group, size: number): void {
    group.size += size;
    this.#held += size;
  }
}

/** @returns how much more is held */
function addSpan(group: Group, span: Span): number {
  const { spanId, parentId, startMs, call, userTexts: texts } = span;
  if (startMs > 0) group.startedAt = Math.min(group.startedAt, startMs);
  group.conversation ??= span.conversation;
  group.user ??= span.user;
  group.model ??= span.model;
  group.parents.set(spanId, parentId);
  let size = SPAN_SIZE;
  if (call !== undefined) {
    group.tools.add(spanId);
    group.calls.push({ span, call });
    size += JSON.stringify(call).length;
  }
  if (texts.length > 0) {
    group.said.push({ spanId, parentId, startMs, texts });
    size += texts.reduce((sum, text) => sum + text.length, 0);
  }
  return size;
}

function merge(into: Group, from: Group): void {
  into.startedAt = Math.min(into.startedAt, from.startedAt);
  for (const call of from.calls) into.calls.push(call);
  for (const said of from.said) into.said.push(said);
  for (const [span, parent] of from.parents) into.parents.set(span, parent);
  for (const tool of from.tools) into.tools.add(tool);
  into.user ??= from.user;
  into.model ??= from.model;
  into.size += from.size;
}

function traceOf(group: Group, id: string, suite: string): Trace {
  const calls = group.calls.sort((a, b) => a.span.startMs - b.span.startMs);
  const { startedAt, user, model } = group;
  const isTimed = Number.isFinite(startedAt);
  let step = -1;
  let stepEnd = Number.NEGATIVE_INFINITY;
  return {
    id,
    source: 'otel',
    suite,
    ...(model !== undefined && { model }),
    ...(user !== undefined && { userId: user }),
    ...(isTimed && { startedAt: Math.round(startedAt) }),
    userTurns: turnsOf(group),
    calls: calls.map(({ span: { startMs, endMs }, call }) => {
      if (startMs >= stepEnd) step++;
      stepEnd = Math.max(stepEnd, endMs);
      if (!isTimed) return { ...call, step };
      return { ...call, step, startMs: micros(startMs - startedAt), durationMs: micros(endMs - startMs) };
    }),
  };
}

// Each call of a model repeats what was said before, so only what is new counts.
function turnsOf(group: Group): UserTurn[] {
  const turns: UserTurn[] = [];
  const heard = new Map<string, number>();
  const starts = group.calls.map(({ span }) => span.startMs);
  for (const said of group.said.sort((a, b) => a.startMs - b.startMs)) {
    // Inside a tool, another model is spoken to, and not by the user.
    if (isInsideTool(said, group)) continue;
    const here = new Map<string, number>();
    for (const text of said.texts) {
      const times = (here.get(text) ?? 0) + 1;
      here.set(text, times);
      if (times <= (heard.get(text) ?? 0)) continue;
      heard.set(text, times);
      turns.push({ at: countBefore(starts, said.startMs), text });
    }
  }
  return turns;
}

function isInsideTool({ parentId }: SaidSpan, { parents, tools }: Group): boolean {
  const seen = new Set<string>();
  for (let at = parentId; at !== undefined && !seen.has(at); at = parents.get(at)) {
    if (tools.has(at)) return true;
    seen.add(at);
  }
  return false;
}

function countBefore(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function micros(ms: number): number {
  return Math.round(Math.max(0, ms) * 1000) / 1000;
}
