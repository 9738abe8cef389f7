import type { BudgetOptions } from '../budget/budget-options.js';
import type { BudgetScope } from '../budget/budget-scope.js';
import type { SharedBudget } from '../budget/shared-budget.js';
import type { Duration } from '../duration.js';
import type { Fact } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import type { Toolset } from './toolset.js';

/** The scoped runtime of one task: what guards remember about *this* task lives here. */
export interface Run extends AsyncDisposable {
  /** Given, or a random UUID. */
  readonly id: string;
  /** Who the run is for; `undefined` where `RunOptions` named nobody. */
  readonly userId: string | undefined;
  /** The named session, or one of its own. */
  readonly sessionId: string;
  /** Whether the session was named, and so may go on after the run. */
  readonly hasNamedSession: boolean;
  /** Key of the run in a store: unique for user and run id. */
  readonly key: string;
  /** Key of the session in a store: unique for user and session id. */
  readonly sessionKey: string;
  /** What the application attached: tenant, ticket, … */
  readonly scope: Readonly<Record<string, string>>;
  /** Aborts when the run is killed, ends, passes its deadline or is aborted from outside. */
  readonly signal: AbortSignal;
  /** Whether it takes calls: it was neither ended, killed nor aborted, and its deadline has not passed. */
  readonly isActive: boolean;
  /** Whether its end has begun. An ended run counts as no run. */
  readonly isEnded: boolean;

  /**
   * The agent of this run, with guarded tools: the same object for the same class.
   *
   * @throws {UsageError} where the host has no such agent
   * @throws {RunEndedError} after the end of the run
   */
  get<T extends object>(agent: abstract new (...args: never[]) => T): T;

  /**
   * Tools of these agents (all of the host by default) as a model gets them.
   *
   * @throws {UsageError} where the host has no such agent
   */
  tools(...agents: readonly (abstract new (...args: never[]) => object)[]): Toolset;

  /** Attempts of a tool in this run so far: `run.attempts('OrderAgent.listOrders')`. */
  attempts(tool: string): number;

  /**
   * Records what the user literally said, as a source of facts. Call it for every turn of the user.
   *
   * @throws {UsageError} where the text is no string
   * @throws {RunEndedError} after the end of the run
   */
  userSaid(text: string): void;

  /** The facts of the session. */
  readonly facts: RunFacts;

  /**
   * Opens a budget scope and runs `body` in it, which ends it: calls of metered clients and of tools inside count towards it.
   * Inside another scope it is nested and charges that one too; else it is the run's root, or joins it where it is open.
   *
   * @throws {UsageError} for wrong options
   * @throws {BudgetConfigurationError} where the root is open with other options
   * @throws {RunEndedError} after the end of the run
   */
  budget<Result>(options: BudgetOptions, body: (scope: BudgetScope) => Result | Promise<Result>): Promise<Result>;
  /**
   * Opens a budget scope for `await using scope = run.budget({ … })`. Nothing is charged to it by itself: use `scope.run(fn)`, or
   * give it to a meter.
   *
   * @throws {UsageError} for wrong options
   * @throws {BudgetConfigurationError} where the root is open with other options
   * @throws {RunEndedError} after the end of the run
   */
  budget(options: BudgetOptions): BudgetScope;
  /**
   * The budget scope around the caller, or else the one that the run was opened with: for reading, `addCost` and `run`. Closing it
   * is left to whoever opened it. `undefined` where there is neither.
   */
  readonly currentBudget: BudgetScope | undefined;

  /**
   * Stops the run: no new calls, and calls in flight reject with `RunKilledError` at once.
   *
   * @param reason for logs; the model does not read it
   */
  kill(reason: string): void;

  /** A function that runs inside this run, in the budget scope around the caller: for callbacks that lose their context. */
  bind<Args extends unknown[], Result>(fn: (...args: Args) => Result): (...args: Args) => Result;

  /** Ends the run: waits a moment for calls in flight, then cuts them off. */
  end(): Promise<void>;
}

/** Facts of a run's session. */
export interface RunFacts {
  /**
   * Vouches for a value: the signed-in account, the application's own address.
   *
   * @param options `ttl`: how long it holds (default: as long as the session); `about`: the value that it is a fact about,
   *   for rules with `about`
   * @throws {UsageError} where kind or value is no id
   * @throws {RunEndedError} after the end of the run
   */
  add(
    kind: string,
    value: string | number | bigint,
    options?: { readonly ttl?: Duration; readonly about?: string | number },
  ): void;
  /** Whether a live fact of this kind and value was proven or vouched for. A promise with a shared store. */
  has(kind: string, value: string | number | bigint): MaybePromise<boolean>;
  /** The live facts with their origins, of one kind or all. A promise with a shared store. */
  list(kind?: string): MaybePromise<readonly Fact[]>;
  /**
   * Forgets a fact, or all of a kind. Calls that follow see it gone.
   *
   * @throws {UsageError} where kind or value is no id
   * @throws {RunEndedError} after the end of the run
   */
  revoke(kind: string, value?: string | number | bigint): void;
}

/** Options of `host.run` and `host.open`. */
export interface RunOptions {
  /** Who the run is for: `byUser` limits, sessions and `within: 'host'` keys belong to this user. @default nobody */
  readonly userId?: string;
  /** Name of the run in events; no other active run of the host may have it. @default a random UUID */
  readonly runId?: string;
  /** A session that goes on over runs of the same user. @default one of its own, which dies with the run */
  readonly sessionId?: string;
  /** What the application wants to attach, for its own tools, rules and listeners: tenant, ticket, … @default {} */
  readonly scope?: Readonly<Record<string, string>>;
  /** Aborts the run from outside: calls are refused, or cut off, with `RunAbortedError`. @default none */
  readonly signal?: AbortSignal;
  /** How long the run takes calls, from its opening; then `RunDeadlineError`. @default without end */
  readonly deadline?: Duration;
  /** Limits of what the run may use: its root budget scope. @default no limit */
  readonly budget?: BudgetOptions;
  /** Budgets that it shares with other runs, in addition to those of the host. @default none */
  readonly sharedBudgets?: readonly SharedBudget[];
  /** `observe`: guards decide and report, but never stop a call. @default the mode of the host */
  readonly mode?: 'enforce' | 'observe';
}
