import { errorSummary, plainData } from './plain-data.js';
import { cut } from './refusal.js';

/** Marks our errors, so that they are known across duplicate copies of the package. */
const ERROR_BRAND = Symbol.for('actguard.error');

/** Longest message in `toJSON()`: that of a host names all of its problems. */
const MAX_MESSAGE_LENGTH = 4096;

/** What every ActGuard error carries besides its message. */
export interface ErrorFacts {
  /** Stable identifier to branch on, such as `guard.rate_limit_exceeded`. */
  readonly code: string;
  /** Short machine-readable reason. @default the part of `code` after the last dot, in lower case */
  readonly reason?: string | undefined;
  /** Whether the same call may succeed later without a change. @default false */
  readonly retryable?: boolean | undefined;
  /** The facts of this failure, for logs and events. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** What led to it. */
  readonly cause?: unknown;
}

/**
 * Base of every error that ActGuard throws. Branch on `code`: class names may be minified and two copies of the package
 * have two classes, so `isActGuardError` is the safe test.
 */
export class ActGuardError extends Error {
  /** Stable identifier, such as `guard.circuit_open`. */
  declare readonly code: string;
  /** Short machine-readable reason, such as `circuit_open`. */
  declare readonly reason: string;
  /** Whether the same call may succeed later without a change. */
  declare readonly retryable: boolean;
  /** The facts of this failure. */
  declare readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.reason = facts.reason ?? facts.code.slice(facts.code.lastIndexOf('.') + 1).toLowerCase();
    this.retryable = facts.retryable ?? false;
    this.details = facts.details ?? {};
    // Not in constructors of the classes that have one: for each that is on the stack, V8 takes longer to record it.
    const { tool } = facts as { readonly tool?: string };
    if (tool !== undefined) (this as { tool?: string }).tool = tool;
  }

  /**
   * Plain data for logs, of bounded size whatever the details hold: long texts, lists and nested values are cut. No stack,
   * and of the cause only its name and code.
   */
  toJSON(): Record<string, unknown> {
    const { name, code, reason, retryable } = this;
    const facts = plainData({ name, code, reason }) as Record<string, unknown>;
    const message = cut(String(this.message), MAX_MESSAGE_LENGTH);
    const cause = this.cause === undefined ? {} : { cause: errorSummary(this.cause) };
    return { ...facts, message, retryable, details: plainData(this.details), ...cause };
  }
}

Object.defineProperty(ActGuardError.prototype, ERROR_BRAND, { value: true });
nameError(ActGuardError, 'ActGuardError');

/** Whether a thrown value is an ActGuard error, of this copy of the package or of another. */
export function isActGuardError(error: unknown): error is ActGuardError {
  try {
    return typeof error === 'object' && error !== null && ERROR_BRAND in error;
  } catch {
    // A proxy that refuses to be asked.
    return false;
  }
}

/** Gives an error class a name that survives minification. */
export function nameError(errorClass: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(errorClass.prototype, 'name', { value: name, configurable: true, writable: true });
}
