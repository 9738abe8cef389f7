import type { BudgetNode } from '../budget/budget-node.js';
import type { ReadBudgetOptions } from '../budget/budget-options.js';
import type { Guard, GuardedCall, Wait } from '../guards/guard.js';
import type { ActiveCall } from '../run/ambient.js';
import type { ListedCall } from '../run/call-list.js';
import type { CallRun } from '../run/call-run.js';
import type { Plan, Step } from './plan.js';

/**
 * Where a call is. `admitting`: guards decide. `running`: the method was invoked. `cut`: the caller was told, the rest goes on
 * without it. `ended`: nothing is left to do but a late end of the method.
 */
export type CallPhase = 'admitting' | 'running' | 'cut' | 'ended';

/** All that is known of one call: one object, from the first check to the late end of its method. */
export class ToolCall implements GuardedCall, ActiveCall, ListedCall {
  readonly plan: Plan;
  readonly run: CallRun;
  /** The guarded instance that was called. */
  readonly agent: object;
  readonly parent: ActiveCall | undefined;
  /** The budget scope that the call is made in. */
  budget: BudgetNode | undefined;
  args: unknown;
  now: number;
  attempt = 0;
  idempotencyKey: string | undefined;
  isReplay = false;
  /** The stored result that is delivered, and the kind of the guard that has it. */
  replay: { readonly value: unknown; readonly kind: string } | undefined;
  phase: CallPhase = 'admitting';
  /** Its caller has heard, though it may still be settling. */
  isTold = false;
  probes: Set<string> | undefined;

  /** The next step of admission. */
  position = 0;
  /** Guards that have admitted this call, and so are told how it ends. */
  held: Step[] | undefined;
  /** Something was awaited after policy had decided, so that it has to look again. */
  isPolicyStale = false;
  waits: Wait[] | undefined;
  startedAt = 0;
  /** A generator that waits for its consumer. */
  isSuspended = false;

  /** Neighbours in the run's list of calls on the way. */
  previous: ListedCall | undefined;
  next: ListedCall | undefined;

  /** Tells the caller; set by who started the call. */
  resolve!: (value: unknown) => void;
  reject!: (error: unknown) => void;
  /** Ends the call for its caller; set by who started the call. */
  onCutOff!: (call: ToolCall, error: Error, guard: Guard<never> | undefined) => void;
  /** Why the call was cut off. */
  cutBy: Error | undefined;
  /** The kind of guard that cut it off. */
  cutKind = 'runState';
  #onCut: (() => void) | undefined;

  readonly #number: number;
  #id: string | undefined;
  #kept: unknown[] | undefined;
  #controller: AbortController | undefined;

  constructor(plan: Plan, run: CallRun, agent: object, parent: ActiveCall | undefined, now: number) {
    this.plan = plan;
    this.run = run;
    this.agent = agent;
    this.parent = parent;
    this.now = now;
    this.#number = run.nextCallNumber();
  }

  get id(): string {
    this.#id ??= `${this.run.id}:${this.#number}`;
    return this.#id;
  }

  /** For instruments. */
  get time(): number {
    return this.run.core.clock.wall();
  }

  get owner(): string {
    return `${this.id}:${this.run.nonce}`;
  }

  get tool(): string {
    return this.plan.tool.id;
  }

  // Most tools never read it, so it is made when one does.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.cutBy !== undefined) this.#controller.abort(this.cutBy);
    }
    return this.#controller.signal;
  }

  /** A guard has admitted the call, or acts around its method. */
  hold(step: Step): void {
    if (!step.isTold) return;
    this.held ??= [];
    this.held.push(step);
  }

  kept(guard: Guard<never>): unknown {
    const kept = this.#kept;
    if (kept === undefined) return undefined;
    for (let index = 0; index < kept.length; index += 2) if (kept[index] === guard) return kept[index + 1];
    return undefined;
  }

  keep(guard: Guard<never>, value: unknown): void {
    this.#kept ??= [];
    const kept = this.#kept;
    for (let index = 0; index < kept.length; index += 2) {
      if (kept[index] === guard) {
        kept[index + 1] = value;
        return;
      }
    }
    kept.push(guard, value);
  }

  nameKey(key: string): void {
    this.idempotencyKey = key;
  }

  noteAttempt(used: number): void {
    this.attempt = this.run.noteAttempts(this.tool, used);
  }

  holdProbe(breaker: string): void {
    this.probes ??= new Set();
    this.probes.add(breaker);
  }

  /** Opens a scope around the method; it is closed with `closeBudget`. */
  openBudget(options: ReadBudgetOptions): BudgetNode {
    this.budget = this.run.budgets.openOwn(options, this.budget);
    return this.budget;
  }

  closeBudget(node: BudgetNode): Promise<void> | undefined {
    return this.run.budgets.closeNode(node);
  }

  cutOff(guard: Guard<never> | undefined, error: Error): void {
    this.onCutOff(this, error, guard);
  }

  /** Aborts the signal with the reason, and ends what the call waits for. */
  abort(error: Error): void {
    this.cutBy = error;
    this.#controller?.abort(error);
    this.#onCut?.();
  }

  /** Aborts the signal of a call that goes on: its run is ending. */
  announceEnd(error: Error): void {
    this.#controller?.abort(error);
  }

  /** Resolves with the promise, or as soon as the call is cut off. */
  orCut(until: Promise<void>): Promise<void> {
    if (this.cutBy !== undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#onCut = resolve;
      until.then(resolve, reject);
    });
  }
}
