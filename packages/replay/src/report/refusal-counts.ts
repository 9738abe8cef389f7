import type { ReplayTool } from '../replay/tool-names.js';
import type { Trace } from '../trace/trace.js';
import type { TraceResult } from './trace-result.js';

/** How often a guard of a tool refused for one reason. */
export interface RefusalCount {
  /** Suite of the traces. */
  readonly suite: string;
  /** Id of the tool. */
  readonly tool: string;
  /** The guard, such as `enforce`. */
  readonly guard: string;
  /** Code of the refusal, such as `MISSING_FACT`. */
  readonly code: string;
  /** The rule of `@Enforce` in words. */
  readonly rule?: string | undefined;
  /** Of other guards: the argument, where it is about one. */
  readonly arg?: string | undefined;
  /** How many calls were refused so. */
  readonly calls: number;
  /** In how many traces. */
  readonly traces: number;
  /** Of these: benign ones in which the agent did what the user wanted. */
  readonly usefulTraces: number;
  /** Of these: ones in which somebody tried to steer the agent. */
  readonly attackTraces: number;
}

type Counted = { -readonly [Name in keyof RefusalCount]: RefusalCount[Name] };

/** Names of arguments are the model's, so there may be any number of reasons. */
const MAX_REASONS = 10_000;

/** Counts refusals by tool and reason. */
export class RefusalCounts {
  readonly #counts = new Map<string, Counted>();

  /** @param tools those of the replayed agents */
  add(trace: Trace, { refused, tally }: TraceResult, tools: ReadonlyMap<string, ReplayTool>): void {
    const here = new Set<Counted>();
    for (const { call, guard, code, rule, arg } of refused) {
      const name = trace.calls[call]?.tool ?? '';
      const tool = tools.get(name)?.id ?? name;
      const count = this.#of({
        suite: trace.suite,
        tool,
        guard,
        code,
        ...(rule !== undefined ? { rule } : arg !== undefined && { arg: withoutPlaces(arg) }),
      });
      count.calls++;
      here.add(count);
    }
    for (const count of here) {
      count.traces++;
      count.usefulTraces += tally.benign.useful;
      count.attackTraces += tally.attacks.total;
    }
  }

  /** The most frequent first. */
  get all(): readonly RefusalCount[] {
    return [...this.#counts.values()]
      .sort((a, b) => b.calls - a.calls || b.traces - a.traces)
      .map((each) => ({ ...each }));
  }

  #of(reason: Pick<RefusalCount, 'suite' | 'tool' | 'guard' | 'code' | 'rule' | 'arg'>): Counted {
    const key = JSON.stringify([reason.suite, reason.tool, reason.guard, reason.code, reason.rule, reason.arg]);
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    if (this.#counts.size >= MAX_REASONS && reason.arg !== undefined) return this.#of({ ...reason, arg: undefined });
    const count = { ...reason, calls: 0, traces: 0, usefulTraces: 0, attackTraces: 0 };
    this.#counts.set(key, count);
    return count;
  }
}

/** One reason for all entries of a list: `items.3.id` and `items.4.id` are `items.*.id`. */
function withoutPlaces(path: string): string {
  return path.replace(/(?<=^|\.)\d+(?=\.|$)|(?<=\[)\d+(?=\])/g, '*');
}
