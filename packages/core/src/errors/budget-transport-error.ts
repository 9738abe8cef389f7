import { ActGuardError, nameError } from './actguard-error.js';
import { type Refusal, refusalOf } from './refusal.js';

/** What is known of a gateway that could not be asked. */
export interface TransportFacts {
  /** What was asked: `reserve`, `settle` or `cu-tariff`. */
  readonly operation: string;
  /** Path of the request, such as `/api/v1/reserve`. */
  readonly path: string;
  /** What went wrong, in one sentence. Without keys or secrets. */
  readonly summary: string;
  /** The HTTP status that the gateway answered with; `undefined` where it did not answer. */
  readonly status?: number | undefined;
  /** The gateway could not be reached or did not work: the same may pass later. @default false */
  readonly retryable?: boolean;
  /** What led to it. */
  readonly cause?: unknown;
}

/**
 * The gateway could not be asked: it does not take the configuration of the client (400, 401, 403, 422), or it is out of reach
 * and the client is closed (`onUnavailable: 'closed'`). No budget was opened.
 */
export class BudgetTransportError extends ActGuardError {
  /** What was asked: `reserve`, `settle` or `cu-tariff`. */
  readonly operation: string;
  /** Path of the request, such as `/api/v1/reserve`. */
  readonly path: string;
  /** The HTTP status that the gateway answered with; `undefined` where it did not answer. */
  readonly status: number | undefined;

  constructor(facts: TransportFacts) {
    const { operation, path, status, summary, retryable = false } = facts;
    super(`${operation}: ${summary}`, {
      code: 'runtime.transport_error',
      reason: 'budget_transport_error',
      retryable,
      details: { operation, path, status, summary },
      cause: facts.cause,
    });
    this.operation = operation;
    this.path = path;
    this.status = status;
  }

  /** What the model should read. */
  toPrompt(): Refusal {
    const because = 'The budget for this task could not be reserved.';
    const tryInstead = 'Make no further calls. Tell the user that the service is not available now.';
    return refusalOf(this.code, { because, tryInstead }, undefined);
  }
}
nameError(BudgetTransportError, 'BudgetTransportError');
