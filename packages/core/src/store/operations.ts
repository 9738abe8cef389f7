import type { SaidOptions } from '../facts/user-text.js';
import type { UserTextMatch } from '../facts/user-text-match.js';

/** A session in the store: made from user and session id, or from the run where the session has no id. */
export type SessionKey = string;

/** Where a fact came from. */
export interface FactOrigin {
  /** `tool`: minted by `@Prove`; `app`: vouched for through `run.facts.add`. */
  readonly source: 'tool' | 'app';
  /** Id of the tool that minted it. */
  readonly tool?: string | undefined;
  /** Id of the call that minted it. */
  readonly callId?: string | undefined;
  /** Value of the argument that it was proven about (`about` of `@Prove`). */
  readonly about?: string | undefined;
  /** When, in epoch milliseconds. */
  readonly at: number;
}

/** A fact as callers read it. */
export interface Fact extends FactOrigin {
  /** What kind of id it is, such as `order_id`. */
  readonly kind: string;
  /** The id as text. */
  readonly value: string;
}

/** A fact that let a call through; one that the user mentioned has no origin. */
export interface UsedFact {
  /** What kind of id it is, such as `order_id`. */
  readonly kind: string;
  /** The id as text, in its proven spelling. */
  readonly value: string;
  /** Where it came from; absent for what the user mentioned. */
  readonly origin?: FactOrigin | undefined;
}

/** Which origins of a fact count. */
export interface FactSources {
  /** Any tool, or only these tool ids. */
  readonly tool: boolean | readonly string[];
  /** What the application vouched for through `run.facts.add`. */
  readonly app: boolean;
  /** What the user mentioned, and how a mention is found. */
  readonly user?: UserTextMatch | undefined;
}

/** Read access to the facts of a session, for rules. */
export interface FactsView {
  /** Whether a live fact of this kind and value was proven or vouched for. */
  has(kind: string, value: unknown): boolean;
  /** The live facts, of one kind or all. */
  list(kind?: string): readonly Fact[];
  /**
   * Whether the user said a text in any turn so far, as whole words. It says nothing about what they want: "don't delete ord-17"
   * says ord-17 too.
   */
  mentioned(text: string, options?: SaidOptions): boolean;
}

/** Takes a place in a sliding window. Refused when `limit` places were taken within the last `periodMs`. */
export interface RateTake {
  readonly op: 'rate.take';
  /** Tool and scope value: whose calls share the window. */
  readonly key: string;
  /** Places in the window. */
  readonly limit: number;
  /** Length of the window in milliseconds. */
  readonly periodMs: number;
  /** A refusal is only told: it takes nothing, and the list goes on behind it. */
  readonly observe: boolean;
}

/** Gives a place back, as if it had never been taken. */
export interface RateGiveBack {
  readonly op: 'rate.giveBack';
  /** The key of the `rate.take`. */
  readonly key: string;
  /** What `rate.take` answered. */
  readonly ticket: number;
}

/** Asks a breaker to let a call through; takes the probe where it is half-open. */
export interface BreakerEnter {
  readonly op: 'breaker.enter';
  /** Name of the breaker, shared by all tools of the dependency. */
  readonly name: string;
  /** Id of the call, which owns the probe if it gets it. */
  readonly owner: string;
  /** Milliseconds that an open circuit waits for its probe. */
  readonly resetTimeoutMs: number;
  /** A refusal is only told: it takes nothing, and the list goes on behind it. */
  readonly observe: boolean;
}

/** Ends a call at a breaker. An outcome of an older generation is ignored. */
export interface BreakerLeave {
  readonly op: 'breaker.leave';
  /** Name of the breaker. */
  readonly name: string;
  /** Id of the call: only the one that holds the probe can end it. */
  readonly owner: string;
  /** What `breaker.enter` answered. */
  readonly generation: number;
  /**
   * `ignored`: the dependency answered, so a probe closes the circuit. `neutral`: says nothing about the dependency, so a
   * probe goes to the next call.
   */
  readonly verdict: 'success' | 'failure' | 'ignored' | 'neutral';
  /** Failures in a row that open the circuit. */
  readonly maxFails: number;
}

/** Starts an execution under an idempotency key. Refused when the key is known. */
export interface IdempotencyBegin {
  readonly op: 'idempotency.begin';
  /** Run, session or user that the key belongs to; a scope is dropped as a whole. */
  readonly scope: string;
  /** Id of the tool: keys of two tools never meet. */
  readonly tool: string;
  /** The idempotency key of the call. */
  readonly key: string;
  /** Id of the call: only the owner of an execution may finish it. */
  readonly owner: string;
  /** The arguments that the key stands for: plain, frozen data. */
  readonly args: unknown;
  /** How long the result of a concluded execution is kept, in milliseconds. */
  readonly ttlMs: number;
  /** Owner of an execution of unknown outcome, known not to have taken effect, that this one replaces. */
  readonly replaces?: string | undefined;
  /** An execution of unknown outcome, known to have taken effect: it is done, with this result. */
  readonly concludes?: { readonly owner: string; readonly result: { readonly value: unknown } | undefined } | undefined;
  /** A refusal is only told: it takes nothing, and the list goes on behind it. */
  readonly observe: boolean;
}

/** Ends an execution, by its owner. */
export interface IdempotencyFinish {
  readonly op: 'idempotency.finish';
  /** The scope of the `idempotency.begin`. */
  readonly scope: string;
  /** Id of the tool. */
  readonly tool: string;
  /** The idempotency key of the call. */
  readonly key: string;
  /** Id of the call that began it; nobody else can end it. */
  readonly owner: string;
  /**
   * `refused`: the method was not started, so all is as before it began. `free`: nothing happened; `done`: it took effect;
   * `unknown`: it may have.
   */
  readonly state: 'refused' | 'free' | 'done' | 'unknown';
  /** A copy of the result, where it can be copied. */
  readonly result?: { readonly value: unknown } | undefined;
  /** Name of the error that an unknown outcome ended with. */
  readonly lastError?: string | undefined;
  /** The method is still running: an unknown outcome does not expire before its late end. */
  readonly running?: boolean | undefined;
  /** How long the record is kept once the method has ended, in milliseconds. */
  readonly ttlMs: number;
}

/** Counts an attempt of a tool in a run. Always counted, refused when over the limit. */
export interface AttemptTake {
  readonly op: 'attempt.take';
  /** Key of the run: `run.key`. */
  readonly run: string;
  /** Id of the tool. */
  readonly tool: string;
  /** Attempts that the run allows. */
  readonly limit: number;
  /** Over the limit is only told, and the list goes on behind it. */
  readonly observe: boolean;
}

/** Mints facts. */
export interface FactAdd {
  readonly op: 'fact.add';
  /** The session that gets them. */
  readonly session: SessionKey;
  /** Kind of all of them. */
  readonly kind: string;
  /** The ids as text. */
  readonly values: readonly string[];
  /** Where all of them come from. The same fact from the same origin takes the place of the older one. */
  readonly origin: FactOrigin;
  /** Life of the facts; without it they live as long as the session. */
  readonly ttlMs?: number | undefined;
}

/** Asks that every value is a live fact. Refused at the first that is none. */
export interface FactRequire {
  readonly op: 'fact.require';
  /** The session whose facts count. */
  readonly session: SessionKey;
  /** Kind of the facts. */
  readonly kind: string;
  /** The ids as text; every one must be a fact. */
  readonly values: readonly string[];
  /** Which origins count. */
  readonly sources: FactSources;
  /** The facts must have been proven about this value; absent where it does not matter. */
  readonly about?: string | undefined;
  /** The facts are good for one call: they are taken out. */
  readonly consume: boolean;
  /** Compares folded spellings and answers the proven ones. */
  readonly loose: boolean;
  /** A refusal is only told: it takes nothing, and the list goes on behind it. */
  readonly observe: boolean;
}

/**
 * Puts facts back that a refused call had consumed. Not those that were minted anew, revoked, or forgotten with their session
 * meanwhile; a store may keep back all of a kind of which one was revoked.
 */
export interface FactGiveBack {
  readonly op: 'fact.giveBack';
  /** The session that they were taken from. */
  readonly session: SessionKey;
  /** What `fact.require` answered as taken. */
  readonly taken: readonly TakenFact[];
}

/** A consumed fact, as the store needs it to put it back. */
export interface TakenFact {
  /** Its kind. */
  readonly kind: string;
  /** The id as text. */
  readonly value: string;
  /** Where it came from. */
  readonly origin: FactOrigin;
  /** Monotonic milliseconds at which it expires; absent where it lives as long as the session. */
  readonly expiresAt?: number | undefined;
  /** Counts the store's revocations up to its taking: a fact that is revoked later does not come back. */
  readonly revision: number;
}

/** Reads the facts of a session, all or of one kind. */
export interface FactRead {
  readonly op: 'fact.read';
  /** The session to read. */
  readonly session: SessionKey;
}

/** Forgets facts: one value of a kind, or the whole kind. */
export interface FactRevoke {
  readonly op: 'fact.revoke';
  /** The session that loses them. */
  readonly session: SessionKey;
  /** Kind of the facts. */
  readonly kind: string;
  /** The one value to forget, whatever its origin; absent for the whole kind. */
  readonly value?: string | undefined;
}

/** Records that a tool succeeded. */
export interface StepAdd {
  readonly op: 'step.add';
  /** The session that remembers it. */
  readonly session: SessionKey;
  /** Id of the tool. */
  readonly tool: string;
}

/** Asks that one of the tools succeeded in this session, at most `withinMs` ago. */
export interface StepRequire {
  readonly op: 'step.require';
  /** The session whose steps count. */
  readonly session: SessionKey;
  /** Ids of the tools; one of them is enough. */
  readonly tools: readonly string[];
  /** Longest time since the success, in milliseconds; absent for the whole life of the session. */
  readonly withinMs?: number | undefined;
  /** A refusal is only told: it takes nothing, and the list goes on behind it. */
  readonly observe: boolean;
}

/** Records what the user said. */
export interface TurnAdd {
  readonly op: 'turn.add';
  /** The session whose user said it. */
  readonly session: SessionKey;
  /** The whole turn, as it was said. */
  readonly text: string;
}

/** A run joins a named session. Refused when the id belongs to another user. */
export interface SessionOpen {
  readonly op: 'session.open';
  /** Key of the session, made of user and session id. */
  readonly session: SessionKey;
  /** The id that the application gave it. */
  readonly sessionId: string;
  /** Whose session it is from now on; `undefined` for a run without a user. */
  readonly userId: string | undefined;
  /** The session is forgotten when no run had it open for so long. */
  readonly idleMs: number;
  /** A refusal is only told: it takes nothing, and the list goes on behind it. */
  readonly observe: boolean;
}

/** A run leaves a named session. */
export interface SessionClose {
  readonly op: 'session.close';
  /** Key of the session. */
  readonly session: SessionKey;
}

/**
 * Forgets a session: facts, steps, user turns and its idempotency records, but for those of methods that are still running.
 * Where a run has it open it goes on, empty.
 */
export interface SessionEnd {
  readonly op: 'session.end';
  /** Key of the session. */
  readonly session: SessionKey;
  /** Idempotency scope of the session. */
  readonly scope: string;
}

/** Forgets a run: attempts, its idempotency records, and its session where that has no id. */
export interface RunEnd {
  readonly op: 'run.end';
  /** Key of the run: `run.key`. */
  readonly run: string;
  /** Idempotency scope of the run. */
  readonly scope: string;
  /** Its session where that has no id; absent where a named one goes on. */
  readonly session?: SessionKey | undefined;
}

/** A budget as the store knows it. */
export interface BudgetKey {
  /** Its name. Amounts of one key are safe integers of one unit: tokens, or nano-dollars. */
  readonly key: string;
  /**
   * Of a budget that starts anew with each period: the starts of the previous period, of the present one, of the next and of the
   * one after, in epoch milliseconds and as the caller's wall clock sees them; exactly four, ascending. With a new period
   * nothing is used and nothing held. The store keeps the latest start that it has seen: an earlier period never comes back.
   * A store that several processes share picks the present period among them by its own clock. Absent for a total that never
   * starts anew.
   */
  readonly boundaries?: readonly number[] | undefined;
}

/** A budget with its limit. */
export interface BudgetShare extends BudgetKey {
  /** Most that may be used and held of it together. */
  readonly limit: number;
}

/** Holds an amount in every budget, or in none. Refused by the first that has too little left. */
export interface BudgetHold {
  readonly op: 'budget.hold';
  /** The budgets, each once. */
  readonly budgets: readonly BudgetShare[];
  /** Who holds it, and so may settle it; holds of one owner add up. */
  readonly owner: string;
  /** What the call may use at most. */
  readonly amount: number;
  /**
   * What becomes of the hold when the process of its owner dies: it is given back, or charged in full. For a store that outlives
   * processes; one in memory ignores it.
   */
  readonly lapse: 'release' | 'charge';
  /** A refusal is only told: it takes nothing, and the list goes on behind it. */
  readonly observe: boolean;
}

/**
 * Replaces what an owner holds by what was really used (0 where nothing was). Nothing is charged where the owner holds nothing:
 * it was settled before, or the period that it was held in is over.
 */
export interface BudgetSettle {
  readonly op: 'budget.settle';
  /** The budgets of the `budget.hold`, or some of them. */
  readonly budgets: readonly BudgetKey[];
  /** The owner of the `budget.hold`. */
  readonly owner: string;
  /** What the call really used. */
  readonly used: number;
}

/**
 * Books what was used without a hold. It cannot be refused, so it may cross a limit. At the cap of the store a budget that is new
 * to it is not booked; nor can anything be held of it then.
 */
export interface BudgetCharge {
  readonly op: 'budget.charge';
  /** The budgets, each once. */
  readonly budgets: readonly BudgetKey[];
  /** What was used. */
  readonly used: number;
}

/** Reads what is used and held. */
export interface BudgetRead {
  readonly op: 'budget.read';
  /** The budgets; one that nobody has used yet is read as empty. */
  readonly budgets: readonly BudgetKey[];
}

/** Operations that can be refused; `observe` says that a refusal is only to be reported. */
export type AdmissionOperation =
  | RateTake
  | BreakerEnter
  | IdempotencyBegin
  | AttemptTake
  | FactRequire
  | StepRequire
  | SessionOpen
  | BudgetHold;

/** Operations that are carried out. */
export type EffectOperation =
  | RateGiveBack
  | BreakerLeave
  | IdempotencyFinish
  | FactAdd
  | FactGiveBack
  | FactRead
  | FactRevoke
  | StepAdd
  | TurnAdd
  | SessionClose
  | SessionEnd
  | RunEnd
  | BudgetSettle
  | BudgetCharge
  | BudgetRead;

/** One thing that a store does. */
export type StoreOperation = AdmissionOperation | EffectOperation;

/** The operation went through. */
export interface Admitted {
  readonly admitted: true;
}

/** The store is at its cap for new keys of this concern. */
export interface RefusedFull {
  readonly admitted: false;
  readonly full: true;
}

/** What a store answers, by operation. */
export interface StoreAnswers {
  /** The place, by its ticket for `rate.giveBack`; or after how many milliseconds one is free. */
  'rate.take':
    | (Admitted & { readonly ticket: number })
    | { readonly admitted: false; readonly retryAfterMs: number }
    | RefusedFull;
  /**
   * The generation for `breaker.leave`, and whether the call is the probe; refused, after how many milliseconds a
   * probe may be sent (0 while one is under way) and whose call that is.
   */
  'breaker.enter':
    | (Admitted & { readonly generation: number; readonly probe: boolean })
    | {
        readonly admitted: false;
        readonly retryAfterMs: number;
        readonly generation: number;
        readonly probeOwner?: string | undefined;
      }
    | RefusedFull;
  /** The execution may start, or what became of the one that is known. */
  'idempotency.begin': Admitted | IdempotencyKnown | RefusedFull;
  /** How many attempts there were, this one included. */
  'attempt.take': { readonly admitted: boolean; readonly used: number; readonly full?: boolean };
  /**
   * The proven spellings and origins, and what was consumed; or the first value that failed, and why: no such fact
   * (`missing`), or more than one spelling that fits a loose look-up (`ambiguous`).
   */
  'fact.require':
    | (Admitted & {
        /** Proven spellings, in the order of the values; absent where they are the values asked for. */
        readonly spellings?: readonly string[] | undefined;
        readonly taken?: readonly TakenFact[] | undefined;
        /** One origin per value; absent for what the user mentioned. */
        readonly origins: readonly (FactOrigin | undefined)[];
      })
    | { readonly admitted: false; readonly value: string; readonly why: 'missing' | 'ambiguous' };
  /** Whether one of the tools succeeded in time. */
  'step.require': { readonly admitted: boolean };
  /** Whether the session is open; not where the id belongs to another user, or the store is full. */
  'session.open': { readonly admitted: boolean; readonly full?: boolean };
  /** The amount is held, or which budget had too little left and what was used and held of it. */
  'budget.hold':
    | Admitted
    | { readonly admitted: false; readonly key: string; readonly used: number; readonly held: number }
    | RefusedFull;
  'rate.giveBack': undefined;
  'breaker.leave': undefined;
  'idempotency.finish': undefined;
  /** How many of the values found room. */
  'fact.add': { readonly added: number };
  'fact.giveBack': undefined;
  /** The facts of the session, to be asked at once: a view, not a copy. */
  'fact.read': FactsView;
  'fact.revoke': undefined;
  'step.add': undefined;
  /** Whether the text found room. */
  'turn.add': { readonly added: boolean };
  'session.close': undefined;
  'session.end': undefined;
  'run.end': undefined;
  'budget.settle': undefined;
  'budget.charge': undefined;
  /** What is used and held of each budget, in their order. */
  'budget.read': { readonly budgets: readonly BudgetState[] };
}

/** What is used and held of a budget, in its present period. */
export interface BudgetState {
  /** What was used, in the unit of the budget. */
  readonly used: number;
  /** What is held for calls on their way. */
  readonly held: number;
  /** End of the period in epoch milliseconds; absent for a total that never starts anew. */
  readonly resetsAt?: number | undefined;
}

/** The key is known: what became of its execution. */
export interface IdempotencyKnown {
  readonly admitted: false;
  /** `inProgress`: not ended; `done`: it took effect; `unknown`: it may have. */
  readonly state: 'inProgress' | 'done' | 'unknown';
  /** Whether the call has the arguments that the key stands for. */
  readonly sameArguments: boolean;
  /** Id of the call that began it. */
  readonly owner: string;
  /** The method of an unknown outcome is still running. */
  readonly running: boolean;
  /** The stored copy, where the result could be copied. */
  readonly result?: { readonly value: unknown } | undefined;
  /** Name of the error that an unknown outcome ended with. */
  readonly lastError?: string | undefined;
}

/** The answer to an operation. */
export type AnswerTo<Operation extends StoreOperation> = StoreAnswers[Operation['op']];

/** Any answer. */
export type StoreAnswer = StoreAnswers[keyof StoreAnswers];
