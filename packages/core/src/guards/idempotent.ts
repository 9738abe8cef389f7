import type { IdArgument } from '../agent/argument-types.js';
import { guardDecorator, type ToolDecorator } from '../agent/tool-decorator.js';
import type { Duration } from '../duration.js';
import { ScopeValidationError } from '../errors/guard-errors.js';
import {
  DuplicateIdempotencyKeyError,
  IdempotencyConflictError,
  IdempotencyInProgressError,
  IdempotencyOutcomeUnknownError,
  MissingIdempotencyKeyError,
} from '../errors/idempotency-errors.js';
import { nameOfThrown } from '../errors/thrown.js';
import { shown, UsageError } from '../errors/usage-errors.js';
import { idText } from '../facts/fact-value.js';
import type { CallContext } from '../run/call-context.js';
import type { CallRun } from '../run/call-run.js';
import type { DirectState } from '../store/direct-state.js';
import type { IdempotencyRecord } from '../store/idempotency-records.js';
import { sessionScope } from '../store/idempotency-scope.js';
import type { IdempotencyBegin, IdempotencyFinish, IdempotencyKnown, StoreAnswers } from '../store/operations.js';
import { argumentsKey } from './arguments-key.js';
import { ASK, DIRECT, type DirectCall, type DirectGuard } from './direct-guard.js';
import { type Decision, type GuardedCall, type Outcome, Replay, Wait } from './guard.js';
import { declareGuard, type GuardDefinition, type Mode } from './guard-definition.js';
import type { GuardSite } from './guard-site.js';
import { OptionCheck } from './option-check.js';
import { copyResult } from './result-copy.js';

/** What `reconcile` found out about an execution of unknown outcome. */
export type Reconciliation<Result = unknown> =
  /** It took effect; repeats get this result. */
  | { readonly outcome: 'done'; readonly result: Result }
  /** It did not, and will not: the call may be executed. */
  | { readonly outcome: 'not_done' }
  /** Not known: the call is refused. */
  | { readonly outcome: 'unknown' };

/** Options of `@Idempotent`. */
export interface IdempotentOptions<Args, Result = unknown> {
  /**
   * What identifies the action: the name of an argument that holds an id, a function, or `argumentsKey` (the arguments
   * themselves). Without a usable value the call is refused.
   *
   * @default 'idempotencyKey'
   */
  readonly key?: IdArgument<Args> | ((args: Args, call: CallContext) => string | number | undefined);
  /** How long an execution is remembered, counted from its end: milliseconds or a text such as `'10m'`. @default '1h' */
  readonly ttl?: Duration;
  /** What a repeat of a finished execution gets: a copy of its result, or an error. @default 'return' */
  readonly onDuplicate?: 'return' | 'throw';
  /**
   * Where keys are compared: in the run, in the session, or in all runs of the user. `'host'` refuses runs without `userId`,
   * unless `shared` is set.
   *
   * @default 'run'
   */
  readonly within?: 'run' | 'session' | 'host';
  /** With `within: 'host'`: keys are common to all users, runs without `userId` included. @default false */
  readonly shared?: boolean;
  /** Classes of errors after which nothing has happened for sure: the key is free again. @default none */
  readonly safeErrors?: readonly (abstract new (
    ...args: never[]
  ) => Error)[];
  /**
   * Answers `false` where the result says that the action failed and nothing happened: the key is free again. Anything but
   * `true` and `false`, throwing included, leaves the outcome unknown.
   *
   * @default every result is a success
   */
  readonly succeeded?: (result: Result) => boolean;
  /**
   * Finds out what became of an execution of unknown outcome, by looking at the world. Asked at a repeat, and possibly more
   * than once.
   *
   * @default none: a repeat is refused
   */
  readonly reconcile?: (args: Args, call: CallContext) => Promise<Reconciliation<Result>>;
  /** `observe`: record and report, but never stop or replay. @default 'enforce' */
  readonly mode?: Mode;
}

/**
 * Executes an action at most once per tool, user and key. The key is bound to the arguments. A repeat gets a copy of the
 * result, as `structuredClone` makes it (an instance of a class is a plain object then). A repeat that comes too early or
 * with other arguments is refused, and so is one after an execution that failed, timed out or was cut off, because what
 * happened is not known. A refusal before the method started leaves the key free.
 *
 * @throws {HostConfigurationError} when the host is created, if an option is wrong
 * @throws {MissingIdempotencyKeyError | IdempotencyInProgressError | IdempotencyConflictError} at the call
 * @throws {IdempotencyOutcomeUnknownError | DuplicateIdempotencyKeyError} at the call
 */
export function Idempotent<Args, Result = unknown>(
  options: NoInfer<IdempotentOptions<Args, Result>> & {
    readonly key: NoInfer<IdempotentOptions<Args, Result>['key']> & {};
  },
): ToolDecorator<Args, Result>;
export function Idempotent<Args extends { readonly idempotencyKey: string | number }, Result = unknown>(
  options?: NoInfer<IdempotentOptions<Args, Result>> & { readonly key?: undefined },
): ToolDecorator<Args, Result>;
export function Idempotent(options: object = {}): ToolDecorator<never> {
  return guardDecorator('Idempotent', declareGuard(idempotent, options));
}

/** How `@Idempotent` becomes a guard. */
export const idempotent: GuardDefinition<IdempotentOptions<unknown>> = {
  kind: 'idempotent',
  refusesStreams: 'a stream has no single result to give to a repeat',
  build: (options, site) => [new IdempotentGuard(options, site)],
  explain: ({ key = 'idempotencyKey', within = 'run', ttl = '1h' }) =>
    `once per ${typeof key === 'string' ? key : key === argumentsKey ? 'set of arguments' : 'key'} within ${within}, for ${ttl}`,
};

/** An execution of unknown outcome that the call has found under its key, and what `reconcile` says of it. */
class FoundExecution {
  readonly owner: string;
  reconciled: Reconciliation | { readonly outcome: 'failed'; readonly error: unknown } | undefined = undefined;

  constructor(owner: string) {
    this.owner = owner;
  }
}

/** Its own execution is kept only where the store is in this process: the record itself. */
type Kept = IdempotencyRecord | FoundExecution | undefined;

const isOwn = Object.prototype.hasOwnProperty;

class IdempotentGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly #tool: string;
  readonly #key: string | ((args: unknown, call: CallContext) => unknown);
  readonly #ttlMs: number;
  readonly #throws: boolean;
  readonly #within: 'run' | 'session' | 'host';
  readonly #shared: boolean;
  readonly #safeErrors: readonly ErrorClass[];
  readonly #succeeded: ((result: unknown) => boolean) | undefined;
  readonly #reconcile: ((args: unknown, call: CallContext) => Promise<Reconciliation>) | undefined;

  constructor(options: IdempotentOptions<unknown>, site: GuardSite) {
    const known = ['key', 'ttl', 'onDuplicate', 'within', 'shared', 'safeErrors', 'succeeded', 'reconcile', 'mode'];
    const check = new OptionCheck(site, 'Idempotent', options, known, 'usage.invalid_idempotent_tool');
    const key: unknown = options?.key ?? 'idempotencyKey';
    this.#tool = site.tool.id;
    this.#key =
      typeof key === 'function' ? (key as (args: unknown, call: CallContext) => unknown) : check.argument('key', key);
    this.#ttlMs = check.duration('ttl', '1h');
    this.#throws = check.oneOf('onDuplicate', ['return', 'throw'], 'return') === 'throw';
    this.#within = check.oneOf('within', ['run', 'session', 'host'], 'run');
    this.#shared = check.flag('shared', false);
    if (this.#shared && this.#within !== 'host') check.problem('shared', true, "goes with within: 'host'");
    this.#safeErrors = safeErrorsOf(check, options?.safeErrors);
    this.#succeeded = check.optionalFunction('succeeded');
    this.#reconcile = check.optionalFunction('reconcile');
  }

  request(call: GuardedCall): IdempotencyBegin {
    const key = this.#keyOf(call);
    call.nameKey(key);
    const begin = this.#beginOf(call, key);
    const found = call.kept(this) as Kept;
    if (!(found instanceof FoundExecution) || found.reconciled === undefined) return begin;
    const { owner, reconciled } = found;
    if (reconciled.outcome === 'not_done') return { ...begin, replaces: owner };
    if (reconciled.outcome === 'done') return { ...begin, concludes: { owner, result: copyResult(reconciled.result) } };
    return begin;
  }

  #beginOf(call: GuardedCall, key: string): IdempotencyBegin {
    return {
      op: 'idempotency.begin',
      scope: this.#scopeOf(call),
      tool: this.#tool,
      key,
      ttlMs: this.#ttlMs,
      owner: call.owner,
      args: call.args,
      observe: false,
    };
  }

  admit(call: GuardedCall, answer: StoreAnswers['idempotency.begin']): Decision {
    // As the store was asked: a function of the user may answer another one the second time.
    const key = call.idempotencyKey as string;
    if (answer.admitted) return call.keep(this, undefined);
    const known = answer as IdempotencyKnown;
    const refusal = this.#refusalOf(known, key);
    if (refusal !== undefined) throw refusal();
    if (known.state === 'done') return this.#replay(key, known);
    return this.#unknown(call, key, known);
  }

  enter(call: DirectCall, state: DirectState): IdempotencyRecord | undefined | (() => Error) | typeof ASK {
    const key = this.#keyOf(call);
    const scope = this.#scopeOf(call);
    const now = state.at(call.now);
    const record = state.records.tryBegin(scope, this.#tool, key, call, call.args);
    if (record === undefined) return this.#enterKnown(call, key, state, now);
    call.nameKey(key);
    return record;
  }

  // Asking takes nothing where the key is known.
  #enterKnown(
    call: DirectCall,
    key: string,
    { records }: DirectState,
    now: number,
  ): undefined | (() => Error) | typeof ASK {
    const answer = records.begin(this.#beginOf(call, key), now);
    call.nameKey(key);
    if (answer.admitted) return undefined;
    return ('state' in answer ? this.#refusalOf(answer, key) : undefined) ?? ASK;
  }

  #refusalOf({ sameArguments, state }: IdempotencyKnown, key: string): (() => Error) | undefined {
    if (!sameArguments) return () => new IdempotencyConflictError(this.#tool, key);
    return state === 'inProgress' ? () => new IdempotencyInProgressError(this.#tool, key) : undefined;
  }

  succeeded(call: DirectCall, state: DirectState, kept: unknown, value: unknown): void {
    const record = kept as IdempotencyRecord | undefined;
    if (record !== undefined && this.#succeeded === undefined)
      state.records.succeed(record, copyResult(value), this.#ttlMs, state.at(call.endedAt));
    else state.carryOut(this.settle(call, { status: 'success', value }), call.endedAt);
  }

  settle(call: GuardedCall, outcome: Outcome): IdempotencyFinish {
    const running = outcome.status === 'timeout' || outcome.status === 'aborted';
    return this.#finish(call, outcome, running);
  }

  late(call: GuardedCall, outcome: Outcome): IdempotencyFinish {
    return this.#finish(call, outcome, false);
  }

  #replay(key: string, known: IdempotencyKnown): Replay {
    const copy = known.result === undefined ? undefined : copyResult(known.result.value);
    if (this.#throws || copy === undefined) throw new DuplicateIdempotencyKeyError(this.#tool, key);
    return new Replay(copy.value);
  }

  #unknown(call: GuardedCall, key: string, known: IdempotencyKnown): Decision {
    const found = call.kept(this) as Kept;
    const before = found instanceof FoundExecution && found.owner === known.owner ? found.reconciled : undefined;
    if (this.#reconcile === undefined || before !== undefined) {
      const cause = before?.outcome === 'failed' ? before.error : undefined;
      throw new IdempotencyOutcomeUnknownError(this.#tool, key, known.lastError ?? 'unknown', cause);
    }
    const execution = new FoundExecution(known.owner);
    call.keep(this, execution);
    return new Wait(this.#lookUp(call, execution), () => {});
  }

  async #lookUp(call: GuardedCall, execution: FoundExecution): Promise<void> {
    try {
      const answer = await this.#reconcile?.(call.args, call);
      execution.reconciled = OUTCOMES.includes(answer?.outcome as string)
        ? (answer as Reconciliation)
        : { outcome: 'failed', error: wrongAnswer(this.#tool, answer) };
    } catch (error) {
      execution.reconciled = { outcome: 'failed', error };
    }
  }

  #finish(call: GuardedCall, outcome: Outcome, running: boolean): IdempotencyFinish {
    const state = this.#stateAfter(outcome);
    return {
      op: 'idempotency.finish',
      scope: this.#scopeOf(call),
      tool: this.#tool,
      key: call.idempotencyKey as string,
      owner: call.owner,
      ttlMs: this.#ttlMs,
      state,
      result: state === 'done' && outcome.status === 'success' ? copyResult(outcome.value) : undefined,
      lastError: 'error' in outcome ? nameOfThrown(outcome.error) : undefined,
      running,
    };
  }

  #stateAfter(outcome: Outcome): IdempotencyFinish['state'] {
    switch (outcome.status) {
      case 'refused':
        return 'refused';
      case 'success':
        return this.#judged(outcome.value);
      case 'failure':
        return this.#isSafe(outcome.error) ? 'free' : 'unknown';
      default:
        return 'unknown';
    }
  }

  leavesUnknown(error: unknown): boolean {
    return !this.#isSafe(error);
  }

  #isSafe(error: unknown): boolean {
    try {
      return this.#safeErrors.some((safe) => error instanceof safe);
    } catch {
      return false;
    }
  }

  #judged(result: unknown): IdempotencyFinish['state'] {
    if (this.#succeeded === undefined) return 'done';
    try {
      const succeeded: unknown = this.#succeeded(result);
      if (succeeded === true) return 'done';
      return succeeded === false ? 'free' : 'unknown';
    } catch {
      return 'unknown';
    }
  }

  #keyOf(call: GuardedCall): string {
    const name = this.#key;
    if (typeof name !== 'string') return this.#madeKey(call, name);
    const args = call.args as Record<string, unknown>;
    return (isOwn.call(args, name) ? idText(args[name]) : undefined) ?? this.#refuseKey(name, undefined);
  }

  #madeKey(call: GuardedCall, make: (args: unknown, call: CallContext) => unknown): string {
    let value: unknown;
    let cause: unknown;
    try {
      value = make(call.args, call);
    } catch (error) {
      cause = error;
    }
    return idText(value) ?? this.#refuseKey(make.name || 'key', cause);
  }

  #refuseKey(name: string, cause: unknown): never {
    throw new MissingIdempotencyKeyError(this.#tool, name, cause);
  }

  #scopeOf({ run }: GuardedCall): string {
    // A session without a name ends with its run.
    if (this.#within === 'run' || (this.#within === 'session' && !run.hasNamedSession))
      return (run as CallRun).keyScope;
    if (this.#within === 'session') return sessionScope(run.sessionKey);
    if (this.#shared) return 'all';
    if (run.userId === undefined) throw new ScopeValidationError(this.#tool, 'userId of the run', false);
    return `user:${run.userId}`;
  }
}

type ErrorClass = abstract new (...args: never[]) => Error;

function safeErrorsOf(check: OptionCheck, classes: unknown): readonly ErrorClass[] {
  if (classes === undefined) return [];
  if (Array.isArray(classes) && classes.every((each) => typeof each === 'function')) return classes as ErrorClass[];
  check.problem('safeErrors', classes, 'must be a list of error classes');
  return [];
}

const OUTCOMES: readonly string[] = ['done', 'not_done', 'unknown'];

function wrongAnswer(tool: string, answer: unknown): UsageError {
  return new UsageError(
    `reconcile of @Idempotent on ${tool} answered ${shown(answer)}; it must answer { outcome: 'done', result }, ` +
      "{ outcome: 'not_done' } or { outcome: 'unknown' }",
    { code: 'usage.invalid_idempotent_tool' },
  );
}
