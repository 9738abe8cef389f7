import { guardDecorator, type ToolDecorator } from '../agent/tool-decorator.js';
import type { Scheduled } from '../clock.js';
import type { Duration } from '../duration.js';
import { ToolTimeoutError } from '../errors/execution-errors.js';
import type { DirectState } from '../store/direct-state.js';
import { type Deadline, DeadlineList } from './deadline-list.js';
import { DIRECT, type DirectGuard } from './direct-guard.js';
import type { Guard, GuardedCall } from './guard.js';
import { declareGuard, type GuardDefinition, type Mode } from './guard-definition.js';
import type { GuardSite } from './guard-site.js';
import { OptionCheck } from './option-check.js';

/** Options of `@Timeout`. */
export interface TimeoutOptions {
  /** Longest time from the start of the method: milliseconds or a text such as `'2s'`, at most 366 days. */
  readonly after: Duration;
  /** `observe`: report, but never cut off. @default 'enforce' */
  readonly mode?: Mode;
}

/**
 * Limits how long the method may take. At the deadline `call.signal` aborts and the caller gets the error at once, even
 * if the method ignores the signal; whether it took effect is then not known. Waiting for a place or a store does not count.
 * In an `async *` tool the time of its body counts, not that of its consumer.
 *
 * @throws {HostConfigurationError} when the host is created, if the duration is none
 * @throws {ToolTimeoutError} at the call
 */
export function Timeout<Args>(after: Duration | TimeoutOptions): ToolDecorator<Args> {
  return guardDecorator('Timeout', declareGuard(timeout, timeout.normalise(after)));
}

/** How `@Timeout` becomes a guard. */
export const timeout: GuardDefinition<TimeoutOptions> & {
  normalise(after: Duration | TimeoutOptions): TimeoutOptions;
} = {
  kind: 'timeout',
  normalise: (after) => (typeof after === 'object' ? after : { after }),
  build(options, site) {
    const check = new OptionCheck(site, 'Timeout', options, ['after', 'mode'], 'usage.timeout_configuration');
    if (options?.after === undefined) check.problem('after', undefined, 'must be a duration');
    const timeoutMs = check.duration('after', 1);
    return [site.tool.streams ? new StreamTimeoutGuard(timeoutMs, site) : new TimeoutGuard(timeoutMs, site)];
  },
  explain: ({ after }) => `${after}`,
};

class TimeoutGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly readsArguments = false;
  readonly #tool: string;
  readonly #timeoutMs: number;
  readonly #deadlines: DeadlineList;

  constructor(timeoutMs: number, site: GuardSite) {
    this.#tool = site.tool.id;
    this.#timeoutMs = timeoutMs;
    // One list, and so one timer, for all tools of this timeout.
    this.#deadlines = site.shared(`deadlines:${timeoutMs}`, () => new DeadlineList(site.clock, timeoutMs));
  }

  dispatched(call: GuardedCall): void {
    call.keep(this, this.started(call));
  }

  started(call: GuardedCall): Deadline {
    return this.#deadlines.add(call.now, this, call);
  }

  onDeadline(call: GuardedCall): void {
    call.cutOff(this, new ToolTimeoutError(this.#tool, this.#timeoutMs, call.run.id));
  }

  succeeded(_call: GuardedCall, _state: DirectState, deadline: unknown): void {
    if (deadline !== undefined) this.#deadlines.remove(deadline as Deadline);
  }

  settle(call: GuardedCall): void {
    const deadline = call.kept(this) as Deadline | undefined;
    if (deadline !== undefined) this.#deadlines.remove(deadline);
  }
}

interface StreamTime {
  remainingMs: number;
  since: number;
  timer: Scheduled | undefined;
  /** Its deadline was told; in observe mode the stream goes on. */
  isOver: boolean;
}

// A generator runs in pieces, each with another time left, so the pieces have timers of their own.
class StreamTimeoutGuard implements Guard {
  readonly readsArguments = false;
  readonly #tool: string;
  readonly #timeoutMs: number;
  readonly #site: GuardSite;

  constructor(timeoutMs: number, site: GuardSite) {
    this.#tool = site.tool.id;
    this.#timeoutMs = timeoutMs;
    this.#site = site;
  }

  dispatched(call: GuardedCall): void {
    const { clock } = this.#site;
    const time = (call.kept(this) as StreamTime | undefined) ?? {
      remainingMs: this.#timeoutMs,
      since: 0,
      timer: undefined,
      isOver: false,
    };
    call.keep(this, time);
    if (time.isOver) return;
    time.since = clock.now();
    time.timer = clock.schedule(() => this.#cutOff(call, time), time.remainingMs);
  }

  suspended(call: GuardedCall): void {
    const time = call.kept(this) as StreamTime | undefined;
    if (time === undefined || time.isOver) return;
    time.timer?.cancel();
    time.remainingMs = Math.max(0, time.remainingMs - (this.#site.clock.now() - time.since));
    // A body that never really waits lets no timer fire.
    if (time.remainingMs === 0) this.#cutOff(call, time);
  }

  settle(call: GuardedCall): void {
    (call.kept(this) as StreamTime | undefined)?.timer?.cancel();
  }

  #cutOff(call: GuardedCall, time: StreamTime): void {
    time.isOver = true;
    call.cutOff(this, new ToolTimeoutError(this.#tool, this.#timeoutMs, call.run.id));
  }
}
