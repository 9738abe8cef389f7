import { isActGuardError, type Refusal } from '@actguard/core';
import { capturedText } from './captured.js';

/** What a call lacked: a fact that nothing proved, or a step that had not succeeded. */
export type Missing =
  /** No fact of this kind and value, or none that was proven about this. */
  | { readonly what: 'fact'; readonly kind: string; readonly value?: string; readonly about?: string }
  /** This tool has not succeeded yet. */
  | { readonly what: 'step'; readonly step: string };

/** What a timeline keeps of an error, as plain data. An event that is made up for a page may carry one too. */
export interface CapturedError {
  /** The refusal as the model reads it; none of an error that is no refusal. */
  readonly refusal?: Partial<Refusal>;
  /** What would have let the call through. */
  readonly missing?: Missing;
  /** Code of an error of ActGuard that no model reads, such as `budget.unbounded_cost`. */
  readonly code?: string;
  /** The least that the call needed of a budget, where what was left did not suffice. */
  readonly needed?: number;
}

const MAX_SENTENCE = 400;
const MAX_NAME = 256;

/** Reads an error, live or captured before. Never throws; what cannot be read is left out. */
export function capturedError(error: unknown): CapturedError {
  try {
    if (typeof error !== 'object' || error === null) return {};
    if (!isActGuardError(error)) return recaptured(error);
    const toPrompt: unknown = (error as { toPrompt?: unknown }).toPrompt;
    const refusal = typeof toPrompt === 'function' ? refusalFrom(toPrompt.call(error)) : undefined;
    const { code, details } = error;
    return found(refusal, missingIn(code, details), {
      ...(refusal === undefined && { code }),
      needed: details['needed'],
    });
  } catch {
    return {};
  }
}

function recaptured(error: object): CapturedError {
  if (error instanceof Error) return {};
  const { refusal, missing, code, needed } = error as Readonly<Record<string, unknown>>;
  return found(refusalFrom(refusal), missingFrom(missing), { code, needed });
}

function found(
  refusal: Partial<Refusal> | undefined,
  missing: Missing | undefined,
  { code, needed }: { readonly code?: unknown; readonly needed?: unknown },
): CapturedError {
  return {
    ...(refusal && { refusal }),
    ...(missing && { missing }),
    ...(typeof code === 'string' && { code: capturedText(code, MAX_NAME) }),
    ...(typeof needed === 'number' && Number.isFinite(needed) && { needed }),
  };
}

function refusalFrom(prompt: unknown): Partial<Refusal> | undefined {
  if (typeof prompt !== 'object' || prompt === null) return undefined;
  const { code, because, tryInstead, retryAfterMs, attemptsLeft } = prompt as Record<string, unknown>;
  return {
    ...(typeof code === 'string' && { code: capturedText(code, MAX_NAME) }),
    ...(typeof because === 'string' && { because: capturedText(because, MAX_SENTENCE) }),
    ...(typeof tryInstead === 'string' && { tryInstead: capturedText(tryInstead, MAX_SENTENCE) }),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    ...(typeof attemptsLeft === 'number' && { attemptsLeft }),
  };
}

function missingIn(code: string, details: Readonly<Record<string, unknown>>): Missing | undefined {
  if (code === 'MISSING_FACT') return missingFrom({ what: 'fact', ...details });
  if (code === 'MISSING_STEP') return missingFrom({ what: 'step', step: details['step'] });
  return undefined;
}

function missingFrom(missing: unknown): Missing | undefined {
  if (typeof missing !== 'object' || missing === null) return undefined;
  const { what, kind, value, about, step } = missing as Record<string, unknown>;
  if (what === 'step' && typeof step === 'string') return { what, step: capturedText(step, MAX_NAME) };
  if (what !== 'fact' || typeof kind !== 'string') return undefined;
  return {
    what,
    kind: capturedText(kind, MAX_NAME),
    ...(typeof value === 'string' && { value: capturedText(value, MAX_NAME) }),
    ...(typeof about === 'string' && { about: capturedText(about, MAX_NAME) }),
  };
}
