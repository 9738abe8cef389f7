import { randomUUID } from 'node:crypto';
import type { AnyClass } from '../agent/class-record.js';
import type { ToolInfo } from '../agent/tool-info.js';
import type { BudgetNode } from '../budget/budget-node.js';
import type { BudgetOptions } from '../budget/budget-options.js';
import { type BudgetScope, HeldScope, SeenScope } from '../budget/budget-scope.js';
import { RunBudgets } from '../budget/run-budgets.js';
import { RunSharedBudgets } from '../budget/run-shared-budgets.js';
import { sharedBudgetsFor } from '../budget/shared-budget-source.js';
import type { Scheduled } from '../clock.js';
import { checkFunction } from '../errors/argument-check.js';
import {
  RunAbortedError,
  RunDeadlineError,
  RunEndedError,
  RunKilledError,
  type RunStoppedError,
} from '../errors/run-errors.js';
import { shown, UsageError } from '../errors/usage-errors.js';
import { runScope } from '../store/idempotency-scope.js';
import type { StoreOperation, UsedFact } from '../store/operations.js';
import { isThenable } from '../store/thenable.js';
import { ambientFrame, withFrame } from './ambient.js';
import { CallList, type ListedCall } from './call-list.js';
import type { CallRun } from './call-run.js';
import type { RunFacts } from './run.js';
import type { RunCore } from './run-core.js';
import { tellEnd, tellFact, tellStarted, tellStopped, tellUserSaid } from './run-events.js';
import type { ReadRunOptions } from './run-options.js';
import { SessionFacts } from './session-facts.js';
import { namedSessionKey, ownSessionKey, runKeyOf } from './session-key.js';
import { SessionWrites } from './session-writes.js';
import type { ToolAttempts } from './tool-attempts.js';
import type { Toolset } from './toolset.js';

/** What a run asks of its host about agents. */
export interface RunAgents {
  get<T extends object>(run: AgentRun, agent: AnyClass): T;
  tools(run: AgentRun, agents: readonly AnyClass[]): Toolset;
  /** Disposes what was made for the run, and forgets it. */
  release(run: AgentRun): Promise<void>;
}

type Stop = (tool: string) => RunStoppedError;

/** What the application called, by what it writes. */
const WRITERS: Partial<Record<StoreOperation['op'], string>> = {
  'fact.add': 'run.facts.add',
  'fact.revoke': 'run.facts.revoke',
  'turn.add': 'run.userSaid',
};

/** A run, as its host and its calls see it. */
export class AgentRun implements CallRun {
  readonly id: string;
  readonly userId: string | undefined;
  readonly key: string;
  readonly sessionId: string;
  readonly hasNamedSession: boolean;
  readonly sessionKey: string;
  readonly scope: Readonly<Record<string, string>>;
  readonly core: RunCore;
  /** All guards only report. */
  readonly isObserved: boolean;
  readonly #agents: RunAgents;
  readonly #calls = new CallList();
  #facts: SessionFacts | undefined;
  /** By the place of the tool among those of the host. */
  #attempts: (ToolAttempts | undefined)[] | undefined;
  #controller: AbortController | undefined;
  #stop: Stop | undefined;
  #ending: Promise<void> | undefined;
  #callNumber = 0;
  #ownerPrefix: string | undefined;
  #keyScope: string | undefined;
  #deadline: Scheduled | undefined;
  #budgets: RunBudgets | undefined;
  /** The scope that the run was opened with. */
  readonly ownBudget: BudgetNode | undefined;
  readonly sharedBudgets: RunSharedBudgets | undefined;
  #unlisten: (() => void) | undefined;
  readonly #writes: SessionWrites;

  /**
   * @throws {SessionConflictError} where the named session belongs to another user, with a synchronous store
   * @throws {UsageError} where the host's shared budgets cannot be told
   */
  constructor(core: RunCore, agents: RunAgents, options: ReadRunOptions) {
    this.core = core;
    this.#agents = agents;
    this.id = options.runId ?? randomUUID();
    this.userId = options.userId;
    this.key = runKeyOf(this.userId, this.id);
    this.hasNamedSession = options.sessionId !== undefined;
    this.sessionId = options.sessionId ?? this.id;
    this.sessionKey = this.hasNamedSession
      ? namedSessionKey(this.userId, this.sessionId)
      : ownSessionKey(this.userId, this.id);
    this.scope = options.scope;
    this.isObserved = options.isObserved;
    const hostBudgets = sharedBudgetsFor(core.sharedBudgets, this);
    this.sharedBudgets = RunSharedBudgets.of(this, [...hostBudgets, ...options.sharedBudgets]);
    this.#writes = new SessionWrites(this);
    if (this.hasNamedSession) this.#writes.join();
    tellStarted(this);
    if (options.deadlineMs !== undefined) this.#startDeadline(options.deadlineMs);
    if (options.signal !== undefined) this.#follow(options.signal);
    if (options.killedBecause !== undefined) this.kill(options.killedBecause);
    // Last: for a run that is stopped from the beginning no gateway is asked.
    this.ownBudget = options.budget && this.budgets.openNode(options.budget, undefined);
  }

  get isActive(): boolean {
    return this.#stop === undefined;
  }

  get isEnded(): boolean {
    return this.#ending !== undefined;
  }

  /** Resolves once writes that calls depend on have arrived; `undefined` where there are none. */
  get ready(): Promise<void> | undefined {
    return this.#writes.ready;
  }

  get ownerPrefix(): string {
    this.#ownerPrefix ??= `${this.id}:${randomUUID().slice(-12)}:`;
    return this.#ownerPrefix;
  }

  get keyScope(): string {
    this.#keyScope ??= runScope(this.key);
    return this.#keyScope;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#stop !== undefined) this.#controller.abort(this.#stop('run'));
    }
    return this.#controller.signal;
  }

  get facts(): RunFacts {
    this.#facts ??= new SessionFacts(this);
    return this.#facts;
  }

  get<T extends object>(agent: abstract new (...args: never[]) => T): T {
    if (this.#ending !== undefined) throw new RunEndedError('run.get');
    return this.#agents.get<T>(this, agent);
  }

  tools(...agents: readonly AnyClass[]): Toolset {
    return this.#agents.tools(this, agents);
  }

  attempts(tool: string): number {
    return this.#attempts?.find((each) => each?.tool === tool)?.used ?? 0;
  }

  userSaid(text: string): void {
    if (typeof text !== 'string') throw new UsageError('run.userSaid: the text must be a string');
    this.write({ op: 'turn.add', session: this.sessionKey, text });
    tellUserSaid(this, text);
  }

  get budgets(): RunBudgets {
    this.#budgets ??= new RunBudgets(this);
    return this.#budgets;
  }

  budget<Result>(options: BudgetOptions, body: (scope: BudgetScope) => Result | Promise<Result>): Promise<Result>;
  budget(options: BudgetOptions): BudgetScope;
  budget<Result>(
    options: BudgetOptions,
    body?: (scope: BudgetScope) => Result | Promise<Result>,
  ): BudgetScope | Promise<Result> {
    if (this.#ending !== undefined) throw new RunEndedError('run.budget');
    if (body !== undefined) checkFunction('run.budget', 'body', body);
    const scope = this.budgets.open('run.budget', options, this.#budgetAround());
    return body === undefined ? scope : this.#within(scope, body);
  }

  async #within<Result>(scope: BudgetScope, body: (scope: BudgetScope) => Result | Promise<Result>): Promise<Result> {
    await using open = scope;
    const node = HeldScope.nodeOf(open);
    if (node?.root.reservation !== undefined) await this.budgets.granted(node);
    return await open.run(() => body(open));
  }

  get currentBudget(): BudgetScope | undefined {
    const node = this.#budgetAround();
    return node && new SeenScope(node, this.budgets);
  }

  currentTool(): string | undefined {
    const frame = ambientFrame();
    return frame?.run === this ? frame.call?.tool : undefined;
  }

  withBudget<Result>(budget: BudgetNode, body: () => Result): Result {
    const frame = ambientFrame();
    return withFrame({ run: this, call: frame?.run === this ? frame.call : undefined, budget }, body);
  }

  /** The scope around the caller, or that of the run. */
  #budgetAround(): BudgetNode | undefined {
    const frame = ambientFrame();
    return (frame?.run === this ? frame.budget : undefined) ?? this.ownBudget;
  }

  kill(reason: string): void {
    const text = typeof reason === 'string' ? reason : shown(reason);
    this.#halt((tool) => new RunKilledError(tool, text));
  }

  bind<Args extends unknown[], Result>(fn: (...args: Args) => Result): (...args: Args) => Result {
    checkFunction('run.bind', 'fn', fn);
    const frame = { run: this, budget: this.#budgetAround() };
    return (...args) => withFrame(frame, () => fn(...args));
  }

  end(): Promise<void> {
    return this.endWith('success');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.endWith('success');
  }

  /** Ends the run after its body; what the body threw decides what is told. */
  endWith(outcome: 'success' | { readonly error: unknown }): Promise<void> {
    this.#ending ??= this.#end(outcome);
    return this.#ending;
  }

  /** Writes what later calls depend on. */
  write(operation: StoreOperation): void {
    const what = WRITERS[operation.op] ?? 'run';
    if (this.#ending !== undefined) throw new RunEndedError(what);
    this.#writes.write(what, operation);
  }

  /** Tells listeners what the application vouched for. */
  tellFact(fact: UsedFact): void {
    tellFact(this, fact);
  }

  /** @throws {RunStoppedError} where the run takes no calls */
  assertTakesCalls(tool: string): void {
    if (this.#stop !== undefined) throw this.#stop(tool);
  }

  unlessStopped(until: Promise<void>): Promise<void> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason);
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      void until.then(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
    });
  }

  /** A call is on its way. */
  join(call: ListedCall): void {
    this.#calls.add(call);
  }

  /** A call is over: settled, and nothing is left to wait for. */
  leave(call: ListedCall): void {
    this.#calls.remove(call);
  }

  nextCallNumber(): number {
    return ++this.#callNumber;
  }

  attemptsOf({ index, id }: ToolInfo): ToolAttempts {
    this.#attempts ??= [];
    const attempts = this.#attempts[index];
    return attempts ?? (this.#attempts[index] = { tool: id, used: 0, inStore: undefined });
  }

  async #end(outcome: 'success' | { readonly error: unknown }): Promise<void> {
    const ended: Stop = (tool) => new RunEndedError(tool);
    this.#stop ??= ended;
    this.#deadline?.cancel();
    this.#unlisten?.();
    this.#controller?.abort(ended('run'));
    await this.#calls.drain(ended, this.core.clock, this.core.drainMs);
    await this.#budgets?.end();
    try {
      await (this.sharedBudgets === undefined ? this.#forget() : Promise.all([this.#forget(), this.#tellShared()]));
      await this.#agents.release(this);
    } finally {
      tellEnd(this, outcome);
    }
  }

  async #forget(): Promise<void> {
    const session = this.hasNamedSession ? undefined : this.sessionKey;
    const operations: StoreOperation[] = [{ op: 'run.end', run: this.key, scope: this.keyScope, session }];
    if (this.hasNamedSession) operations.push({ op: 'session.close', session: this.sessionKey });
    try {
      const forgotten = this.#writes.afterAll(() => this.core.store.apply(operations, this.core.clock.now()));
      if (isThenable(forgotten)) await this.#atMost(this.core.drainMs, Promise.resolve(forgotten));
    } catch {
      // What is left of the run in a store that does not answer expires by itself.
    }
  }

  // What was used must not be lost with the process; a store that does not answer must not keep a run from ending.
  async #tellShared(): Promise<void> {
    const told = this.sharedBudgets?.idle();
    if (told !== undefined) await this.#atMost(this.core.drainMs, told);
  }

  #atMost(ms: number, promise: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = this.core.clock.schedule(() => resolve(undefined), ms);
      promise.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  #halt(stop: Stop): void {
    if (this.#stop !== undefined) return;
    this.#stop = stop;
    this.#deadline?.cancel();
    this.#unlisten?.();
    tellStopped(this, stop);
    this.#controller?.abort(stop('run'));
    this.#calls.cutOff(stop);
  }

  #startDeadline(deadlineMs: number): void {
    this.#deadline = this.core.clock.schedule(
      () => this.#halt((tool) => new RunDeadlineError(tool, deadlineMs)),
      deadlineMs,
    );
    this.#deadline.keepAlive(false);
  }

  #follow(signal: AbortSignal): void {
    const abort = (): void => this.#halt((tool) => new RunAbortedError(tool, signal.reason));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    this.#unlisten = () => signal.removeEventListener('abort', abort);
  }
}
