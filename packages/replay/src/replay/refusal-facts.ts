import type { GuardBlockedEvent, GuardObservedEvent } from '@actguard/core';
import type { CallRefusal } from './outcome.js';

interface RefusalError {
  readonly message?: string;
  readonly details?: { readonly arg?: unknown; readonly rule?: unknown; readonly value?: unknown };
  readonly issues?: readonly { readonly path: string }[];
  toPrompt?(): { readonly because: string; readonly tryInstead: string };
}

/** What an event says about a refusal, as plain data; or an error, where no event told of it. */
export function refusalOf(
  event: Pick<GuardBlockedEvent | GuardObservedEvent, 'guardName' | 'code' | 'error' | 'errorMessage'>,
): CallRefusal {
  const { guardName: guard, code = guard } = event;
  const error = (event.error ?? {}) as RefusalError;
  const { because, tryInstead } = promptOf(error) ?? { because: event.errorMessage, tryInstead: '' };
  const arg = error.details?.arg ?? error.issues?.[0]?.path;
  const rule = error.details?.rule;
  const value = event.code === 'MISSING_FACT' ? error.details?.value : undefined;
  return {
    guard,
    code,
    ...(typeof arg === 'string' && arg !== '' && { arg }),
    ...(typeof value === 'string' && { value }),
    ...(typeof rule === 'string' && { rule }),
    because,
    tryInstead,
  };
}

// The error may be one of an application's own guards.
function promptOf(error: RefusalError): { readonly because: string; readonly tryInstead: string } | undefined {
  try {
    return error.toPrompt?.();
  } catch {
    return undefined;
  }
}
