import type { RefusedCall, TraceResult } from './trace-result.js';

/** How often a guard of a tool refused for one reason. */
export interface RefusalCount {
  /** Suite of the traces. */
  readonly suite: string;
  /** The calls were written down, not made by a model. They are never counted together. */
  readonly scripted: boolean;
  /** Of such calls: what they are called, where they have a name. */
  readonly script?: string | undefined;
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

  add(result: TraceResult): void {
    const { tally } = result;
    const here = new Set<Counted>();
    for (const refused of result.refused) {
      const count = this.#of(refusalReason(result, refused));
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

  #of(reason: RefusalReason): Counted {
    const key = reasonKey(reason);
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    if (this.#counts.size >= MAX_REASONS && reason.arg !== undefined) return this.#of({ ...reason, arg: undefined });
    const count = { ...reason, calls: 0, traces: 0, usefulTraces: 0, attackTraces: 0 };
    this.#counts.set(key, count);
    return count;
  }
}

/** What is counted together. */
export type RefusalReason = Pick<
  RefusalCount,
  'suite' | 'scripted' | 'script' | 'tool' | 'guard' | 'code' | 'rule' | 'arg'
>;

/** The reason of one refused call. */
export function refusalReason(
  { suite, isScripted, model }: Pick<TraceResult, 'suite' | 'isScripted' | 'model'>,
  refused: RefusedCall,
): RefusalReason {
  const { tool, guard, code, rule, arg } = refused;
  return {
    suite,
    scripted: isScripted,
    ...(isScripted && model !== undefined && { script: model }),
    tool,
    guard,
    code,
    ...(rule !== undefined ? { rule } : arg !== undefined && { arg: withoutPlaces(arg) }),
  };
}

/** The same for what is the same reason, and for nothing else. */
export function reasonKey({ suite, scripted, script, tool, guard, code, rule, arg }: RefusalReason): string {
  return JSON.stringify([suite, scripted, script, tool, guard, code, rule, arg]);
}

/** `Shop.refund`, or `Shop.refund (scripted: ground-truth)`. */
export function shownTool({ tool, scripted, script }: Pick<RefusalCount, 'tool' | 'scripted' | 'script'>): string {
  if (!scripted) return tool;
  return `${tool} (${script === undefined ? 'scripted' : `scripted: ${script}`})`;
}

/** One reason for all entries of a list: `items.3.id` and `items.4.id` are `items.*.id`. */
function withoutPlaces(path: string): string {
  return path.replace(/(?<=^|\.)\d+(?=\.|$)|(?<=\[)\d+(?=\])/g, '*');
}
