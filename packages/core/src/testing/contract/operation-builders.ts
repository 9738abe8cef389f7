import type {
  AttemptTake,
  BreakerEnter,
  BreakerLeave,
  BudgetCharge,
  BudgetHold,
  BudgetKey,
  BudgetRead,
  BudgetSettle,
  FactAdd,
  FactOrigin,
  FactRead,
  FactRequire,
  IdempotencyBegin,
  IdempotencyFinish,
  RateGiveBack,
  RateTake,
  RunEnd,
  SessionClose,
  SessionEnd,
  SessionOpen,
  StepAdd,
  StepRequire,
  TurnAdd,
} from '../../store/operations.js';

// Operations with the values that a test does not care about filled in. A remote store can only be waited for, so
// durations are short, and long enough that a slow machine does not tell another story.

type Given<Operation> = Partial<Omit<Operation, 'op'>>;

/** A place out of 1 in 300 ms. */
export function take(given: Given<RateTake> = {}): RateTake {
  return { op: 'rate.take', key: 'limit', limit: 1, periodMs: 300, observe: false, ...given };
}

export function giveBack(ticket: number, key = 'limit'): RateGiveBack {
  return { op: 'rate.giveBack', key, ticket };
}

/** A call of `owner` at a breaker that stays open for 200 ms. */
export function enter(owner: string, given: Given<BreakerEnter> = {}): BreakerEnter {
  return { op: 'breaker.enter', name: 'database', owner, resetTimeoutMs: 200, observe: false, ...given };
}

/** The end of a call at a breaker that opens at the first failure. */
export function leave(
  owner: string,
  verdict: BreakerLeave['verdict'],
  generation: number,
  given: Given<BreakerLeave> = {},
): BreakerLeave {
  return { op: 'breaker.leave', name: 'database', owner, generation, verdict, maxFails: 1, ...given };
}

/** An execution of `owner`, remembered for 200 ms. */
export function begin(owner: string, given: Given<IdempotencyBegin> = {}): IdempotencyBegin {
  const { op, scope, tool, key, ttlMs } = { op: 'idempotency.begin' as const, ...RECORD };
  return { op, scope, tool, key, ttlMs, owner, args: { amount: 10 }, observe: false, ...given };
}

export function finish(
  owner: string,
  state: IdempotencyFinish['state'],
  given: Given<IdempotencyFinish> = {},
): IdempotencyFinish {
  return { op: 'idempotency.finish', ...RECORD, owner, state, ...given };
}

const RECORD = { scope: 'run:1', tool: 'Bank.pay', key: 'key', ttlMs: 200 };

export function attempt(given: Given<AttemptTake> = {}): AttemptTake {
  return { op: 'attempt.take', run: '1', tool: 'Bank.pay', limit: 1, observe: false, ...given };
}

/** A fact that `Orders.list` proved. */
export function mint(value: string, given: Given<FactAdd> = {}): FactAdd {
  return { op: 'fact.add', session: 's', kind: 'order', values: [value], origin: origin(), ...given };
}

export function origin(given: Partial<FactOrigin> = {}): FactOrigin {
  return { source: 'tool', tool: 'Orders.list', callId: 'call', at: 1_767_225_600_000, ...given };
}

/** Asks for a fact of any tool or of the application. */
export function requireFact(value: string, given: Given<FactRequire> = {}): FactRequire {
  return {
    op: 'fact.require',
    session: 's',
    kind: 'order',
    values: [value],
    sources: { tool: true, app: true },
    consume: false,
    loose: false,
    observe: false,
    ...given,
  };
}

export function readFacts(session = 's'): FactRead {
  return { op: 'fact.read', session };
}

export function addStep(tool: string, session = 's'): StepAdd {
  return { op: 'step.add', session, tool };
}

export function requireStep(tools: readonly string[], given: Given<StepRequire> = {}): StepRequire {
  return { op: 'step.require', session: 's', tools, observe: false, ...given };
}

export function say(text: string, session = 's'): TurnAdd {
  return { op: 'turn.add', session, text };
}

/** A run of Alice's joins her session, which is forgotten when it was idle for 200 ms. */
export function openSession(given: Given<SessionOpen> = {}): SessionOpen {
  return {
    op: 'session.open',
    session: 's',
    sessionId: 'chat',
    userId: 'alice',
    idleMs: 200,
    observe: false,
    ...given,
  };
}

export function closeSession(session = 's'): SessionClose {
  return { op: 'session.close', session };
}

export function endSession(session = 's', scope = `session:${session}`): SessionEnd {
  return { op: 'session.end', session, scope };
}

export function endRun(run: string, session?: string): RunEnd {
  return { op: 'run.end', run, scope: `run:${run}`, session };
}

/** A hold in a budget of 100 that never starts anew. */
export function hold(owner: string, amount: number, given: Given<BudgetHold> = {}): BudgetHold {
  const budgets = [{ key: 'root', limit: 100 }];
  return { op: 'budget.hold', budgets, owner, amount, lapse: 'release', observe: false, ...given };
}

export function settle(owner: string, used: number, budgets: readonly (string | BudgetKey)[] = ['root']): BudgetSettle {
  return { op: 'budget.settle', budgets: budgets.map(budgetKey), owner, used };
}

export function charge(used: number, budgets: readonly (string | BudgetKey)[] = ['root']): BudgetCharge {
  return { op: 'budget.charge', budgets: budgets.map(budgetKey), used };
}

export function readBudgets(budgets: readonly (string | BudgetKey)[] = ['root']): BudgetRead {
  return { op: 'budget.read', budgets: budgets.map(budgetKey) };
}

function budgetKey(budget: string | BudgetKey): BudgetKey {
  return typeof budget === 'string' ? { key: budget } : budget;
}

/** Names that a store must not take for something else: of object members, and with what separates parts of keys. */
export const AWKWARD_NAMES = [
  '__proto__',
  'constructor',
  'a:b',
  'a:b:c',
  'a b',
  'a\u0000b',
  'a|b',
  '{a}',
  '*',
  'ä',
  '',
];
