import type { ActGuardEvent, UsedFact } from '@actguard/core';
import { BudgetLedger } from './budget-ledger.js';
import type { BudgetStep, CostStep, ModelStep } from './budget-model.js';
import { CallBuilder, type CallEvent } from './call-builder.js';
import { capturedText } from './captured.js';
import type { FactModel, FactSourceModel, RunModel, StepModel, UseModel, UserStep, VouchedStep } from './run-model.js';
import { usageStep } from './usage-steps.js';

const MAX_SPOKEN_TEXT = 4000;
/** How many turns of the user are searched for a value that was mentioned. */
const MAX_TURNS_SEARCHED = 200;

/** Where on the page a call is. */
export interface CallPlace {
  readonly run: number;
  readonly call: number;
  readonly tool: string;
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
  readonly #turns: { readonly step: number; readonly text: string }[] = [];
  readonly #vouched = new Map<string, number>();
  #startedAt: number | undefined;
  #end: Extract<ActGuardEvent, { readonly name: 'run.end' }> | undefined;

  constructor({ runId, sessionId, userId }: ActGuardEvent) {
    this.runId = String(runId);
    this.sessionId = String(sessionId);
    this.#userId = userId === undefined || userId === null ? undefined : String(userId);
  }

  add(event: ActGuardEvent): void {
    switch (event.name) {
      case 'run.start':
        this.hasBegun = true;
        this.#startedAt = event.time;
        return;
      case 'run.end':
        this.#end = event;
        return;
      case 'run.user_said':
        this.#said(event.time, capturedText(String(event.text), MAX_SPOKEN_TEXT));
        return;
      case 'run.fact_added': {
        const fact = factOf(event.fact);
        this.#vouched.set(factKey(fact), this.#steps.length);
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
        this.#call(event).add(event);
    }
  }

  #said(time: number, text: string): void {
    this.#turns.push({ step: this.#steps.length, text: text.toLowerCase() });
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

  model(places: ReadonlyMap<string, CallPlace>): RunModel {
    const steps = this.#steps.map((step, index): StepModel => {
      if (!(step instanceof CallBuilder)) return step;
      return step.model(
        [...step.used.values()].map(
          (fact): UseModel => ({ ...factOf(fact), source: this.#sourceOf(fact, index, places) }),
        ),
      );
    });
    const ended = this.#end;
    const outcome = ended?.outcome;
    return {
      runId: this.runId,
      sessionId: this.sessionId,
      userId: this.#userId,
      outcome: outcome === 'success' || outcome === 'blocked' || outcome === 'failed' ? outcome : 'open',
      errorType: ended?.errorType,
      startedAt: this.#startedAt,
      durationMs: ended === undefined || this.#startedAt === undefined ? undefined : ended.time - this.#startedAt,
      steps,
      budgets: this.#ledger.models(),
    };
  }

  #sourceOf(fact: UsedFact, step: number, places: ReadonlyMap<string, CallPlace>): FactSourceModel {
    const { origin } = fact;
    if (origin === undefined || origin === null)
      return { from: 'user', step: this.#turnThatMentions(fact.value, step) };
    if (origin.source === 'app') return { from: 'app', step: this.#vouched.get(factKey(factOf(fact))) };
    const callId = String(origin.callId);
    const here = this.#stepOfCall.get(callId);
    if (here !== undefined) return { from: 'call', step: here };
    const place = places.get(this.placeKeyOf(callId));
    return place === undefined ? { from: 'unseen call', tool: origin.tool } : { from: 'other run', ...place };
  }

  // Events do not say in which turn a value was mentioned.
  #turnThatMentions(value: string, before: number): number | undefined {
    const wanted = String(value).toLowerCase();
    const turns = this.#turns.slice(-MAX_TURNS_SEARCHED);
    return turns.findLast(({ step, text }) => step < before && text.includes(wanted))?.step;
  }
}

function factOf({ kind, value, origin }: UsedFact): FactModel {
  const about = origin?.about;
  return { kind: String(kind), value: String(value), about: about === undefined ? undefined : String(about) };
}

function factKey({ kind, value, about }: FactModel): string {
  return JSON.stringify([kind, value, about]);
}
