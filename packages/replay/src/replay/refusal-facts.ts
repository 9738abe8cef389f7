import type { GuardBlockedEvent, GuardObservedEvent } from '@actguard/core';
import type { CallRefusal } from './outcome.js';

interface RefusalError {
  readonly message?: string;
  readonly details?: { readonly arg?: unknown; readonly rule?: unknown };
  readonly issues?: readonly { readonly path: string }[];
  toPrompt?(): { readonly because: string; readonly tryInstead: string };
}

/** What an event says about a refusal, as plain data. */
export function refusalOf(event: GuardBlockedEvent | GuardObservedEvent): CallRefusal {
  const error = (event.error ?? {}) as RefusalError;
  const { because, tryInstead } = error.toPrompt?.() ?? { because: event.errorMessage, tryInstead: '' };
  const arg = error.details?.arg ?? error.issues?.[0]?.path;
  const rule = error.details?.rule;
  return {
    guard: event.guardName,
    code: event.code ?? event.guardName,
    ...(typeof arg === 'string' && arg !== '' && { arg }),
    ...(typeof rule === 'string' && { rule }),
    because,
    tryInstead,
  };
}
