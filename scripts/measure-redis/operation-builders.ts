import type {
  AttemptTake,
  BreakerEnter,
  BreakerLeave,
  BudgetHold,
  BudgetSettle,
  FactAdd,
  FactRequire,
  IdempotencyBegin,
  IdempotencyFinish,
  RateTake,
  SessionOpen,
  TurnAdd,
} from '@actguard/core';

// Names and ids as long as those of real applications.
const HOUR = 3_600_000;
const PAY = 'PaymentAgent.payInvoice';
const TURN =
  'Please pay the invoice of the hotel in Lisbon, number 4711, and tell me when it is done, thank you.'.padEnd(100);
const RESULT = { receipt: 'rcp_01HXYZ', note: 'x'.repeat(60) };

export function rate(user: string, limit: number): RateTake {
  return { op: 'rate.take', key: `${PAY}\u0000${user}`, limit, periodMs: HOUR, observe: false };
}

export function enter(name: string, owner: string): BreakerEnter {
  return { op: 'breaker.enter', name, owner, resetTimeoutMs: HOUR, observe: false };
}

export function leave(name: string, owner: string, verdict: BreakerLeave['verdict']): BreakerLeave {
  return { op: 'breaker.leave', name, owner, generation: 0, verdict, maxFails: 1 };
}

/** A call through a breaker that is closed. */
export function trip(name: string, verdict: BreakerLeave['verdict']): [BreakerEnter, BreakerLeave] {
  return [enter(name, 'call-1'), leave(name, 'call-1', verdict)];
}

export function attempt(run: string, tool: number): AttemptTake {
  return { op: 'attempt.take', run: runKey(run), tool: `PaymentAgent.tool${tool}`, limit: 1_000_000, observe: false };
}

export function begin(scope: string, key: string): IdempotencyBegin {
  const args = { invoiceId: 'inv_4711', amount: 12_50 };
  const owner = `call of ${key}`;
  return { op: 'idempotency.begin', scope, tool: PAY, key, args, owner, ttlMs: HOUR, observe: false };
}

export function finish(scope: string, key: string): IdempotencyFinish {
  const owner = `call of ${key}`;
  return {
    op: 'idempotency.finish',
    scope,
    tool: PAY,
    key,
    owner,
    state: 'done',
    result: { value: RESULT },
    ttlMs: HOUR,
  };
}

export function openSession(user: string): SessionOpen {
  const sessionId = `conversation-${user}`;
  return { op: 'session.open', session: sessionKey(user), sessionId, userId: user, idleMs: HOUR, observe: false };
}

export function facts(user: string, count: number): FactAdd {
  const values = Array.from({ length: count }, (_, index) => `inv_${4711 + index}`);
  const origin = { source: 'tool', tool: 'PaymentAgent.listInvoices', callId: 'call-1', at: 1 } as const;
  return { op: 'fact.add', session: sessionKey(user), kind: 'invoice_id', values, origin };
}

export function fact(user: string): FactRequire {
  const sources = { tool: true, app: true, user: undefined };
  const asked = { kind: 'invoice_id', values: ['inv_4711'], sources, consume: false, loose: false };
  return { op: 'fact.require', session: sessionKey(user), ...asked, observe: false };
}

export function turn(user: string): TurnAdd {
  return { op: 'turn.add', session: sessionKey(user), text: TURN };
}

export function hold(budget: string, owner: string): BudgetHold {
  const share = { ...budgetKey(budget), limit: 1_000_000_000_000 };
  return { op: 'budget.hold', budgets: [share], owner, amount: 1_000, lapse: 'charge', observe: false };
}

export function settle(budget: string, owner: string): BudgetSettle {
  return { op: 'budget.settle', budgets: [budgetKey(budget)], owner, used: 900 };
}

function budgetKey(name: string): { key: string; boundaries: number[] } {
  const day = 24 * HOUR;
  const today = Math.floor(Date.now() / day) * day;
  return { key: JSON.stringify([name, '1d', 'usd']), boundaries: [-1, 0, 1, 2].map((days) => today + days * day) };
}

function runKey(run: string): string {
  return JSON.stringify(['alice', run]);
}

function sessionKey(user: string): string {
  return JSON.stringify([user, `conversation-${user}`]);
}
