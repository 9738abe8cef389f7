import type {
  ActGuardEvent,
  CallEventBase,
  GuardBlockedEvent,
  GuardInterventionEvent,
  Instrument,
  InstrumentedCall,
  LlmUsageEvent,
} from '@actguard/core';
import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { CallParents } from './call-parents.js';
import { ACTGUARD, ERROR_TYPE, GEN_AI, operationNameOf, providerNameOf } from './gen-ai-names.js';

/** Runs that are remembered at most: one that is never ended must not fill the memory. */
const MAX_RUNS = 10_000;

/** One span to write, once it is over. */
interface Finished {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly parent: Context;
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  /** What went wrong, in a word of few values; messages may hold anything. */
  readonly error?: string | undefined;
}

/** Writes spans of runs, of calls of tools and of models. Without content of calls, and without ids of users. */
export class EventSpans implements Instrument {
  readonly #tracer: Tracer;
  /** Of calls whose method was entered: what it does is inside. */
  readonly #entered = new WeakMap<InstrumentedCall, Span>();
  /** The same, until they are ended, by the id of the call. */
  readonly #open = new Map<string, Span>();
  readonly #calls = new CallParents();
  readonly #runs = new Map<string, Span>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** Enters the method of a call with its span as the active one. */
  around(call: InstrumentedCall, enter: () => void): void {
    let span = this.#entered.get(call);
    if (span === undefined) this.#entered.set(call, (span = this.#enteredSpan(call)));
    context.with(trace.setSpan(context.active(), span), enter);
  }

  /** Ends the span of a call of which no event told how it ended: its error was told of another one, or its stream was left. */
  ended(call: InstrumentedCall, error: unknown): void {
    const span = this.#take(call.id);
    if (span === undefined) return;
    if (error !== undefined) fail(span, error instanceof Error ? error.name : typeof error);
    span.end(call.time);
  }

  record(event: ActGuardEvent): void {
    switch (event.name) {
      case 'run.start':
        return this.#runStarted(event);
      case 'run.end':
        return this.#runEnded(event);
      case 'guard.admitted':
        return this.#calls.seen(event);
      case 'tool.invoke':
        return this.#toolEnded(event, event.time - event.durationMs, undefined, {});
      case 'tool.failure':
        return this.#toolEnded(event, event.time - event.durationMs, event.errorType, {});
      case 'guard.blocked':
        if (this.#withheld(event)) return;
        // No method ran: the span says when, by whom and why.
        return this.#toolEnded(event, event.time, event.errorType, {
          [ACTGUARD.guardName]: event.guardName,
          [ACTGUARD.errorCode]: event.code,
        });
      case 'guard.intervention':
        return this.#intervened(event);
      case 'llm.usage':
        return this.#modelCalled(event);
      default:
        return;
    }
  }

  #runStarted(event: ActGuardEvent): void {
    if (this.#runs.size >= MAX_RUNS) return;
    const attributes = commonAttributes(event);
    this.#runs.set(event.runId, this.#tracer.startSpan('actguard.run', { startTime: event.time, attributes }));
  }

  #runEnded(event: Extract<ActGuardEvent, { name: 'run.end' }>): void {
    this.#calls.runEnded(event.runId);
    const span = this.#runs.get(event.runId);
    if (span === undefined) return;
    this.#runs.delete(event.runId);
    span.setAttribute(ACTGUARD.outcome, event.outcome);
    if (event.errorType !== undefined) fail(span, event.errorType);
    span.end(event.time);
  }

  #toolEnded(
    event: CallEventBase & { name: string },
    start: number,
    error: string | undefined,
    more: Attributes,
  ): void {
    const attributes = { ...toolAttributes(event), ...more };
    if (this.#endEntered(event, attributes, error)) return;
    const parent = this.#calls.take(event)?.context ?? context.active();
    this.#write({
      ...toolSpan(event),
      parent,
      start,
      end: event.time,
      error,
      attributes,
    });
  }

  #intervened(event: GuardInterventionEvent): void {
    if (event.action === 'wait') return this.#calls.seen(event);
    // Of a call that has ended.
    if (event.action === 'late_end' || event.action === 'facts_dropped') return;
    const isCutOff = event.action !== 'return_cached';
    const error = isCutOff ? event.action : undefined;
    const attributes = {
      ...toolAttributes(event),
      [ACTGUARD.guardName]: event.guardName,
      [ACTGUARD.action]: event.action,
    };
    if (this.#endEntered(event, attributes, error)) return;
    const { context: parent, time: start } = this.#calls.take(event) ?? {
      context: isCutOff ? ROOT_CONTEXT : context.active(),
      time: event.time,
    };
    this.#write({ ...toolSpan(event), parent, start, end: event.time, error, attributes });
  }

  #enteredSpan(call: InstrumentedCall): Span {
    const { id: callId, tool, run } = call;
    const start = this.#calls.take({ runId: run.id, callId });
    const parent = this.#within(start?.context ?? context.active(), run.id);
    const attributes = { ...commonAttributes({ runId: run.id, sessionId: run.sessionId }), [GEN_AI.toolName]: tool };
    const span = this.#tracer.startSpan(spanName(tool), { startTime: call.time, attributes }, parent);
    this.#open.set(callId, span);
    return span;
  }

  // A guard has refused what the method returned: the end of the method follows.
  #withheld(event: GuardBlockedEvent): boolean {
    const span = this.#open.get(event.callId);
    if (span === undefined) return false;
    span.setAttributes({ [ACTGUARD.guardName]: event.guardName, [ACTGUARD.errorCode]: event.code });
    fail(span, event.errorType);
    return true;
  }

  #endEntered(event: CallEventBase & { name: string }, attributes: Attributes, error: string | undefined): boolean {
    const span = this.#take(event.callId);
    if (span === undefined) return false;
    span.setAttributes(attributes);
    if (error !== undefined) fail(span, error);
    span.end(event.time);
    return true;
  }

  #take(callId: string): Span | undefined {
    const span = this.#open.get(callId);
    this.#open.delete(callId);
    return span;
  }

  #modelCalled(event: LlmUsageEvent): void {
    const { usage } = event;
    const operation = operationNameOf(event.operation);
    const cacheCreation = usage.cacheWrite5m + usage.cacheWrite1h;
    const attributes = {
      ...commonAttributes(event),
      [GEN_AI.operationName]: operation,
      [GEN_AI.providerName]: providerNameOf(event.provider),
      [GEN_AI.requestModel]: event.model,
      ...defined(GEN_AI.responseModel, event.responseModel),
      [GEN_AI.inputTokens]: usage.input + usage.cachedInput + cacheCreation + usage.audioInput,
      [GEN_AI.outputTokens]: usage.output + usage.reasoning + usage.audioOutput,
      ...defined(GEN_AI.cacheReadInputTokens, usage.cachedInput || undefined),
      ...defined(GEN_AI.cacheCreationInputTokens, cacheCreation || undefined),
      ...defined(GEN_AI.reasoningOutputTokens, usage.reasoning || undefined),
      ...defined(ACTGUARD.usdMicros, event.usdMicros),
      ...defined(ACTGUARD.scopeName, event.scopeName),
      ...defined(GEN_AI.toolName, event.toolName),
      [ACTGUARD.isEstimated]: event.isEstimated,
    };
    const error = event.outcome === 'success' ? undefined : event.outcome;
    const name = `${operation} ${event.model}`;
    const [start, end] = [event.time - event.durationMs, event.time];
    this.#write({ name, kind: SpanKind.CLIENT, parent: context.active(), start, end, error, attributes }, event.runId);
  }

  #write({ name, kind, parent, start, end, attributes, error }: Finished, runId = attributes[ACTGUARD.runId]): void {
    const options = { kind: kind ?? SpanKind.INTERNAL, startTime: start, attributes };
    const span = this.#tracer.startSpan(name, options, this.#within(parent, String(runId)));
    if (error !== undefined) fail(span, error);
    span.end(end);
  }

  // Whoever made the call is its parent; where nobody traces, the run is.
  #within(parent: Context, runId: string): Context {
    const run = this.#runs.get(runId);
    return trace.getSpan(parent) !== undefined || run === undefined ? parent : trace.setSpan(parent, run);
  }
}

function toolSpan(event: CallEventBase): { readonly name: string } {
  return { name: spanName(event.toolName) };
}

function spanName(tool: string): string {
  return `execute_tool ${tool}`;
}

function toolAttributes(event: CallEventBase & { readonly name: string }): Attributes {
  return {
    ...commonAttributes(event),
    [GEN_AI.operationName]: 'execute_tool',
    [GEN_AI.toolName]: event.toolName,
    [GEN_AI.toolType]: 'function',
    [GEN_AI.toolCallId]: event.callId,
    [ACTGUARD.attempt]: event.attempt,
    [ACTGUARD.outcome]: event.outcome,
  };
}

function commonAttributes({ runId, sessionId }: { readonly runId: string; readonly sessionId: string }): Attributes {
  return { [ACTGUARD.runId]: runId, [GEN_AI.conversationId]: sessionId };
}

function defined(name: string, value: string | number | undefined): Attributes {
  return value === undefined ? {} : { [name]: value };
}

function fail(span: Span, error: string): void {
  span.setAttribute(ERROR_TYPE, error);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
