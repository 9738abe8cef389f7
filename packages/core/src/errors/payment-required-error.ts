import { ActGuardError, nameError } from './actguard-error.js';
import { type Refusal, refusalOf } from './refusal.js';

/** What a gateway says where the account does not cover a run. Amounts are in the unit of the gateway. */
export interface PaymentFacts {
  /** Path of the request, such as `/api/v1/reserve`. */
  readonly path: string;
  /** What the gateway says to the user; `undefined` where it says nothing. */
  readonly userMessage: string | undefined;
  /** What the account has. */
  readonly currentBalance: number | undefined;
  /** What the run would need. */
  readonly requiredAmount: number | undefined;
  /** What is missing. */
  readonly shortfall: number | undefined;
  /** Where to pay. */
  readonly topupUrl: string | undefined;
  /** The payment that was prepared. */
  readonly topupSessionId: string | undefined;
  /** Whose account it is. */
  readonly userId: string | undefined;
  /** The whole answer, where it was an object; for the application, not for a model. */
  readonly responsePayload: Readonly<Record<string, unknown>> | undefined;
}

/** The account behind the gateway does not cover the run (402). No budget was opened, and nothing was started. */
export class PaymentRequiredError extends ActGuardError {
  /** Path of the request, such as `/api/v1/reserve`. */
  readonly path: string;
  /** Always 402. */
  readonly status = 402;
  /** What the gateway says to the user; `undefined` where it says nothing. */
  readonly userMessage: string | undefined;
  /** What the account has, in the unit of the gateway; `undefined` where it does not say. */
  readonly currentBalance: number | undefined;
  /** What the run would need; `undefined` where the gateway does not say. */
  readonly requiredAmount: number | undefined;
  /** What is missing; `undefined` where the gateway does not say. */
  readonly shortfall: number | undefined;
  /** Where to pay; `undefined` where the gateway does not say. Check it before you open it. */
  readonly topupUrl: string | undefined;
  /** The payment that was prepared; `undefined` where there is none. */
  readonly topupSessionId: string | undefined;
  /** Whose account it is; `undefined` where the gateway does not say. */
  readonly userId: string | undefined;
  /** The whole answer, where it was an object; for the application, not for a model. */
  readonly responsePayload: Readonly<Record<string, unknown>> | undefined;

  constructor(facts: PaymentFacts) {
    super(`${facts.path}: ${facts.userMessage ?? 'the account does not cover this run'} (HTTP 402)`, {
      code: 'budget.payment_required',
      reason: 'payment_required',
      // The link and the session are for the one who pays: what is logged must not let others pay, or look.
      details: withoutLinks(facts),
    });
    this.path = facts.path;
    this.userMessage = facts.userMessage;
    this.currentBalance = facts.currentBalance;
    this.requiredAmount = facts.requiredAmount;
    this.shortfall = facts.shortfall;
    this.topupUrl = facts.topupUrl;
    this.topupSessionId = facts.topupSessionId;
    this.userId = facts.userId;
    this.responsePayload = facts.responsePayload;
  }

  /** What the model should read. */
  toPrompt(): Refusal {
    const because = 'The account does not cover this task.';
    const tryInstead = 'Make no further calls. Tell the user that a payment is needed before the task can go on.';
    return refusalOf(this.code, { because, tryInstead }, undefined);
  }
}
nameError(PaymentRequiredError, 'PaymentRequiredError');

function withoutLinks(facts: PaymentFacts): Record<string, unknown> {
  const { topupUrl: _url, topupSessionId: _session, responsePayload: _payload, ...rest } = facts;
  return { ...rest, status: 402 };
}
