import type { BudgetModel, BudgetStep, CostStep, ModelStep } from './budget-model.js';
import type { CapturedError } from './captured-error.js';

/** A run as a page shows it: plain data, ready for JSON. */
export interface RunModel {
  /** Id of the run. */
  readonly runId: string;
  /** Id of its session; that of the run where it has one of its own. */
  readonly sessionId: string;
  /** Who it was for, where that was said. */
  readonly userId?: string | undefined;
  /** `stopped`: it was killed, aborted, or its deadline passed. `open`: no end was seen. */
  readonly outcome: 'success' | 'blocked' | 'failed' | 'stopped' | 'open';
  /** Name of the error that it ended with, or the code by which it was stopped before. */
  readonly errorType?: string | undefined;
  /** Epoch milliseconds; absent where listening began later. */
  readonly startedAt?: number | undefined;
  /** From start to end, in milliseconds; absent where one of them was not seen. */
  readonly durationMs?: number | undefined;
  /** What happened, in the order in which it began. */
  readonly steps: readonly StepModel[];
  /** Its budget scopes as they were at last, in the order in which they were opened. */
  readonly budgets: readonly BudgetModel[];
}

/** Something that happened in a run. */
export type StepModel = UserStep | VouchedStep | CallModel | ModelStep | CostStep | BudgetStep;

/** The user said something. */
export interface UserStep {
  readonly step: 'user';
  /** Epoch milliseconds. */
  readonly time: number;
  /** Captured: cut where it is long. */
  readonly text: string;
}

/** The application vouched for a value. */
export interface VouchedStep {
  readonly step: 'vouched';
  /** Epoch milliseconds. */
  readonly time: number;
  /** What the application vouched for. */
  readonly fact: FactModel;
}

/** A call of a tool. */
export interface CallModel {
  readonly step: 'call';
  /** Counted from 1, in the order in which calls began. */
  readonly number: number;
  /** When the first of its events came, in epoch milliseconds. */
  readonly time: number;
  /** Id of the tool, such as `OrderAgent.cancel`. */
  readonly toolName: string;
  /** Id of the call, unique in its run. */
  readonly callId: string;
  /** Which attempt of the tool in the run it was, from 1; 0 where that was not counted yet. */
  readonly attempt: number;
  /** Captured, as plain data. */
  readonly args: unknown;
  /** What guards decided, in their order; those that looked at the result come after the method. */
  readonly marks: readonly MarkModel[];
  /**
   * `withheld`: the method ran, and a guard kept its result back. `cut off`: the caller was told before the method ended.
   * `open`: no end was seen.
   */
  readonly ending: 'returned' | 'failed' | 'refused' | 'withheld' | 'replayed' | 'cut off' | 'open';
  /** Of the method, in milliseconds. */
  readonly durationMs?: number | undefined;
  /** Captured, as plain data. */
  readonly result?: unknown;
  /** What the method threw. */
  readonly failure?: FailureModel | undefined;
  /** Facts that let it through. */
  readonly uses: readonly UseModel[];
  /** Facts that its result proved. */
  readonly proves: readonly FactModel[];
}

/** An error of a method. */
export interface FailureModel {
  /** Name of the error. */
  readonly errorType: string;
  /** Captured: cut where it is long. */
  readonly message: string;
}

/** What a guard decided about a call. */
export interface MarkModel {
  /** Kind of the guard, such as `rateLimit`. */
  readonly guard: string;
  /** What it decided. */
  readonly state: MarkState;
  /** How many times in a row. */
  readonly times: number;
  /** Code of the refusal, or of the one that there would have been. */
  readonly code?: string | undefined;
  /** What the guard refused with, would have refused with, or cut off with. */
  readonly error?: CapturedError | undefined;
}

/** `dropped`: there was no room for what was proven. */
export type MarkState =
  | 'admitted'
  | 'refused'
  | 'replayed'
  | 'observed'
  | 'waited'
  | 'cut off'
  | 'ended late'
  | 'dropped';

/** A fact: a value of a kind, and what it was proven about. */
export interface FactModel {
  /** Such as `order_id`. */
  readonly kind: string;
  /** As text. */
  readonly value: string;
  /** Value of the argument that it was proven about. */
  readonly about?: string | undefined;
}

/** A fact that a call needed, and where it came from. */
export interface UseModel extends FactModel {
  /** Where it came from. */
  readonly source: FactSourceModel;
}

/** Where a fact came from; `step` is a place in `steps` of the same run, and absent where that was not seen. */
export type FactSourceModel =
  /** A call of this run. */
  | { readonly from: 'call'; readonly step: number }
  /** Another run on the page: its place in the list of runs, and the number of the call. */
  | { readonly from: 'other run'; readonly run: number; readonly call: number; readonly tool: string }
  /** No call on the page is known to have proven it before. */
  | { readonly from: 'unseen call'; readonly tool?: string | undefined }
  /** What the user said. */
  | { readonly from: 'user'; readonly step?: number | undefined }
  /** What the application vouched for. */
  | { readonly from: 'app'; readonly step?: number | undefined };
