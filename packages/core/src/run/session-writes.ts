import { isActGuardError } from '../errors/actguard-error.js';
import { StoreUnavailableError } from '../errors/guard-errors.js';
import { SessionConflictError } from '../errors/run-errors.js';
import { messageOfThrown } from '../errors/thrown.js';
import { UsageError } from '../errors/usage-errors.js';
import { warnOnce } from '../events/warn-once.js';
import type { SessionOpen, StoreAnswer, StoreOperation } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import type { RunCore } from './run-core.js';

/** A run whose session is written to. */
interface WritingRun {
  readonly core: RunCore;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly userId: string | undefined;
  readonly isObserved: boolean;
}

type OpenAnswer = readonly [{ readonly admitted: boolean; readonly full?: boolean }];

/** What a run writes to its session before its calls: they wait for it, where the store is asynchronous. */
export class SessionWrites {
  readonly #run: WritingRun;
  #ready: Promise<void> | undefined;

  constructor(run: WritingRun) {
    this.#run = run;
  }

  /** Resolves once all has arrived; `undefined` where nothing is on its way. Rejects where something failed. */
  get ready(): Promise<void> | undefined {
    return this.#ready;
  }

  /** @throws {SessionConflictError} where the session belongs to another user, with a synchronous store */
  join(): void {
    const { core, sessionKey: session, sessionId, userId } = this.#run;
    const { store, clock, sessionTtlMs } = core;
    const open: SessionOpen = { op: 'session.open', session, sessionId, userId, idleMs: sessionTtlMs, observe: false };
    const check = ([answer]: OpenAnswer): void => {
      if (answer.full)
        throw new UsageError('the state store holds as many sessions as it may', { code: 'runtime.session_limit' });
      if (!answer.admitted) throw new SessionConflictError(sessionId);
    };
    this.#asking('run', () => {
      const answers = store.apply([open] as const, clock.now());
      if (isThenable(answers)) this.#wait(Promise.resolve(answers).then(check));
      else check(answers);
    });
  }

  /** @param what the application called, for errors */
  write(what: string, operation: StoreOperation): void {
    const { store, clock } = this.#run.core;
    const act = (): MaybePromise<readonly StoreAnswer[]> =>
      store.apply([operation], clock.now()) as MaybePromise<readonly StoreAnswer[]>;
    this.#asking(what, () => {
      // One write after the other: a revocation must not overtake what it revokes.
      const done = this.#ready === undefined ? act() : this.#ready.then(act);
      if (isThenable(done)) this.#wait(Promise.resolve(done).then((answers) => this.#warnIfFull(answers)));
      else this.#warnIfFull(done);
    });
  }

  /** Does something once all has arrived, or failed. */
  afterAll(act: () => MaybePromise<unknown>): MaybePromise<unknown> {
    return this.#ready === undefined ? act() : this.#ready.then(act, act);
  }

  // What a store throws says nothing to who called the run. Where guards only observe, a store that is down stops nobody.
  #asking(what: string, ask: () => void): void {
    const { core, isObserved } = this.#run;
    try {
      ask();
    } catch (error) {
      if (isActGuardError(error)) throw error;
      if (!isObserved) throw new StoreUnavailableError(what, error);
      warnOnce(core, 'store_unavailable', `The state store does not answer ${what}: ${messageOfThrown(error)}`);
    }
  }

  #warnIfFull([answer]: readonly StoreAnswer[]): void {
    const added = answer !== undefined && 'added' in answer ? answer.added : true;
    if (added !== false && added !== 0) return;
    warnOnce(
      this.#run.core,
      'session_full',
      'A session is full: what the application or the user said is not kept, so calls that need it are refused.',
    );
  }

  // A failed write stays: without it, what calls would decide by is not known.
  #wait(written: Promise<unknown>): void {
    const ready = written.then(() => {
      if (this.#ready === ready) this.#ready = undefined;
    });
    this.#ready = ready;
    ready.catch(() => {});
  }
}
