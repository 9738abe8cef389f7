import { ActGuardError, nameError } from './actguard-error.js';
import { type Refusal, refusalOf } from './refusal.js';

/** What is known of a gateway that could not be used. */
export interface BudgetTransportFacts {
  /** HTTP status of its answer; absent where there was none. */
  readonly status?: number | undefined;
  /** The same request may succeed later. @default false */
  readonly retryable?: boolean | undefined;
  /** What led to it. */
  readonly cause?: unknown;
}

/** A gateway could not be asked: it is out of reach, or does not accept how it is asked. Nothing was sent to a model. */
export class BudgetTransportError extends ActGuardError {
  /** What was asked: `reserve`, `settle` or `cu-tariff`. */
  readonly operation: string;
  /** HTTP status of the answer; `undefined` where there was none. */
  readonly status: number | undefined;

  constructor(operation: string, message: string, { status, retryable = false, cause }: BudgetTransportFacts = {}) {
    super(message, {
      code: 'runtime.transport_error',
      reason: 'budget_transport_error',
      retryable,
      details: { operation, ...(status !== undefined && { status }) },
      cause,
    });
    this.operation = operation;
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

/** What a gateway says where a payment is needed. Amounts are millionths of a USD. */
export interface PaymentFacts {
  /** What to show the user. */
  readonly userMessage: string;
  /** What the account has. */
  readonly currentBalance?: number | undefined;
  /** What it needs. */
  readonly requiredAmount?: number | undefined;
  /** What is missing. */
  readonly shortfall?: number | undefined;
  /** Where the user can pay. */
  readonly topupUrl?: string | undefined;
  /** Names the payment there. */
  readonly topupSessionId?: string | undefined;
  /** Whose account it is. */
  readonly userId?: string | undefined;
  /** The whole answer, as it was parsed; absent where it was no object. */
  readonly responsePayload?: Readonly<Record<string, unknown>> | undefined;
}

/** A gateway wants a payment before it grants a budget (HTTP 402). Nothing was sent to a model. */
export class PaymentRequiredError extends ActGuardError {
  /** What to show the user. */
  readonly userMessage: string;
  /** What the account has, in millionths of a USD; `undefined` where the gateway does not say. */
  readonly currentBalance: number | undefined;
  /** What it needs, in millionths of a USD; `undefined` where the gateway does not say. */
  readonly requiredAmount: number | undefined;
  /** What is missing, in millionths of a USD; `undefined` where the gateway does not say. */
  readonly shortfall: number | undefined;
  /** Where the user can pay; `undefined` where the gateway does not say. It is a secret of the user's. */
  readonly topupUrl: string | undefined;
  /** Names the payment there; `undefined` where the gateway does not say. */
  readonly topupSessionId: string | undefined;
  /** Whose account it is; `undefined` where the gateway does not say. */
  readonly userId: string | undefined;
  /** The whole answer; `undefined` where it was no object. Not part of `toJSON`. */
  declare readonly responsePayload: Readonly<Record<string, unknown>> | undefined;

  constructor(facts: PaymentFacts) {
    const { responsePayload, topupUrl, topupSessionId, ...shown } = facts;
    super(`the gateway wants a payment: ${facts.userMessage}`, {
      code: 'budget.payment_required',
      reason: 'payment_required',
      details: shown,
    });
    this.userMessage = facts.userMessage;
    this.currentBalance = facts.currentBalance;
    this.requiredAmount = facts.requiredAmount;
    this.shortfall = facts.shortfall;
    this.topupUrl = topupUrl;
    this.topupSessionId = topupSessionId;
    this.userId = facts.userId;
    // Not enumerable: what a gateway answers may hold links that are good for a payment.
    Object.defineProperty(this, 'responsePayload', { value: responsePayload });
  }

  /** What the model should read. */
  toPrompt(): Refusal {
    const because = 'The account has no budget left for this task.';
    const tryInstead = 'Make no further calls. Tell the user that a payment is needed to go on.';
    return refusalOf(this.code, { because, tryInstead }, undefined);
  }
}
nameError(PaymentRequiredError, 'PaymentRequiredError');
