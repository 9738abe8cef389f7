import type { Amounts } from '../budget/amounts.js';
import { NO_AMOUNTS, plus, times } from '../budget/amounts.js';
import { tellWarnings } from '../budget/budget-events.js';
import type { BudgetNode } from '../budget/budget-node.js';
import { type CallBound, type CallRates, type Fit, outputBoundOf } from '../budget/call-bound.js';
import { microsOf, picosOf } from '../budget/money.js';
import type { RunBudgets } from '../budget/run-budgets.js';
import { costUnitsOf } from '../budget/tariff.js';
import { type TokenUsage, tokensOf, tokenUsage } from '../budget/token-usage.js';
import { aboutRun } from '../events/about-run.js';
import type { ModelCall, ModelCallReport, ModelRequest } from './model-request.js';
import type { SharedHold } from './shared-hold.js';

/** What is known of a call when it is sent. */
export interface Sent {
  readonly request: ModelRequest;
  /** The bound of the request, looked at once. */
  readonly bound: () => CallBound;
  readonly budgets: RunBudgets;
  readonly node: BudgetNode | undefined;
  readonly rates: CallRates;
  readonly tool: string | undefined;
}

/** A call of a model on its way: what is held for it is given back once, whatever becomes of it. */
export class OpenModelCall implements ModelCall {
  readonly #sent: Sent;
  /** What a hard budget holds for it. */
  #held: Fit | undefined;
  #shared: SharedHold | undefined;
  #startedAt: number;
  #isSettled = false;
  /** What was charged, for the shared budgets. */
  #charged = NO_AMOUNTS;
  /** It is not sent before the shared budgets have let it through. */
  isWaiting = false;

  /** @param held what a hard budget holds for it */
  constructor(sent: Sent, held: Fit | undefined) {
    this.#sent = sent;
    this.#startedAt = sent.budgets.run.core.clock.now();
    this.#hold(held);
  }

  get outputCap(): number | undefined {
    return this.#held?.outputCap;
  }

  get node(): BudgetNode | undefined {
    return this.#sent.node;
  }

  get held(): Fit | undefined {
    return this.#held;
  }

  /** The shared budgets let it through. @param clamped what is held instead, where they leave less */
  send(shared: SharedHold, clamped: Fit | undefined): void {
    this.isWaiting = false;
    this.#shared = shared;
    this.#startedAt = this.#sent.budgets.run.core.clock.now();
    if (clamped === undefined) return;
    this.#release();
    this.#hold(clamped);
  }

  /** It was not sent. */
  cancel(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#release();
    this.#sent.budgets.untrack(this);
  }

  #hold(held: Fit | undefined): void {
    this.#held = held;
    if (held !== undefined) this.#sent.node?.hold(times(held.perAttempt, held.attempts));
  }

  #release(): void {
    const held = this.#held;
    if (held !== undefined) this.#sent.node?.release(times(held.perAttempt, held.attempts));
  }

  settle(report: ModelCallReport): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#sent.budgets.untrack(this);
    this.#release();
    try {
      this.#chargeAll(report);
    } finally {
      this.#shared?.settle(this.#charged);
    }
  }

  #chargeAll(report: ModelCallReport): void {
    const held = this.#held;
    const { usage, unreportedAttempts = 0 } = report;
    // A meter of somebody else's hands on what a provider sent.
    if (usage !== undefined) this.#charge(report, tokenUsage(usage), false, this.#extra(report));
    const reported = usage === undefined ? 0 : 1;
    const most = held === undefined ? unreportedAttempts : held.attempts - reported;
    const unreported = Math.min(unreportedAttempts, most);
    for (let attempt = 0; attempt < unreported; attempt++) {
      // The searches that were told are those of one attempt.
      const extra = reported + attempt === 0 ? this.#extra(report) : 0n;
      this.#charge(report, this.#estimate(report), true, extra);
    }
    if (reported + unreported === 0) this.#tell(report, tokenUsage({}), NO_AMOUNTS, false);
  }

  /** Nobody will report any more: the run is over. */
  abandon(): void {
    if (this.isWaiting) this.cancel();
    else this.settle({ outcome: 'aborted', unreportedAttempts: 1 });
  }

  #estimate({ estimate }: ModelCallReport): TokenUsage {
    if (this.#held === undefined && estimate !== undefined) return tokenUsage(estimate);
    const bound = this.#sent.bound();
    return tokenUsage({
      input: bound.inputTokens,
      output: (this.outputCap ?? outputBoundOf(bound)) * (bound.choices ?? 1),
    });
  }

  #charge(report: ModelCallReport, usage: TokenUsage, isEstimated: boolean, extra: bigint): void {
    const { budgets, node, request, tool } = this.#sent;
    const held = this.#held;
    // An estimate of tokens does not say which of them were dear.
    const amounts = isEstimated && held !== undefined ? held.perAttempt : this.#priced(usage, extra);
    if (this.#shared !== undefined) this.#charged = plus(this.#charged, amounts);
    this.#tell(report, usage, amounts, isEstimated);
    if (node === undefined) return;
    const warned = node.charge(amounts, {
      place: { scopeName: node.name, tool },
      what: {
        type: 'model',
        provider: request.provider,
        model: request.model,
        usage,
        isEstimated,
        isUnpriced: this.#sent.rates.price === undefined,
      },
      usd: amounts.usd,
      cost: amounts.cost,
    });
    tellWarnings(budgets.run, warned);
  }

  // What is not billed by token. What a hard budget was told to hold for it may have been spent, unless the meter knows better.
  #extra({ webSearches }: ModelCallReport): bigint {
    const { rates, bound } = this.#sent;
    const known = isCount(webSearches) ? rates.price?.webSearches(webSearches) : undefined;
    return known ?? (this.#held === undefined ? 0n : picosOf(bound().extraUsd ?? 0));
  }

  #priced(usage: TokenUsage, extra: bigint): Amounts {
    const { price, tariff, provider, model } = this.#sent.rates;
    return {
      token: BigInt(tokensOf(usage)),
      usd: (price?.costOf(usage) ?? 0n) + extra,
      cost: tariff === undefined ? 0n : costUnitsOf(tariff, provider, model, usage),
    };
  }

  #tell(report: ModelCallReport, usage: TokenUsage, amounts: Amounts, isEstimated: boolean): void {
    const { budgets, node, request, tool, rates } = this.#sent;
    const { events, clock } = budgets.run.core;
    if (!events.listensTo('llm.usage')) return;
    const { outcome } = report;
    events.emit({
      ...aboutRun(budgets.run, 'llm', outcome === 'failed' ? 'error' : '', outcome),
      name: 'llm.usage',
      provider: request.provider,
      model: request.model,
      responseModel: report.responseModel,
      operation: request.operation,
      durationMs: clock.now() - this.#startedAt,
      usage,
      tokens: Number(amounts.token),
      usdMicros: rates.price === undefined ? undefined : microsOf(amounts.usd),
      costUnits: Number(amounts.cost),
      isEstimated,
      scopeId: node?.id,
      scopeName: node?.name,
      toolName: tool,
    });
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
