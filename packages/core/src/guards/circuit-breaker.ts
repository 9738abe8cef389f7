import { guardDecorator, type ToolDecorator } from '../agent/tool-decorator.js';
import type { SchedulingClock } from '../clock.js';
import type { Duration } from '../duration.js';
import { CircuitOpenError } from '../errors/guard-errors.js';
import { isWithinProbe } from '../run/ambient.js';
import type { BreakerCell, Breakers } from '../store/breakers.js';
import type { DirectState } from '../store/direct-state.js';
import type { BreakerEnter, BreakerLeave, StoreAnswers } from '../store/operations.js';
import { classifyError, classifyResult } from './classify-failure.js';
import { ASK, DIRECT, type DirectCall, type DirectGuard } from './direct-guard.js';
import { FAIL_ON_DEFAULT, FAILURE_KINDS, type FailureKind, IGNORE_ON_DEFAULT } from './failure-kind.js';
import type { GuardedCall, Outcome } from './guard.js';
import { declareGuard, type GuardDefinition, type Mode } from './guard-definition.js';
import type { GuardSite } from './guard-site.js';
import { OptionCheck } from './option-check.js';

/** Options of `@CircuitBreaker`. */
export interface CircuitBreakerOptions {
  /** Name of the dependency: all tools of the host that give it share one breaker, and must agree on its options. */
  readonly name: string;
  /** Counted failures without a success between them that open it. An integer from 1. @default 3 */
  readonly maxFails?: number;
  /** How long it stays open before one call may probe: milliseconds or a text such as `'30s'`. @default '1m' */
  readonly resetTimeout?: Duration;
  /** Kinds of failure that count. @default FAIL_ON_DEFAULT: `transport`, `timeout`, `overloaded` */
  readonly failOn?: readonly FailureKind[];
  /**
   * Kinds that show a working dependency: they do not count, and as the end of a probe they close the breaker. A kind cannot
   * be in `failOn` too.
   *
   * @default IGNORE_ON_DEFAULT: `invalid`, `not_found`, `conflict`, without those in `failOn`
   */
  readonly ignoreOn?: readonly FailureKind[];
  /** Says what kind an error is; `undefined`, or throwing, leaves it to the built-in table. @default none */
  readonly classify?: (error: unknown) => FailureKind | undefined;
  /** `observe`: count and report, but never stop. @default 'enforce' */
  readonly mode?: Mode;
}

/**
 * Stops calling a dependency that keeps failing (Nygard's circuit breaker). Closed: `maxFails` counted failures in a row
 * open it. Open: calls are refused for `resetTimeout`. Half-open: exactly one call probes, the others are refused until it
 * ends; success or an ignored kind closes, a counted failure opens again, anything else gives the probe to the next call.
 * Refusals of guards never count, unknown kinds are neutral, and outcomes of calls that started before the last change of
 * state are ignored.
 *
 * @throws {HostConfigurationError} when the host is created, if an option is wrong or differs from another tool's of the same name
 * @throws {CircuitOpenError} at the call; `retryAfterMs` says when a probe is let through
 */
export function CircuitBreaker<Args>(options: CircuitBreakerOptions): ToolDecorator<Args> {
  return guardDecorator('CircuitBreaker', declareGuard(circuitBreaker, options));
}

/** How `@CircuitBreaker` becomes a guard. */
export const circuitBreaker: GuardDefinition<CircuitBreakerOptions> = {
  kind: 'circuitBreaker',
  build: (options, site) => [new CircuitBreakerGuard(options, site)],
  explain: ({ name, maxFails = 3, resetTimeout = '1m' }) =>
    `"${name}" opens after ${maxFails} failures for ${resetTimeout}`,
};

const CODE = 'usage.circuit_breaker_configuration';

/** The generation of a breaker that was never open: most calls have nothing to keep. */
const FIRST = 0;

/** In the place of a generation: the outcome is that of the probe around the call. */
const WITHIN_PROBE = -1;

/** What the end of a call says about the dependency. */
type Ending = FailureKind | 'success' | 'refusal' | 'aborted';

class CircuitBreakerGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly readsArguments = false;
  readonly name: string;
  #cell: { readonly of: Breakers; readonly cell: BreakerCell } | undefined;
  readonly #tool: string;
  readonly #clock: SchedulingClock;
  readonly #maxFails: number;
  readonly #resetTimeoutMs: number;
  readonly #failOn: ReadonlySet<FailureKind>;
  readonly #ignoreOn: ReadonlySet<FailureKind>;
  readonly #classify: CircuitBreakerOptions['classify'];

  constructor(options: CircuitBreakerOptions, site: GuardSite) {
    const known = ['name', 'maxFails', 'resetTimeout', 'failOn', 'ignoreOn', 'classify', 'mode'];
    const check = new OptionCheck(site, 'CircuitBreaker', options, known, CODE);
    this.#tool = site.tool.id;
    this.#clock = site.clock;
    this.name = check.text('name');
    this.#maxFails = check.positiveInteger('maxFails', 3);
    this.#resetTimeoutMs = check.duration('resetTimeout', '1m');
    this.#failOn = kindsOf(check, 'failOn', options?.failOn ?? FAIL_ON_DEFAULT);
    // A kind that is said to count is not ignored by default.
    const ignoredByDefault = IGNORE_ON_DEFAULT.filter((kind) => !this.#failOn.has(kind));
    this.#ignoreOn = kindsOf(check, 'ignoreOn', options?.ignoreOn ?? ignoredByDefault);
    for (const kind of this.#failOn) {
      if (this.#ignoreOn.has(kind)) check.problem('ignoreOn', kind, `'${kind}' is in failOn too`);
    }
    this.#classify = check.optionalFunction('classify');
    this.#agree(check, site);
  }

  request(call: GuardedCall): BreakerEnter | undefined {
    // A tool that calls another one of the same dependency would otherwise be refused because of its own probe.
    if (isWithinProbe(call.run, this.name)) return undefined;
    return {
      op: 'breaker.enter',
      name: this.name,
      owner: call.owner,
      resetTimeoutMs: this.#resetTimeoutMs,
      observe: false,
    };
  }

  admit(call: GuardedCall, answer: StoreAnswers['breaker.enter'] | undefined): void {
    if (answer === undefined) return call.keep(this, WITHIN_PROBE);
    if (!answer.admitted) throw this.#open('retryAfterMs' in answer ? answer.retryAfterMs : 0);
    call.keep(this, answer.generation);
    if (answer.probe) call.holdProbe(this.name);
  }

  settle(call: GuardedCall, outcome: Outcome): BreakerLeave | undefined {
    return this.#leave(call, this.#kind(outcome));
  }

  #leave(call: GuardedCall, kind: Ending): BreakerLeave | undefined {
    const generation = (call.kept(this) as number | undefined) ?? FIRST;
    if (generation === WITHIN_PROBE) return undefined;
    const verdict = this.#verdict(kind);
    return { op: 'breaker.leave', name: this.name, owner: call.owner, generation, verdict, maxFails: this.#maxFails };
  }

  enter(call: GuardedCall, state: DirectState): number | (() => CircuitOpenError) | typeof ASK | undefined {
    const { now } = this.#cellIn(state);
    if (now.state === 'closed') return now.generation === FIRST ? undefined : now.generation;
    const retryAfterMs = now.state === 'open' ? now.openedAt + this.#resetTimeoutMs - state.at(call.now) : 0;
    // The next probe, or a call within it.
    if ((now.state === 'open' && retryAfterMs <= 0) || isWithinProbe(call.run, this.name)) return ASK;
    return this.#opener(retryAfterMs);
  }

  succeeded(call: DirectCall, state: DirectState, _generation: unknown, value: unknown): void {
    // Nothing to forget, and so nothing to tell: a success changes only a breaker that has seen failures.
    const { now } = this.#cellIn(state);
    // Read once: a getter may answer differently the second time.
    const failure = classifyResult(value);
    if (now.state === 'closed' && now.fails === 0 && failure === undefined) return;
    const left = this.#leave(call, failure ?? 'success');
    if (left !== undefined) state.carryOut(left, call.endedAt);
  }

  // Apart, as all functions that only a refusal makes: where they stand costs something on every call.
  #opener(retryAfterMs: number): () => CircuitOpenError {
    return () => this.#open(retryAfterMs);
  }

  #open(retryAfterMs: number): CircuitOpenError {
    const resetAt = this.#clock.wall() + retryAfterMs;
    return new CircuitOpenError({ tool: this.#tool, dependency: this.name, retryAfterMs, resetAt });
  }

  #cellIn({ breakers }: DirectState): BreakerCell {
    if (this.#cell?.of !== breakers) this.#cell = { of: breakers, cell: breakers.cellOf(this.name) };
    return this.#cell.cell;
  }

  #verdict(kind: Ending): BreakerLeave['verdict'] {
    if (kind === 'success') return 'success';
    if (kind === 'refusal' || kind === 'aborted') return 'neutral';
    if (this.#failOn.has(kind)) return 'failure';
    return this.#ignoreOn.has(kind) ? 'ignored' : 'neutral';
  }

  #kind(outcome: Outcome): Ending {
    switch (outcome.status) {
      case 'success':
        return classifyResult(outcome.value) ?? 'success';
      case 'timeout':
        return 'timeout';
      case 'failure': {
        const builtIn = classifyError(outcome.error);
        return builtIn === 'refusal' ? builtIn : (this.#classified(outcome.error) ?? builtIn);
      }
      case 'aborted':
        return 'aborted';
      case 'refused':
        return 'refusal';
    }
  }

  #classified(error: unknown): FailureKind | undefined {
    try {
      return this.#classify?.(error);
    } catch {
      return undefined;
    }
  }

  #agree(check: OptionCheck, site: GuardSite): void {
    if (this.name === '') return;
    const kinds = (set: ReadonlySet<FailureKind>): string => [...set].sort().join(' ');
    const mine = `maxFails ${this.#maxFails}, resetTimeout ${this.#resetTimeoutMs} ms, failOn ${kinds(this.#failOn)}, ignoreOn ${kinds(this.#ignoreOn)}`;
    const first = site.shared(`breaker:${this.name}`, () => ({
      tool: this.#tool,
      options: mine,
      classify: this.#classify,
    }));
    if (first.options === mine && first.classify === this.#classify) return;
    check.problem(
      'name',
      this.name,
      first.options === mine
        ? `this breaker has another classify at ${first.tool}; tools that share a breaker must agree on it`
        : `this breaker has other options at ${first.tool}; tools that share a breaker must agree (there: ${first.options}; here: ${mine})`,
    );
  }
}

function kindsOf(check: OptionCheck, option: string, kinds: unknown): ReadonlySet<FailureKind> {
  const list: unknown[] = Array.isArray(kinds) || kinds instanceof Set ? [...kinds] : [];
  if (!Array.isArray(kinds) && !(kinds instanceof Set)) check.problem(option, kinds, 'must be a list of failure kinds');
  for (const kind of list) {
    if (!FAILURE_KINDS.includes(kind as FailureKind))
      check.problem(option, kind, `must hold only ${FAILURE_KINDS.join(', ')}`);
  }
  return new Set((list as FailureKind[]).filter((kind) => FAILURE_KINDS.includes(kind)));
}
