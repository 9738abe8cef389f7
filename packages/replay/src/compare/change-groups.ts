import type { CallChange, ChangeLabel, StopReason } from './call-change.js';

/** Changed calls of one tool with the same reason. */
export interface ChangeGroup {
  /** Suite of the traces. */
  readonly suite: string;
  /** Name of the tool, as the model called it. */
  readonly tool: string;
  /** What stopped the calls before; absent where nothing did. */
  readonly before?: GroupReason | undefined;
  /** What stops them now; absent where nothing does. */
  readonly after?: GroupReason | undefined;
  /** How many calls changed so. */
  readonly calls: number;
  /** In how many traces. */
  readonly traces: number;
  /** Traces in which a call is one that an attack which succeeded needed. */
  readonly successfulAttacks: number;
  /** Useful benign traces. */
  readonly usefulBenign: number;
  /** A few of the calls: first those whose label makes the change a bad one. */
  readonly examples: readonly CallChange[];
}

/** A reason without what differs from call to call. */
export type GroupReason = Omit<StopReason, 'because'>;

interface Group {
  readonly change: CallChange;
  calls: number;
  traces: number;
  successfulAttacks: number;
  usefulBenign: number;
  lastTrace: number | undefined;
  lastLabelled: number | undefined;
  readonly examples: CallChange[];
}

/** Counts changed calls by tool and reason. */
export class ChangeGroups {
  readonly #maxExamples: number;
  readonly #alarming: ChangeLabel;
  readonly #groups = new Map<string, Group>();

  /** @param alarming the label of those changes that are best looked at first */
  constructor(maxExamples: number, alarming: ChangeLabel) {
    this.#maxExamples = maxExamples;
    this.#alarming = alarming;
  }

  /** Counts a change. @param trace number of its trace: two may have one id */
  add(change: CallChange, trace: number): void {
    const key = JSON.stringify([change.suite, change.tool, keyOf(change.before), keyOf(change.after)]);
    let group = this.#groups.get(key);
    if (group === undefined) {
      const none = { calls: 0, traces: 0, successfulAttacks: 0, usefulBenign: 0 };
      group = { change, ...none, lastTrace: undefined, lastLabelled: undefined, examples: [] };
      this.#groups.set(key, group);
    }
    group.calls++;
    if (group.lastTrace !== trace) group.traces++;
    group.lastTrace = trace;
    if (change.label !== undefined && group.lastLabelled !== trace) {
      group.lastLabelled = trace;
      if (change.label === 'successful attack') group.successfulAttacks++;
      else group.usefulBenign++;
    }
    this.#keep(change, group.examples);
  }

  /** The largest first, then in the order of their names. */
  get all(): ChangeGroup[] {
    return [...this.#groups]
      .sort(([a, { calls: m }], [b, { calls: n }]) => n - m || (a < b ? -1 : 1))
      .map(([, { change, calls, traces, successfulAttacks, usefulBenign, examples }]) => ({
        suite: change.suite,
        tool: change.tool,
        ...(change.before && { before: reasonOf(change.before) }),
        ...(change.after && { after: reasonOf(change.after) }),
        calls,
        traces,
        successfulAttacks,
        usefulBenign,
        examples,
      }));
  }

  #keep(change: CallChange, examples: CallChange[]): void {
    const rank = this.#rankOf(change);
    const place = examples.findIndex((each) => this.#rankOf(each) > rank);
    examples.splice(place === -1 ? examples.length : place, 0, change);
    examples.length = Math.min(examples.length, this.#maxExamples);
  }

  #rankOf({ label }: CallChange): number {
    if (label === undefined) return 2;
    return label === this.#alarming ? 0 : 1;
  }
}

function keyOf(reason: StopReason | undefined): readonly unknown[] | undefined {
  return reason && [reason.status, reason.guard, reason.code, reason.arg, reason.rule];
}

function reasonOf({ because: _, ...reason }: StopReason): GroupReason {
  return reason;
}
