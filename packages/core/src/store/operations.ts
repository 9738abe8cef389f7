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
  readonly kind: string;
  readonly value: string;
}

/** A fact that let a call through; one that the user mentioned has no origin. */
export interface UsedFact {
  readonly kind: string;
  readonly value: string;
  readonly origin?: FactOrigin | undefined;
}

/** Which origins of a fact count. */
export interface FactSources {
  /** Any tool, or only these tool ids. */
  readonly tool: boolean | readonly string[];
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
}

/** Takes a place in a sliding window. Refused when `limit` places were taken within the last `periodMs`. */
export interface RateTake {
  readonly op: 'rate.take';
  readonly key: string;
  readonly limit: number;
  readonly periodMs: number;
  readonly observe: boolean;
}

/** Gives a place back, as if it had never been taken. */
export interface RateGiveBack {
  readonly op: 'rate.giveBack';
  readonly key: string;
  /** What `rate.take` answered. */
  readonly ticket: number;
}

/** Asks a breaker to let a call through; takes the probe where it is half-open. */
export interface BreakerEnter {
  readonly op: 'breaker.enter';
  readonly name: string;
  /** Id of the call, which owns the probe if it gets it. */
  readonly owner: string;
  readonly resetTimeoutMs: number;
  readonly observe: boolean;
}

/** Ends a call at a breaker. An outcome of an older generation is ignored. */
export interface BreakerLeave {
  readonly op: 'breaker.leave';
  readonly name: string;
  readonly owner: string;
  /** What `breaker.enter` answered. */
  readonly generation: number;
  /**
   * `ignored`: the dependency answered, so a probe closes the circuit. `neutral`: says nothing about the dependency, so a
   * probe goes to the next call.
   */
  readonly verdict: 'success' | 'failure' | 'ignored' | 'neutral';
  readonly maxFails: number;
}

/** Starts an execution under an idempotency key. Refused when the key is known. */
export interface IdempotencyBegin {
  readonly op: 'idempotency.begin';
  /** Run, session or user that the key belongs to; a scope is dropped as a whole. */
  readonly scope: string;
  readonly tool: string;
  readonly key: string;
  /** Id of the call: only the owner of an execution may finish it. */
  readonly owner: string;
  /** The arguments that the key stands for: plain, frozen data. */
  readonly args: unknown;
  readonly ttlMs: number;
  /** Owner of an execution of unknown outcome, known not to have taken effect, that this one replaces. */
  readonly replaces?: string | undefined;
  /** An execution of unknown outcome, known to have taken effect: it is done, with this result. */
  readonly concludes?: { readonly owner: string; readonly result: { readonly value: unknown } | undefined } | undefined;
  readonly observe: boolean;
}

/** Ends an execution, by its owner. */
export interface IdempotencyFinish {
  readonly op: 'idempotency.finish';
  readonly scope: string;
  readonly tool: string;
  readonly key: string;
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
  readonly ttlMs: number;
}

/** Counts an attempt of a tool in a run. Always counted, refused when over the limit. */
export interface AttemptTake {
  readonly op: 'attempt.take';
  readonly run: string;
  readonly tool: string;
  readonly limit: number;
  readonly observe: boolean;
}

/** Mints facts. */
export interface FactAdd {
  readonly op: 'fact.add';
  readonly session: SessionKey;
  readonly kind: string;
  readonly values: readonly string[];
  readonly origin: FactOrigin;
  /** Life of the facts; without it they live as long as the session. */
  readonly ttlMs?: number | undefined;
}

/** Asks that every value is a live fact. Refused at the first that is none. */
export interface FactRequire {
  readonly op: 'fact.require';
  readonly session: SessionKey;
  readonly kind: string;
  readonly values: readonly string[];
  readonly sources: FactSources;
  readonly about?: string | undefined;
  /** The facts are good for one call: they are taken out. */
  readonly consume: boolean;
  /** Compares folded spellings and answers the proven ones. */
  readonly loose: boolean;
  readonly observe: boolean;
}

/**
 * Puts facts back that a refused call had consumed. Not those that were minted anew, revoked, or forgotten with their session
 * meanwhile; a store may keep back all of a kind of which one was revoked.
 */
export interface FactGiveBack {
  readonly op: 'fact.giveBack';
  readonly session: SessionKey;
  readonly taken: readonly TakenFact[];
}

/** A consumed fact, as the store needs it to put it back. */
export interface TakenFact {
  readonly kind: string;
  readonly value: string;
  readonly origin: FactOrigin;
  /** Monotonic milliseconds at which it expires; absent where it lives as long as the session. */
  readonly expiresAt?: number | undefined;
  /** Counts the store's revocations up to its taking: a fact that is revoked later does not come back. */
  readonly revision: number;
}

/** Reads the facts of a session, all or of one kind. */
export interface FactRead {
  readonly op: 'fact.read';
  readonly session: SessionKey;
}

/** Forgets facts: one value of a kind, or the whole kind. */
export interface FactRevoke {
  readonly op: 'fact.revoke';
  readonly session: SessionKey;
  readonly kind: string;
  readonly value?: string | undefined;
}

/** Records that a tool succeeded. */
export interface StepAdd {
  readonly op: 'step.add';
  readonly session: SessionKey;
  readonly tool: string;
}

/** Asks that one of the tools succeeded in this session, at most `withinMs` ago. */
export interface StepRequire {
  readonly op: 'step.require';
  readonly session: SessionKey;
  readonly tools: readonly string[];
  readonly withinMs?: number | undefined;
  readonly observe: boolean;
}

/** Records what the user said. */
export interface TurnAdd {
  readonly op: 'turn.add';
  readonly session: SessionKey;
  readonly text: string;
}

/** A run joins a named session. Refused when the id belongs to another user. */
export interface SessionOpen {
  readonly op: 'session.open';
  readonly session: SessionKey;
  readonly sessionId: string;
  readonly userId: string | undefined;
  /** The session is forgotten when no run had it open for so long. */
  readonly idleMs: number;
  readonly observe: boolean;
}

/** A run leaves a named session. */
export interface SessionClose {
  readonly op: 'session.close';
  readonly session: SessionKey;
}

/**
 * Forgets a session: facts, steps, user turns and its idempotency records, but for those of methods that are still running.
 * Where a run has it open it goes on, empty.
 */
export interface SessionEnd {
  readonly op: 'session.end';
  readonly session: SessionKey;
  /** Idempotency scope of the session. */
  readonly scope: string;
}

/** Forgets a run: attempts, its idempotency records, and its session where that has no id. */
export interface RunEnd {
  readonly op: 'run.end';
  readonly run: string;
  readonly scope: string;
  readonly session?: SessionKey | undefined;
}

/** Holds an amount in every budget of a chain, or in none. Refused by the first that has too little left. */
export interface BudgetHold {
  readonly op: 'budget.hold';
  /** From the innermost to the root. Amounts are integers of one unit (tokens, or micro-dollars). */
  readonly budgets: readonly { readonly key: string; readonly limit: number }[];
  readonly owner: string;
  readonly amount: number;
  readonly observe: boolean;
}

/** Replaces a hold by what was really used (0 where nothing was). */
export interface BudgetSettle {
  readonly op: 'budget.settle';
  readonly budgets: readonly { readonly key: string }[];
  readonly owner: string;
  readonly used: number;
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
  | BudgetSettle;

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
  'rate.take':
    | (Admitted & { readonly ticket: number })
    | { readonly admitted: false; readonly retryAfterMs: number }
    | RefusedFull;
  'breaker.enter':
    | (Admitted & { readonly generation: number; readonly probe: boolean })
    | {
        readonly admitted: false;
        readonly retryAfterMs: number;
        readonly generation: number;
        readonly probeOwner?: string | undefined;
      }
    | RefusedFull;
  'idempotency.begin': Admitted | IdempotencyKnown | RefusedFull;
  'attempt.take': { readonly admitted: boolean; readonly used: number; readonly full?: boolean };
  'fact.require':
    | (Admitted & {
        /** Proven spellings, in the order of the values; absent where they are the values asked for. */
        readonly spellings?: readonly string[] | undefined;
        readonly taken?: readonly TakenFact[] | undefined;
        /** One origin per value; absent for what the user mentioned. */
        readonly origins: readonly (FactOrigin | undefined)[];
      })
    | { readonly admitted: false; readonly value: string; readonly why: 'missing' | 'ambiguous' };
  'step.require': { readonly admitted: boolean };
  'session.open': { readonly admitted: boolean; readonly full?: boolean };
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
  'fact.read': FactsView;
  'fact.revoke': undefined;
  'step.add': undefined;
  /** Whether the text found room. */
  'turn.add': { readonly added: boolean };
  'session.close': undefined;
  'session.end': undefined;
  'run.end': undefined;
  'budget.settle': undefined;
}

/** The key is known: what became of its execution. */
export interface IdempotencyKnown {
  readonly admitted: false;
  readonly state: 'inProgress' | 'done' | 'unknown';
  readonly sameArguments: boolean;
  readonly owner: string;
  /** The method of an unknown outcome is still running. */
  readonly running: boolean;
  /** The stored copy, where the result could be copied. */
  readonly result?: { readonly value: unknown } | undefined;
  readonly lastError?: string | undefined;
}

/** The answer to an operation. */
export type AnswerTo<Operation extends StoreOperation> = StoreAnswers[Operation['op']];

/** Any answer. */
export type StoreAnswer = StoreAnswers[keyof StoreAnswers];
