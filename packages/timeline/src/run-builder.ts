import { type ActGuardEvent, type UsedFact, UserTextIndex } from '@actguard/core';
import { BudgetLedger } from './budget-ledger.js';
import type { BudgetStep, CostStep, ModelStep } from './budget-model.js';
import { CallBuilder, type CallEvent } from './call-builder.js';
import { capturedText } from './captured.js';
import { MAX_SPOKEN_TEXT as MAX_KEPT_TEXT } from './event-capture.js';
import { factKey, factOf } from './fact-of.js';
import type { FactModel, FactSourceModel, RunModel, StepModel, UseModel, UserStep, VouchedStep } from './run-model.js';
import { usageStep } from './usage-steps.js';

const MAX_SPOKEN_TEXT = 4000;
const MAX_CODE = 256;
/** How many turns of the user are searched for a value that was mentioned. */
const MAX_TURNS_SEARCHED = 200;

/** A call, and the place of its run in the list of runs. */
export interface CallPlace {
  readonly run: number;
  readonly call: CallBuilder;
}

/** Collects what events say about one run. */
export class RunBuilder {
  readonly runId: string;
  readonly sessionId: string;
  /** In the order in which they began. */
  readonly calls: CallBuilder[] = [];
  /** Its start was seen. */
  hasBegun = false;
  readonly #userId: string | undefined;
  readonly #steps: (UserStep | VouchedStep | ModelStep | CostStep | BudgetStep | CallBuilder)[] = [];
  readonly #ledger = new BudgetLedger();
  readonly #stepOfCall = new Map<string, number>();
  readonly #turns: { readonly step: number; readonly words: UserTextIndex }[] = [];
  readonly #vouched: { readonly step: number; readonly key: string; readonly order: number }[] = [];
  #startedAt: number | undefined;
  #stop: Extract<ActGuardEvent, { readonly name: 'run.stop' }> | undefined;
  #end: Extract<ActGuardEvent, { readonly name: 'run.end' }> | undefined;

  constructor({ runId, sessionId, userId }: ActGuardEvent) {
    this.runId = String(runId);
    this.sessionId = String(sessionId);
    this.#userId = userId === undefined || userId === null ? undefined : String(userId);
  }

  /** @param order place of the event in the list of all of them */
  add(event: ActGuardEvent, order: number): void {
    switch (event.name) {
      case 'run.start':
        this.hasBegun = true;
        this.#startedAt = event.time;
        return;
      case 'run.stop':
        this.#stop = event;
        return;
      case 'run.end':
        this.#end = event;
        return;
      case 'run.user_said':
        this.#said(event.time, capturedText(String(event.text), MAX_SPOKEN_TEXT));
        return;
      case 'run.fact_added': {
        const fact = factOf(event.fact);
        this.#vouched.push({ step: this.#steps.length, key: factKey(fact), order });
        this.#steps.push({ step: 'vouched', time: event.time, fact });
        return;
      }
      case 'budget.open':
      case 'budget.cost':
      case 'budget.blocked':
      case 'budget.warning':
      case 'llm.usage': {
        const step = usageStep(this.#ledger, event);
        if (step !== undefined) this.#steps.push(step);
        return;
      }
      default:
        this.#call(event).add(event, order);
    }
  }

  #said(time: number, text: string): void {
    const words = new UserTextIndex();
    // The end of a text that was cut may be half a word, which the user did not say.
    words.add(text.length < MAX_KEPT_TEXT ? text : withoutLastWord(text));
    this.#turns.push({ step: this.#steps.length, words });
    this.#steps.push({ step: 'user', time, text });
  }

  #call(event: CallEvent): CallBuilder {
    const callId = String(event.callId);
    const place = this.#stepOfCall.get(callId);
    const known = place === undefined ? undefined : this.#steps[place];
    if (known instanceof CallBuilder) return known;
    const call = new CallBuilder(event, this.calls.length + 1);
    this.#stepOfCall.set(callId, this.#steps.length);
    this.#steps.push(call);
    this.calls.push(call);
    return call;
  }

  /** What tells calls of all runs apart: facts are shared by the runs of a session. */
  placeKeyOf(callId: string): string {
    return JSON.stringify([this.#userId ?? null, this.sessionId, callId]);
  }

  /**
   * @param places calls of all runs, by `placeKeyOf`
   * @param run place of this one in the list of runs
   */
  model(places: ReadonlyMap<string, readonly CallPlace[]>, run: number): RunModel {
    const steps = this.#steps.map((step, index): StepModel => {
      if (!(step instanceof CallBuilder)) return step;
      return step.model(
        [...step.used.values()].map(({ fact, order }): UseModel => {
          const { origin } = fact;
          if (origin === undefined) return { ...factOf(fact), source: this.#userSource(fact.value, index) };
          if (origin.source === 'app') return { ...factOf(fact), source: this.#appSource(factOf(fact), order) };
          const proofs = places.get(this.placeKeyOf(origin.callId ?? '')) ?? [];
          return { ...factOf(fact), source: this.#callSource(fact, order, proofs, run) };
        }),
      );
    });
    const ended = this.#end;
    const outcome = ended?.outcome;
    const ending = outcome === 'success' || outcome === 'blocked' || outcome === 'failed' ? outcome : 'open';
    return {
      runId: this.runId,
      sessionId: this.sessionId,
      userId: this.#userId,
      // A run that was stopped may end well for its body all the same.
      outcome: this.#stop === undefined ? ending : 'stopped',
      errorType: this.#stop === undefined ? ended?.errorType : capturedText(String(this.#stop.code), MAX_CODE),
      startedAt: this.#startedAt,
      durationMs: ended === undefined || this.#startedAt === undefined ? undefined : ended.time - this.#startedAt,
      steps,
      budgets: this.#ledger.models(),
    };
  }

  #callSource(used: UsedFact, order: number, sameId: readonly CallPlace[], here: number): FactSourceModel {
    const fact = factOf(used);
    const proofs = sameId.flatMap((place) => {
      const at = place.call.provedAt(fact);
      return at === undefined || at > order ? [] : [{ ...place, at }];
    });
    const own = proofs.find(({ run }) => run === here);
    const step = own && this.#stepOfCall.get(own.call.callId);
    if (step !== undefined) return { from: 'call', step };
    const [newest] = proofs.sort((one, other) => other.at - one.at);
    if (newest === undefined) return { from: 'unseen call', tool: used.origin?.tool };
    return { from: 'other run', run: newest.run, call: newest.call.number, tool: newest.call.toolName };
  }

  #appSource(fact: FactModel, before: number): FactSourceModel {
    const wanted = factKey(fact);
    return { from: 'app', step: this.#vouched.findLast(({ key, order }) => order < before && key === wanted)?.step };
  }

  // Events do not say in which turn a value was mentioned. What is one word for the guard must be one here, or the line would
  // start at a longer word that only contains it.
  #userSource(value: string, before: number): FactSourceModel {
    const turns = this.#turns.slice(-MAX_TURNS_SEARCHED);
    const turn = turns.findLast(
      ({ step, words }) => step < before && words.mentions(value, { minLength: 1 }) !== undefined,
    );
    return { from: 'user', step: turn?.step };
  }
}

function withoutLastWord(text: string): string {
  return text.slice(0, Math.max(text.lastIndexOf(' '), text.lastIndexOf('\n')) + 1);
}
