import type { TokenUsage } from '../budget/token-usage.js';
import type { LimitType } from '../errors/budget-errors.js';
import type { UsedFact } from '../store/operations.js';

/** What every event says. Names and outcomes are those of the wire format. */
export interface EventBase {
  /** What it is about: the run, a call of a tool, the decision of a guard, a budget, or a call of a model. */
  readonly category: 'run' | 'tool' | 'guard' | 'budget' | 'llm';
  /** `'error'` where something was refused or failed, empty for everything else. */
  readonly severity: '' | 'error';
  /** What came of it, in one word to filter by; empty where there is nothing to judge. */
  readonly outcome:
    | ''
    | 'success'
    | 'blocked'
    | 'failed'
    | 'aborted'
    | 'intervened'
    | 'admitted'
    | 'observed'
    | 'warning';
  /** Epoch milliseconds. */
  readonly time: number;
  /** The run it happened in: `run.id`. */
  readonly runId: string;
  /** The run's session, named or its own: `run.sessionId`. */
  readonly sessionId: string;
  /** Who the run is for; `undefined` where it was opened without a user. */
  readonly userId: string | undefined;
}

/** A run began. */
export interface RunStartEvent extends EventBase {
  readonly name: 'run.start';
}

/** A run ended: `blocked` when its body ended with a refusal of ours, `failed` with another error. */
export interface RunEndEvent extends EventBase {
  readonly name: 'run.end';
  /** Name of the error that the body of the run threw; absent where it succeeded. */
  readonly errorType?: string | undefined;
}

/** A run takes no more calls before its end: it was killed, aborted, or its deadline passed. */
export interface RunStopEvent extends EventBase {
  readonly name: 'run.stop';
  /** `run.killed`, `run.aborted` or `run.deadline_exceeded`. */
  readonly code: string;
  /** At most 256 characters. */
  readonly errorMessage: string;
}

/** The user said something: `run.userSaid`. */
export interface UserSaidEvent extends EventBase {
  readonly name: 'run.user_said';
  /** The whole turn, as it was handed to `run.userSaid`. */
  readonly text: string;
}

/** The application vouched for a value: `run.facts.add`. */
export interface FactAddedEvent extends EventBase {
  readonly name: 'run.fact_added';
  /** The new fact, with its origin. */
  readonly fact: UsedFact;
}

/** An event about one call. */
export interface CallEventBase extends EventBase {
  /** Id of the tool. */
  readonly toolName: string;
  /** Id of the call: the same in all of its events. */
  readonly callId: string;
  /** Which attempt of this tool in the run it is, from 1; 0 where the call was not counted (yet). */
  readonly attempt: number;
  /**
   * What the guards check and the method gets, frozen; as they were sent where the input schema refused them, `undefined`
   * where they are no plain data. For listeners in the process.
   */
  readonly args: unknown;
}

/** A tool's method returned. */
export interface ToolInvokeEvent extends CallEventBase {
  readonly name: 'tool.invoke';
  /** Milliseconds that the method took; waits and checks before it do not count. */
  readonly durationMs: number;
  /** What the method returned, the very object; `undefined` for a stream. For listeners in the process. */
  readonly result: unknown;
}

/** What an event says about an error. */
export interface ErrorInEvent {
  /** Name of the error, such as `RateLimitExceededError`. */
  readonly errorType: string;
  /** At most 256 characters. */
  readonly errorMessage: string;
  /** The error itself, for listeners in the process. */
  readonly error: unknown;
}

/** A tool's method threw. */
export interface ToolFailureEvent extends CallEventBase, ErrorInEvent {
  readonly name: 'tool.failure';
  /** Milliseconds until the method threw; waits and checks before it do not count. */
  readonly durationMs: number;
}

/** A call was refused. */
export interface GuardBlockedEvent extends CallEventBase, ErrorInEvent {
  readonly name: 'guard.blocked';
  /**
   * Who refused: a guard (`rateLimit`, `enforce`, the name given to `defineGuard`), or `runState`, `input`, `store`.
   */
  readonly guardName: string;
  /** Code of the refusal, such as `guard.rate_limit_exceeded`. */
  readonly code: string;
}

/** A guard changed what a call came to, without refusing it. */
export interface GuardInterventionEvent extends CallEventBase {
  readonly name: 'guard.intervention';
  /** Who did it: a guard such as `idempotent`, or `runState` where the run was stopped. */
  readonly guardName: string;
  /**
   * `return_cached`: a stored result was delivered. `timeout`, `cut_off`: the call ended before its method. `wait`: it was put
   * off. `late_end`: the method of a cut-off call ended. `facts_dropped`: a session had no room for what was proven.
   */
  readonly action: 'return_cached' | 'timeout' | 'cut_off' | 'wait' | 'late_end' | 'facts_dropped';
  /** What the call was cut off with, or what its late end failed with. */
  readonly error?: unknown;
  /** The stored result that was delivered. For listeners in the process. */
  readonly result?: unknown;
}

/** A guard let a call through. */
export interface GuardAdmittedEvent extends CallEventBase {
  readonly name: 'guard.admitted';
  /** The guard, such as `rateLimit` or the name given to `defineGuard`. */
  readonly guardName: string;
  /** Facts that the call used (`enforce`) or minted (`prove`). */
  readonly facts?: readonly UsedFact[] | undefined;
}

/** A guard in observe mode would have refused, replayed, put off or cut off. Nothing was stopped. */
export interface GuardObservedEvent extends CallEventBase, ErrorInEvent {
  readonly name: 'guard.observed';
  /** The guard, such as `rateLimit` or the name given to `defineGuard`. */
  readonly guardName: string;
  /** Code of the refusal that there would have been; absent for a replay or a wait. */
  readonly code?: string | undefined;
}

/** What an event says about a budget scope. */
export interface BudgetScopeEvent extends EventBase {
  /** Id of the scope: `scope.id`. */
  readonly scopeId: string;
  /** Its name; `undefined` where it has none. */
  readonly scopeName: string | undefined;
  /** `root`: it lies in no other. `nested`: it was opened inside another, which it charges too. */
  readonly scopeKind: 'root' | 'nested';
  /** Id of the scope around it; `undefined` for a root. */
  readonly parentScopeId: string | undefined;
  /** Id of the outermost scope around it; its own for a root. */
  readonly rootScopeId: string;
  /** Plan of a gateway that the root is charged to; `undefined` where none was named. */
  readonly planKey: string | undefined;
}

/** A budget scope was opened. Whoever joins a root that is open opens none. */
export interface BudgetOpenEvent extends BudgetScopeEvent {
  readonly name: 'budget.open';
  /** `soft`: the call that crosses a limit is delivered. `hard`: a call that might cross one is capped or refused. */
  readonly enforcement: 'soft' | 'hard';
  /** Only the limits that it has: tokens, USD, cost units. */
  readonly limits: Readonly<Partial<Record<LimitType, number>>>;
  /** The share of a limit that counts as a warning. */
  readonly warnAt: number;
}

/** A cost that no meter sees was charged: `addCost`. */
export interface BudgetCostEvent extends BudgetScopeEvent {
  readonly name: 'budget.cost';
  /** What it was for. */
  readonly costName: string;
  /** Millionths of a USD, rounded half up. */
  readonly usdMicros: number;
  /** Cost units of the host's tariff that it came to; 0 without a tariff. */
  readonly costUnits: number;
  /** Id of the tool in whose body it was charged; `undefined` outside of tools. */
  readonly toolName: string | undefined;
}

/** What an event says about a limit of a budget scope. Amounts of `usd` are USD. */
export interface BudgetEventBase extends BudgetScopeEvent {
  /** The limit that refused the call; for a warning, and for a call without a bound, the one of which the greatest share is used. */
  readonly limitType: LimitType;
  /** Tokens, USD or cost units that are used in the scope and in those inside it. */
  readonly used: number;
  /** The limit in the same unit. */
  readonly limit: number;
}

/** A call was refused because a budget is used up or cannot hold it; with outcome `observed` nothing was stopped. */
export interface BudgetBlockedEvent extends BudgetEventBase {
  readonly name: 'budget.blocked';
  /** Id of the tool, or provider and model, that was refused. */
  readonly refused: string;
  /** What the call was refused with: `BudgetExceededError`, `UnpricedModelError` or `UnboundedCostError`. */
  readonly error: unknown;
}

/** A budget has come to its warning share: once a scope. */
export interface BudgetWarningEvent extends BudgetEventBase {
  readonly name: 'budget.warning';
  /** The share of the limit that counts as a warning. */
  readonly warnAt: number;
}

/** A call of a model ended: `failed` with an error, `aborted` where its caller left before the end. */
export interface LlmUsageEvent extends EventBase {
  readonly name: 'llm.usage';
  /** Such as `openai`: the `provider` of the meter. */
  readonly provider: string;
  /** As it was asked for. */
  readonly model: string;
  /** As the provider names it in its answer; `undefined` where it does not. */
  readonly responseModel: string | undefined;
  /** What was called, such as `chat.completions`. */
  readonly operation: string;
  /** Milliseconds from its admission until its usage was known; the same for each of its attempts. */
  readonly durationMs: number;
  /** Tokens in disjoint buckets, as they were told or, with `isEstimated`, as they are estimated. */
  readonly usage: TokenUsage;
  /** Tokens that were charged; of an estimate in a hard budget the worst case, which may be more than `usage`. */
  readonly tokens: number;
  /** Millionths of a USD that were charged, rounded half up; `undefined` where the price is not known. */
  readonly usdMicros: number | undefined;
  /** Cost units of the host's tariff that were charged; 0 without a tariff. */
  readonly costUnits: number;
  /** The provider did not say what was used: an estimate was charged. */
  readonly isEstimated: boolean;
  /** Id of the budget scope that was charged, the innermost one; `undefined` where the run has no budget. */
  readonly scopeId: string | undefined;
  /** Its name; `undefined` where it has none. */
  readonly scopeName: string | undefined;
  /** Id of the tool in whose body the call was made; `undefined` outside of tools. */
  readonly toolName: string | undefined;
}

/** Everything that a host tells. */
export type ActGuardEvent =
  | RunStartEvent
  | RunStopEvent
  | RunEndEvent
  | UserSaidEvent
  | FactAddedEvent
  | ToolInvokeEvent
  | ToolFailureEvent
  | GuardBlockedEvent
  | GuardInterventionEvent
  | GuardAdmittedEvent
  | GuardObservedEvent
  | BudgetOpenEvent
  | BudgetCostEvent
  | BudgetBlockedEvent
  | BudgetWarningEvent
  | LlmUsageEvent;

/** Names of events. */
export type EventName = ActGuardEvent['name'];

/** Gets events at once, in order. What it throws is reported once and otherwise ignored. */
export type EventListener = (event: ActGuardEvent) => void;
