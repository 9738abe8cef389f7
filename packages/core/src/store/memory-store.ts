import { UsageError } from '../errors/usage-errors.js';
import { Alarm } from './alarm.js';
import { AttemptCounts } from './attempt-counts.js';
import { Breakers } from './breakers.js';
import { BudgetLedger } from './budget-ledger.js';
import type { DirectState } from './direct-state.js';
import { giveBack } from './give-back.js';
import { IdempotencyRecords } from './idempotency-records.js';
import { keepViews } from './kept-views.js';
import type { FactRequire, StoreAnswer, StoreOperation } from './operations.js';
import { RateWindows } from './rate-windows.js';
import { Sessions } from './sessions.js';
import type { Answers, StateStore } from './state-store.js';

/** Options of `MemoryStore`: how much it may hold. At a cap new keys are refused; live ones are never forgotten. */
export interface MemoryStoreOptions {
  /** Rate-limit keys, idempotency records, runs with attempts, budgets: each at most this many. @default 1_000_000 */
  readonly maxKeys?: number;
  /** Named sessions, and sessions of open runs. @default 100_000 */
  readonly maxSessions?: number;
  /** Facts of one session. @default 10_000 */
  readonly maxFactsPerSession?: number;
  /** Words of what the user said in one session. @default 100_000 */
  readonly maxUserTokensPerSession?: number;
}

/**
 * The state of a store in this process; `undefined` for a store that answers in its own way, so that nothing passes it by.
 */
export let directStateOf: (store: StateStore) => DirectState | undefined;

/** Keeps the state of one process in memory. Every operation is synchronous; what expired goes with the calls that follow. */
export class MemoryStore implements StateStore {
  readonly #rates: RateWindows;
  readonly #breakers = new Breakers();
  readonly #records: IdempotencyRecords;
  readonly #sessions: Sessions;
  readonly #budgets: BudgetLedger;
  readonly #attempts: AttemptCounts;
  readonly #direct: DirectState;
  readonly #alarm = new Alarm();
  #now = 0;

  /**
   * @param options caps; without them those of `MemoryStoreOptions`
   * @throws {UsageError} where a cap is no integer from 1
   */
  constructor(options: MemoryStoreOptions = {}) {
    const {
      maxKeys = 1_000_000,
      maxSessions = 100_000,
      maxFactsPerSession = 10_000,
      maxUserTokensPerSession = 100_000,
    } = options;
    for (const [name, value] of Object.entries({ maxKeys, maxSessions, maxFactsPerSession, maxUserTokensPerSession })) {
      if (!Number.isSafeInteger(value) || value < 1)
        throw new UsageError(`MemoryStore ${name} must be an integer from 1, not ${String(value)}`);
    }
    this.#attempts = new AttemptCounts(maxKeys);
    this.#rates = new RateWindows(maxKeys, this.#alarm);
    this.#records = new IdempotencyRecords(maxKeys, this.#alarm);
    this.#budgets = new BudgetLedger(maxKeys, this.#alarm);
    this.#sessions = new Sessions({ maxSessions, maxFactsPerSession, maxUserTokensPerSession }, this.#alarm);
    this.#direct = {
      attempts: this.#attempts,
      breakers: this.#breakers,
      rates: this.#rates,
      records: this.#records,
      sessions: this.#sessions,
      at: (now) => this.#at(now),
      carryOut: (operation, now) => this.#carryOut(operation, this.#at(now)),
    };
  }

  static {
    const ownApply = MemoryStore.prototype.apply;
    directStateOf = (store) => (#direct in store && store.apply === ownApply ? store.#direct : undefined);
  }

  /** Carries operations out at once, in one step. The clock may step back: what expired stays expired. */
  apply<const Operations extends readonly StoreOperation[]>(operations: Operations, now: number): Answers<Operations> {
    // A clock that steps back must neither free a window nor revive what expired.
    this.#at(now);
    const answers: StoreAnswer[] = [];
    for (const operation of operations) {
      const answer = this.#carryOut(operation, this.#now);
      if (operation.op === 'fact.require') keepViewsBefore(operation, answer, operations, answers);
      answers.push(answer);
      if (!isRefused(operation, answer)) continue;
      for (let index = answers.length - 2; index >= 0; index--) {
        this.#takeBack(operations[index] as StoreOperation, answers[index]);
      }
      break;
    }
    return answers as unknown as Answers<Operations>;
  }

  /** Everything that is held, as plain data: for tests and diagnosis. */
  snapshot(): Record<string, unknown> {
    this.#sweep();
    return {
      rates: this.#rates.snapshot(),
      breakers: this.#breakers.snapshot(),
      idempotency: this.#records.snapshot(),
      sessions: this.#sessions.snapshot(),
      sessionOwners: this.#sessions.owners(),
      attempts: this.#attempts.snapshot(),
      budgets: this.#budgets.snapshot(),
    };
  }

  #at(now: number): number {
    if (now > this.#now) this.#now = now;
    if (this.#now >= this.#alarm.dueAt) this.#sweep();
    return this.#now;
  }

  #sweep(): void {
    // Each sets it for what is left.
    this.#alarm.dueAt = Number.POSITIVE_INFINITY;
    this.#rates.sweep(this.#now);
    this.#records.sweep(this.#now);
    this.#sessions.sweep(this.#now);
    this.#budgets.sweep(this.#now);
  }

  #carryOut(operation: StoreOperation, now: number): StoreAnswer {
    switch (operation.op) {
      case 'rate.take':
        return this.#rates.take(operation, now);
      case 'rate.giveBack':
        return this.#rates.giveBack(operation) as undefined;
      case 'breaker.enter':
        return this.#breakers.enter(operation, now);
      case 'breaker.leave':
        return this.#breakers.leave(operation, now) as undefined;
      case 'idempotency.begin':
        return this.#records.begin(operation, now);
      case 'idempotency.finish':
        return this.#records.finish(operation, now) as undefined;
      case 'attempt.take':
        return this.#attempts.take(operation.run, operation.tool, operation.limit);
      case 'fact.add':
        return this.#sessions.addFacts(operation, now);
      case 'fact.require':
        return this.#sessions.requireFacts(operation, now);
      case 'fact.giveBack':
        return this.#sessions.giveBackFacts(operation, now) as undefined;
      case 'fact.read':
        return this.#sessions.readFacts(operation, now);
      case 'fact.revoke':
        return this.#sessions.revokeFacts(operation) as undefined;
      case 'step.add':
        return this.#sessions.addStep(operation, now) as undefined;
      case 'step.require':
        return this.#sessions.requireStep(operation, now);
      case 'turn.add':
        return this.#sessions.addTurn(operation);
      case 'session.open':
        return this.#sessions.open(operation, now);
      case 'session.close':
        return this.#sessions.close(operation, now) as undefined;
      case 'session.end':
        this.#records.dropSession(operation.scope);
        return this.#sessions.end(operation.session) as undefined;
      case 'run.end':
        this.#attempts.drop(operation.run);
        this.#records.dropRun(operation.scope);
        if (operation.session !== undefined) this.#sessions.end(operation.session);
        return undefined;
      case 'budget.hold':
        return this.#budgets.hold(operation, now);
      case 'budget.settle':
        return this.#budgets.settle(operation, now) as undefined;
      case 'budget.charge':
        return this.#budgets.charge(operation, now) as undefined;
      case 'budget.read':
        return this.#budgets.read(operation, now);
    }
  }

  // An attempt stays counted, whoever refuses the call.
  #takeBack(operation: StoreOperation, answer: StoreAnswer): void {
    if (answer === undefined || !('admitted' in answer) || !answer.admitted) return;
    switch (operation.op) {
      // The ends of these two say more than that nothing had begun.
      case 'session.open':
        this.#sessions.takeBackOpen(operation);
        break;
      case 'budget.hold':
        this.#budgets.takeBack(operation, this.#now);
        break;
      default: {
        const given = giveBack(operation, answer);
        if (given !== undefined) this.#carryOut(given, this.#now);
      }
    }
  }
}

function keepViewsBefore(
  operation: FactRequire,
  answer: StoreAnswer,
  operations: readonly StoreOperation[],
  answers: StoreAnswer[],
): void {
  if (answer !== undefined && 'taken' in answer && answer.taken !== undefined)
    keepViews(operation, answer.taken, operations, answers);
}

function isRefused(operation: StoreOperation, answer: StoreAnswer): boolean {
  if (answer === undefined || !('admitted' in answer) || answer.admitted) return false;
  return !('observe' in operation && operation.observe);
}
