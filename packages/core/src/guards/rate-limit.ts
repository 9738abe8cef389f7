import type { IdArgument } from '../agent/argument-types.js';
import { guardDecorator, type ToolDecorator } from '../agent/tool-decorator.js';
import type { Duration } from '../duration.js';
import { RateLimitExceededError, ScopeValidationError } from '../errors/guard-errors.js';
import { nameText } from '../errors/shown.js';
import { idText } from '../facts/fact-value.js';
import type { CallContext } from '../run/call-context.js';
import type { DirectState } from '../store/direct-state.js';
import type { RateGiveBack, RateTake, StoreAnswers } from '../store/operations.js';
import { ASK, DIRECT, type DirectGuard, nothingFollows } from './direct-guard.js';
import { type Decision, type GuardedCall, type Outcome, Wait } from './guard.js';
import { declareGuard, type GuardDefinition, type Mode } from './guard-definition.js';
import type { GuardSite } from './guard-site.js';
import { OptionCheck } from './option-check.js';
import { bySession, byUser } from './scope.js';
import { TurnQueue, type WaitingTurn } from './turn-queue.js';

/** Options of `@RateLimit`. */
export interface RateLimitOptions<Args> {
  /** Most calls of one scope that are admitted within any one `period`. An integer from 1. @default 10 */
  readonly maxCalls?: number;
  /** Length of the sliding window: milliseconds or a text such as `'30s'`, at most 366 days. @default '1m' */
  readonly period?: Duration;
  /**
   * Whose calls are counted together: `byUser` or `bySession` (from the run, which a model cannot choose), the name of an
   * argument that holds an id, or a function. `1` and `'1'` are one scope; without a usable value the call is refused.
   *
   * @default all calls of the tool on this host share one window
   */
  readonly scope?: IdArgument<Args> | ((args: Args, call: CallContext) => string | number | bigint | undefined);
  /** What happens at the limit: refuse, or wait for a place (first come, first served). @default 'refuse' */
  readonly onLimit?: 'refuse' | 'wait';
  /** With `onLimit: 'wait'`: longest wait. A call that would have to wait longer is refused at once. @default '30s' */
  readonly maxWait?: Duration;
  /** `observe`: count and report, but never stop. @default 'enforce' */
  readonly mode?: Mode;
}

/**
 * Refuses a call when `maxCalls` calls of its scope were admitted within the last `period`. Exact: no interval of that
 * length ever holds more (a sliding-window log). A call that another guard refuses takes no place.
 *
 * @throws {HostConfigurationError} when the host is created, if an option is out of range or names no argument
 * @throws {RateLimitExceededError} at the call; `retryAfterMs` says when a place frees
 * @throws {ScopeValidationError} at the call, where the scope has no usable value
 */
export function RateLimit<Args>(options: NoInfer<RateLimitOptions<Args>> = {}): ToolDecorator<Args> {
  return guardDecorator('RateLimit', declareGuard(rateLimit, options));
}

/** How `@RateLimit` becomes a guard. */
export const rateLimit: GuardDefinition<RateLimitOptions<unknown>> = {
  kind: 'rateLimit',
  build: (options, site) => [new RateLimitGuard(options, site)],
  explain: ({ maxCalls = 10, period = '1m', onLimit = 'refuse', scope }) =>
    `${maxCalls} calls per ${period}${scopeText(scope)}, then ${onLimit}`,
};

function scopeText(scope: RateLimitOptions<unknown>['scope'] | string): string {
  if (scope === undefined) return '';
  if (scope === byUser) return ' for each user';
  if (scope === bySession) return ' for each session';
  return ` for each ${typeof scope === 'string' ? nameText(scope) : 'value of a function'}`;
}

/** What one call has of a window: its place, or its turn in the line for one. */
class Claim {
  readonly #tool: string;
  readonly scopeValue: string | undefined;
  ticket: Ticket | undefined;
  turn: WaitingTurn | undefined;

  constructor(tool: string, scopeValue: string | undefined, ticket: Ticket | undefined) {
    this.#tool = tool;
    this.scopeValue = scopeValue;
    this.ticket = ticket;
  }

  /** Name of the window. Unambiguous: a tool's id holds no control character. */
  get key(): string {
    return this.scopeValue === undefined ? this.#tool : `${this.#tool}\u0000${this.scopeValue}`;
  }
}

/** A place in the window: the time at which it was taken. All that has to be kept where calls are not told apart. */
type Ticket = number;

class RateLimitGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly readsArguments: boolean;
  readonly #tool: string;
  readonly #maxCalls: number;
  readonly #periodMs: number;
  readonly #waits: boolean;
  readonly #maxWaitMs: number;
  readonly #scope: RateLimitOptions<unknown>['scope'] | string;
  readonly #queue: TurnQueue;

  constructor(options: RateLimitOptions<unknown>, site: GuardSite) {
    const check = new OptionCheck(site, 'RateLimit', options, [
      'maxCalls',
      'period',
      'scope',
      'onLimit',
      'maxWait',
      'mode',
    ]);
    this.#tool = site.tool.id;
    this.#maxCalls = check.positiveInteger('maxCalls', 10);
    this.#periodMs = check.duration('period', '1m');
    this.#waits = check.oneOf('onLimit', ['refuse', 'wait'], 'refuse') === 'wait';
    this.#maxWaitMs = check.duration('maxWait', '30s');
    const scope: unknown = options?.scope;
    if (typeof scope === 'string') {
      this.#scope = check.argument('scope', scope);
      site.warn(`rate limit scope "${scope}" is an argument, which the model chooses: prefer byUser or bySession`);
    } else if (scope === undefined || typeof scope === 'function') {
      this.#scope = scope as RateLimitOptions<unknown>['scope'];
    } else {
      check.problem('scope', scope, 'must be byUser, bySession, the name of an argument or a function');
    }
    this.readsArguments = scope !== undefined && scope !== byUser && scope !== bySession;
    this.#queue = new TurnQueue(site.clock);
  }

  // Whoever comes while others wait has to wait behind them, even if a place is free at this moment.
  mustWait(call: GuardedCall): boolean {
    if (!this.#waits || this.#queue.isEmpty) return false;
    const { key, turn } = this.#claimOf(call);
    return this.#queue.isBehind(key, turn);
  }

  request(call: GuardedCall): RateTake | undefined {
    const { key, turn } = this.#claimOf(call);
    return this.#waits && this.#queue.isBehind(key, turn) ? undefined : this.#take(key);
  }

  #take(key: string): RateTake {
    return { op: 'rate.take', key, limit: this.#maxCalls, periodMs: this.#periodMs, observe: false };
  }

  admit(call: GuardedCall, answer: StoreAnswers['rate.take'] | undefined): Decision {
    const claim = this.#claimOf(call);
    if (answer?.admitted) {
      claim.ticket = answer.ticket;
      return undefined;
    }
    const retryAfterMs = answer !== undefined && 'retryAfterMs' in answer ? answer.retryAfterMs : 0;
    if (!this.#waits) throw this.#exceeded(claim, retryAfterMs);

    claim.turn ??= this.#queue.join(claim.key, call.now + this.#maxWaitMs);
    const { turn } = claim;
    if (call.now + retryAfterMs > turn.giveUpAt) {
      turn.leave();
      throw this.#exceeded(claim, retryAfterMs);
    }
    const until = turn.wait(call.now, retryAfterMs, () => this.#exceeded(claim, Math.max(retryAfterMs, 1)));
    return new Wait(until, () => turn.leave());
  }

  enter(call: GuardedCall, state: DirectState): Claim | Ticket | (() => RateLimitExceededError) | typeof ASK {
    if (this.#waits && !this.#queue.isEmpty) return ASK;
    // First: a function of the user may take its time, or make calls, and a window takes times in their order.
    const scopeValue = this.#scope === undefined ? undefined : this.#scopeValue(call);
    const now = state.at(call.now);
    if (state.rates.tryTake(this.#tool, scopeValue, this.#maxCalls, this.#periodMs, now))
      return scopeValue === undefined ? now : new Claim(this.#tool, scopeValue, now);
    const claim = new Claim(this.#tool, scopeValue, undefined);
    call.keep(this, claim);
    return this.#refusal(claim, state.rates.take(this.#take(claim.key), now));
  }

  // The place is used.
  readonly succeeded = nothingFollows;

  settle(call: GuardedCall, outcome: Outcome): RateGiveBack | undefined {
    const { key, ticket } = this.#claimOf(call);
    if (outcome.status !== 'refused' || ticket === undefined) return undefined;
    return { op: 'rate.giveBack', key, ticket };
  }

  // Made once per call: a scope function may answer differently when it is asked again.
  #claimOf(call: GuardedCall): Claim {
    const kept = call.kept(this) as Claim | Ticket | undefined;
    if (typeof kept === 'object') return kept;
    const claim = new Claim(this.#tool, this.#scope === undefined ? undefined : this.#scopeValue(call), kept);
    call.keep(this, claim);
    return claim;
  }

  #scopeValue(call: GuardedCall): string {
    const scope = this.#scope;
    let value: unknown;
    let cause: unknown;
    if (typeof scope === 'function') {
      try {
        value = scope(call.args, call);
      } catch (error) {
        cause = error;
      }
    } else {
      const args = call.args as Record<string, unknown>;
      value = Object.hasOwn(args, scope as string) ? args[scope as string] : undefined;
    }
    const text = idText(value);
    if (text === undefined) throw this.#noScope(call, cause);
    return text;
  }

  #noScope(call: GuardedCall, cause: unknown): ScopeValidationError {
    const scope = this.#scope;
    if (typeof scope === 'string') return new ScopeValidationError(this.#tool, scope, true, cause);
    const reason =
      scope === byUser && call.run.userId === undefined
        ? ' (this run has no user: open it with host.run({ userId }, …))'
        : '';
    return new ScopeValidationError(this.#tool, `${scope?.name || 'the scope function'}${reason}`, false, cause);
  }

  #refusal(claim: Claim, answer: StoreAnswers['rate.take']): (() => RateLimitExceededError) | typeof ASK {
    if (!('retryAfterMs' in answer)) return ASK;
    const { retryAfterMs } = answer;
    return this.#waits && retryAfterMs <= this.#maxWaitMs ? ASK : () => this.#exceeded(claim, retryAfterMs);
  }

  #exceeded({ scopeValue }: Claim, retryAfterMs: number): RateLimitExceededError {
    return new RateLimitExceededError({
      tool: this.#tool,
      maxCalls: this.#maxCalls,
      periodMs: this.#periodMs,
      scopeValue,
      retryAfterMs,
    });
  }
}
