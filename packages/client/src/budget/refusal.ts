import { BudgetExceededError, BudgetTransportError, PaymentRequiredError, type ReserveRequest } from '@actguard/core';
import * as v from 'valibot';
import { isConfigurationFailure, isWorthRepeating, type TransportFailure } from '../http/failure.js';
import type { Redactor } from '../redaction/redactor.js';
import { answerFields } from './answer-fields.js';
import { type BudgetOperation, PATHS } from './wire-paths.js';

const text = v.fallback(v.optional(v.pipe(v.string(), v.trim(), v.nonEmpty())), undefined);
const whole = v.fallback(v.optional(v.pipe(v.number(), v.safeInteger())), undefined);

const PAYMENT = v.object({
  currentBalance: whole,
  requiredAmount: whole,
  shortfall: whole,
  topupUrl: text,
  topupSessionId: text,
  userId: text,
});
const EXCEEDED = v.object({ userId: text, tokensUsed: whole, costUsed: whole, costLimit: whole });
const SAID = v.object({ message: text, detail: text, error: text });

const MAX_MESSAGE = 500;

/** The account does not cover it (402). */
export function paymentRequired(path: string, { body }: TransportFailure, redactor: Redactor): PaymentRequiredError {
  const names = ['currentBalance', 'requiredAmount', 'shortfall', 'topupUrl', 'topupSessionId', 'userId'] as const;
  const { currentBalance, requiredAmount, shortfall, topupUrl, topupSessionId, userId } = v.parse(
    PAYMENT,
    answerFields(body, names),
  );
  const { message, detail, error } = saidIn(body);
  const userMessage = cleaned(message ?? detail ?? error, redactor);
  const amounts = { currentBalance, requiredAmount, shortfall };
  return new PaymentRequiredError({
    ...{ path, userMessage, ...amounts, topupUrl, topupSessionId, userId, responsePayload: recordOf(body) },
  });
}

/** A budget of the gateway is used up (409). */
export function budgetExceeded(
  path: string,
  { body, status }: TransportFailure,
  request: ReserveRequest,
  redactor: Redactor,
): BudgetExceededError {
  const names = ['userId', 'tokensUsed', 'costUsed', 'costLimit'] as const;
  const { userId, tokensUsed, costUsed, costLimit } = v.parse(EXCEEDED, answerFields(body, names));
  const { message, detail, error } = saidIn(body);
  return new BudgetExceededError({
    tool: 'gateway',
    limitType: 'cost',
    used: costUsed ?? 0,
    limit: costLimit,
    scopeId: request.scopeId,
    scopeName: undefined,
    scopeKind: 'root',
    parentScopeId: undefined,
    rootScopeId: request.scopeId,
    planKey: request.planKey,
    userId: userId ?? request.userId,
    origin: 'remote',
    tokensUsed,
    path,
    status,
    summary: cleaned(error ?? message ?? detail, redactor),
  });
}

/** The gateway cannot be asked like this, or cannot be asked at all. */
export function transportError(
  operation: BudgetOperation,
  failure: TransportFailure,
  redactor: Redactor,
): BudgetTransportError {
  const isConfiguration = isConfigurationFailure(failure);
  return new BudgetTransportError({
    operation,
    path: PATHS[operation],
    summary: summaryOf(failure, redactor),
    status: failure.status,
    retryable: !isConfiguration && isWorthRepeating(failure),
    cause: failure.cause,
  });
}

/** What happened, with what the gateway says to it. */
export function summaryOf(failure: TransportFailure, redactor: Redactor): string {
  if (failure.kind === 'ssl_cert')
    return `${failure.summary}: the certificate of the gateway is not trusted; for a certificate authority of your own set NODE_EXTRA_CA_CERTS`;
  const { message, detail, error } = saidIn(failure.body);
  const said = cleaned(error ?? message ?? detail, redactor);
  return said === undefined ? failure.summary : `${failure.summary}: ${said}`;
}

function saidIn(body: unknown): v.InferOutput<typeof SAID> {
  return v.parse(SAID, answerFields(body, ['message', 'detail', 'error']));
}

function cleaned(said: string | undefined, redactor: Redactor): string | undefined {
  if (said === undefined) return undefined;
  const clean = redactor
    .text(said.slice(0, MAX_MESSAGE * 4))
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return clean.length > MAX_MESSAGE ? `${clean.slice(0, MAX_MESSAGE - 1)}…` : clean;
}

function recordOf(body: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : undefined;
}
