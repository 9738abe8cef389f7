import type { BudgetNode } from '../budget/budget-node.js';
import type { ReadBudgetOptions } from '../budget/budget-options.js';
import type { DirectCall } from '../guards/direct-guard.js';
import type { Guard, Wait } from '../guards/guard.js';
import type { ActiveCall, AmbientFrame } from '../run/ambient.js';
import type { ListedCall } from '../run/call-list.js';
import type { CallRun } from '../run/call-run.js';
import type { Plan, Step } from './plan.js';

/**
 * Where a call is. `admitting`: guards decide. `running`: the method was invoked. `cut`: the caller was told, the rest goes on
 * without it. `ended`: nothing is left to do but a late end of the method.
 */
export type CallPhase = 'admitting' | 'running' | 'cut' | 'ended';

/** All that is known of one call: one object, from the first check to the late end of its method. */
export class ToolCall implements DirectCall, ActiveCall, ListedCall {
  readonly plan: Plan;
  readonly run: CallRun;
  /** The guarded instance that was called. */
  readonly agent: object;
  readonly parent: ActiveCall | undefined;
  /** The budget scope that the call is made in. */
  budget: BudgetNode | undefined;
  args: unknown;
  #now: number | undefined;
  #endedAt: number | undefined;
  attempt = 0;
  idempotencyKey: string | undefined;
  isReplay = false;
  phase: CallPhase = 'admitting';
  /** Its caller has heard, though it may still be settling. */
  isTold = false;

  /** The next step of admission. */
  position = 0;
  /** Guards that have admitted this call, and so are told how it ends. */
  held: readonly Step[] | undefined;
  /** It was admitted on the state of a store in this process. */
  isDirect = false;
  /** A generator that waits for its consumer. */
  isSuspended = false;

  /** It was made in the frame of its run, with no budget around it but that of the run. */
  readonly isInFrame: boolean;

  /** Neighbours in the run's list of calls on the way. */
  previous: ListedCall | undefined;
  next: ListedCall | undefined;

  /** Tells the caller; set by who started the call. */
  resolve!: (value: unknown) => void;
  reject!: (error: unknown) => void;
  /** Ends the call for its caller; set by who started the call. */
  onCutOff!: (call: ToolCall, error: Error, guard: Guard<never> | undefined) => void;
  /** The kind of guard that cut it off. */
  cutKind = 'runState';
  #onCut: (() => void) | undefined;

  // Most calls have none of these. They are declared only, as what is initialised takes its place, and its time, in every call.
  /** A copy of the arguments for events, where they are not copied anyway. */
  declare shown: object | undefined;
  /** When the method was invoked; `undefined` where nobody listened. */
  declare startedAt: number | undefined;
  declare waits: Wait[] | undefined;
  /** Something was awaited after policy had decided, so that it has to look again. */
  declare isPolicyStale: boolean | undefined;
  /** The stored result that is delivered, and the kind of the guard that has it. */
  declare replay: { readonly value: unknown; readonly kind: string } | undefined;
  declare probes: Set<string> | undefined;
  /** Why the call was cut off. */
  declare cutBy: Error | undefined;

  /** Of the calls of its run, from 1. */
  readonly number: number;
  #id: string | undefined;
  #slots: unknown[] | undefined;
  #controller: AbortController | undefined;

  /** @param frame that of its run around it, if any */
  constructor(plan: Plan, run: CallRun, agent: object, frame: AmbientFrame | undefined) {
    this.plan = plan;
    this.run = run;
    this.agent = agent;
    this.parent = frame?.call;
    this.budget = frame?.budget ?? run.ownBudget;
    this.isInFrame = frame !== undefined && frame.budget === undefined;
    this.number = run.nextCallNumber();
  }

  get id(): string {
    this.#id ??= `${this.run.id}:${this.number}`;
    return this.#id;
  }

  // Read once, and only where it matters: reading the clock costs more than most guards.
  get now(): number {
    this.#now ??= this.run.core.clock.now();
    return this.#now;
  }

  set now(now: number) {
    this.#now = now;
  }

  get endedAt(): number {
    this.#endedAt ??= this.run.core.clock.now();
    return this.#endedAt;
  }

  /** For instruments. */
  get time(): number {
    return this.run.core.clock.wall();
  }

  get ownerPrefix(): string {
    return this.run.ownerPrefix;
  }

  get owner(): string {
    return this.ownerPrefix + this.number;
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
    if (!step.hearsEnd) return;
    this.held = this.held === undefined ? [step] : [...this.held, step];
  }

  kept(guard: Guard<never>): unknown {
    return this.keptAt(this.plan.guards.indexOf(guard as Guard));
  }

  keep(guard: Guard<never>, value: unknown): void {
    this.keepAt(this.plan.guards.indexOf(guard as Guard), value);
  }

  /** What the guard in this place of the plan has kept. */
  keptAt(slot: number): unknown {
    return this.#slots?.[slot];
  }

  /** Keeps something for the guard in this place of the plan. */
  keepAt(slot: number, value: unknown): void {
    // A literal is allocated at once; it grows where a tool has more guards.
    this.#slots ??= [undefined, undefined, undefined, undefined, undefined, undefined];
    this.#slots[slot] = value;
  }

  nameKey(key: string): void {
    this.idempotencyKey = key;
  }

  noteAttempt(used: number): void {
    this.attempt = used;
    this.run.attemptsOf(this.plan.tool).used = used;
  }

  /** Counts an attempt that no limit applies to. */
  countAttempt(): void {
    this.attempt = ++this.run.attemptsOf(this.plan.tool).used;
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
