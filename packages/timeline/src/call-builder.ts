import type { ActGuardEvent, UsedFact } from '@actguard/core';
import { captured, KEPT_BEFORE } from './captured.js';
import { capturedError } from './captured-error.js';
import { factKey, factOf } from './fact-of.js';
import type { CallModel, FactModel, MarkModel, UseModel } from './run-model.js';

/** An event about a call. */
export type CallEvent = Extract<ActGuardEvent, { readonly callId: string }>;

/** Collects what events say about one call. */
export class CallBuilder {
  readonly callId: string;
  readonly toolName: string;
  readonly number: number;
  /** Facts that the call used, as events told them, and where in the list the first of them was. */
  readonly used = new Map<string, { readonly fact: UsedFact; readonly order: number }>();
  readonly #time: number;
  readonly #proven = new Map<string, { readonly fact: FactModel; readonly order: number }>();
  readonly #marks: MarkModel[] = [];
  #args: unknown;
  #attempt = 0;
  #end: 'returned' | 'failed' | 'replayed' | 'cut off' | undefined;
  #isRefused = false;
  #durationMs: number | undefined;
  #result: unknown;
  #failure: CallModel['failure'];

  constructor({ callId, toolName, time }: CallEvent, number: number) {
    this.callId = callId;
    this.toolName = String(toolName);
    this.number = number;
    this.#time = time;
  }

  /** @param order place of the event in the list of all of them */
  add(event: CallEvent, order: number): void {
    // A guard may put a proven spelling in the place of what was sent: the last ones are what the method got.
    if (event.args !== undefined) this.#args = event.args;
    this.#attempt = Math.max(this.#attempt, Number(event.attempt) || 0);
    switch (event.name) {
      case 'guard.admitted':
        return this.#admitted(event.guardName, event.facts ?? [], order);
      case 'guard.blocked':
        this.#isRefused = true;
        return this.#mark(event.guardName, 'refused', event);
      case 'guard.observed':
        // A wait or a replay that there would have been has no code, but a type.
        return this.#mark(event.guardName, 'observed', { code: event.code ?? event.errorType, error: event.error });
      case 'guard.intervention':
        return this.#intervened(event);
      case 'tool.invoke':
        this.#end ??= 'returned';
        this.#durationMs = event.durationMs;
        this.#result = event.result;
        return;
      case 'tool.failure':
        this.#end ??= 'failed';
        this.#durationMs = event.durationMs;
        this.#failure = { errorType: String(event.errorType), message: String(event.errorMessage) };
    }
  }

  /** Where in the list of all events the call proved a fact first; `undefined` where it did not. */
  provedAt(fact: FactModel): number | undefined {
    return this.#ending === 'withheld' ? undefined : this.#proven.get(factKey(fact))?.order;
  }

  model(uses: readonly UseModel[]): CallModel {
    const ending = this.#ending;
    return {
      step: 'call',
      number: this.number,
      time: this.#time,
      toolName: this.toolName,
      callId: this.callId,
      attempt: this.#attempt,
      args: captured(this.#args, KEPT_BEFORE),
      marks: this.#marks,
      ending,
      durationMs: this.#durationMs,
      result: captured(this.#result, KEPT_BEFORE),
      failure: this.#failure,
      uses,
      // Of a result that is withheld nothing is minted, whatever guards before said.
      proves: ending === 'withheld' ? [] : [...this.#proven.values()].map(({ fact }) => fact),
    };
  }

  get #ending(): CallModel['ending'] {
    return this.#isRefused ? (this.#end === undefined ? 'refused' : 'withheld') : (this.#end ?? 'open');
  }

  #admitted(guard: string, facts: readonly UsedFact[], order: number): void {
    this.#mark(guard, 'admitted');
    for (const used of facts) {
      const fact = factOf(used);
      const key = guard === 'prove' ? factKey(fact) : `${factKey(fact)}${used.origin?.source} ${used.origin?.callId}`;
      if (guard !== 'prove') this.used.set(key, this.used.get(key) ?? { fact: used, order });
      else if (!this.#proven.has(key)) this.#proven.set(key, { fact, order });
    }
  }

  #intervened(event: Extract<CallEvent, { readonly name: 'guard.intervention' }>): void {
    switch (event.action) {
      case 'return_cached':
        this.#end ??= 'replayed';
        this.#result = event.result;
        return this.#mark(event.guardName, 'replayed');
      case 'timeout':
      case 'cut_off':
        this.#end ??= 'cut off';
        return this.#mark(event.guardName, 'cut off', event);
      case 'wait':
        return this.#mark(event.guardName, 'waited');
      case 'late_end':
        return this.#mark(event.guardName, 'ended late');
      case 'facts_dropped':
        return this.#mark(event.guardName, 'dropped');
    }
  }

  #mark(
    guard: string,
    state: MarkModel['state'],
    stopped?: { readonly code?: string | undefined; error?: unknown },
  ): void {
    const last = this.#marks.at(-1);
    if (stopped === undefined && last?.guard === guard && last.state === state) {
      this.#marks[this.#marks.length - 1] = { ...last, times: last.times + 1 };
      return;
    }
    const error = stopped === undefined ? undefined : capturedError(stopped.error);
    const code = stopped?.code ?? error?.refusal?.code;
    this.#marks.push({
      guard: String(guard),
      state,
      times: 1,
      ...(code !== undefined && { code: String(code) }),
      ...(error !== undefined && Object.keys(error).length > 0 && { error }),
    });
  }
}
