import type { CapturedError } from './captured-error.js';

/** A run as a page shows it: plain data, ready for JSON. */
export interface RunModel {
  readonly runId: string;
  readonly sessionId: string;
  readonly userId?: string | undefined;
  /** `open`: no end was seen. */
  readonly outcome: 'success' | 'blocked' | 'failed' | 'open';
  readonly errorType?: string | undefined;
  /** Epoch milliseconds; absent where listening began later. */
  readonly startedAt?: number | undefined;
  readonly durationMs?: number | undefined;
  /** What happened, in the order in which it began. */
  readonly steps: readonly StepModel[];
}

/** Something that happened in a run. */
export type StepModel = UserStep | VouchedStep | CallModel;

/** The user said something. */
export interface UserStep {
  readonly step: 'user';
  readonly time: number;
  readonly text: string;
}

/** The application vouched for a value. */
export interface VouchedStep {
  readonly step: 'vouched';
  readonly time: number;
  readonly fact: FactModel;
}

/** A call of a tool. */
export interface CallModel {
  readonly step: 'call';
  /** Counted from 1, in the order in which calls began. */
  readonly number: number;
  readonly time: number;
  readonly toolName: string;
  readonly callId: string;
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
  readonly failure?: { readonly errorType: string; readonly message: string } | undefined;
  readonly uses: readonly UseModel[];
  readonly proves: readonly FactModel[];
}

/** What a guard decided about a call. */
export interface MarkModel {
  readonly guard: string;
  readonly state: MarkState;
  /** How many times in a row. */
  readonly times: number;
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
  readonly kind: string;
  readonly value: string;
  readonly about?: string | undefined;
}

/** A fact that a call needed, and where it came from. */
export interface UseModel extends FactModel {
  readonly source: FactSourceModel;
}

/** Where a fact came from; `step` is a place in `steps` of the same run, and absent where that was not seen. */
export type FactSourceModel =
  | { readonly from: 'call'; readonly step: number }
  /** Another run on the page: its place in the list of runs, and the number of the call. */
  | { readonly from: 'other run'; readonly run: number; readonly call: number; readonly tool: string }
  | { readonly from: 'unseen call'; readonly tool?: string | undefined }
  | { readonly from: 'user'; readonly step?: number | undefined }
  | { readonly from: 'app'; readonly step?: number | undefined };
