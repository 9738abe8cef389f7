import assert from 'node:assert/strict';
import type { AdmissionOperation, AnswerTo, StoreOperation } from '../../store/operations.js';
import type { Answers, MaybePromise, StateStore } from '../../store/state-store.js';

/** One store under test, with the time it goes by. */
export interface StateStoreHarness {
  /** A store that nobody else uses and that holds nothing. */
  readonly store: StateStore;
  /** The caller's monotonic milliseconds, as a host would hand them to the store. */
  now(): number;
  /** Lets time pass, for the caller and for the store: moves a clock, or sleeps. Never less than asked for. */
  advance(ms: number): Promise<void>;
  /** How many entries the store holds, where it can tell. Without it nothing is said about memory. */
  size?(): MaybePromise<number>;
  /** Called when the test has ended. */
  close?(): Promise<void>;
}

/** The tests of one concern: each gets a driver of a fresh store. */
export type Contract = (it: (title: string, body: (store: StoreDriver) => Promise<void>) => void) => void;

type AdmittedAnswer<Operation extends AdmissionOperation> = Extract<AnswerTo<Operation>, { readonly admitted: true }>;
type RefusedAnswer<Operation extends AdmissionOperation> = Exclude<
  Extract<AnswerTo<Operation>, { readonly admitted: false }>,
  { readonly full: true }
>;

/** Asks a store, as tests want to: one operation or a list, always asynchronously. */
export class StoreDriver {
  readonly #harness: StateStoreHarness;

  constructor(harness: StateStoreHarness) {
    this.#harness = harness;
  }

  /** Lets time pass. */
  advance(ms: number): Promise<void> {
    return this.#harness.advance(ms);
  }

  /** How many entries the store holds, where it can tell. */
  async size(): Promise<number | undefined> {
    return await this.#harness.size?.();
  }

  /** Applies a list. */
  async apply<const Operations extends readonly StoreOperation[]>(
    ...operations: Operations
  ): Promise<Answers<Operations>> {
    return await this.#harness.store.apply(operations, this.#harness.now());
  }

  /** Applies one operation. */
  async ask<Operation extends StoreOperation>(operation: Operation): Promise<AnswerTo<Operation>> {
    const answers: readonly AnswerTo<Operation>[] = await this.apply(operation as StoreOperation as never);
    assert.equal(answers.length, 1, `${operation.op} has one answer`);
    return answers[0] as AnswerTo<Operation>;
  }

  /** Applies one operation, which must go through. */
  async admits<Operation extends AdmissionOperation>(operation: Operation): Promise<AdmittedAnswer<Operation>> {
    const answer = await this.ask(operation);
    assert.equal(isAdmitted(answer), true, `${operation.op} is admitted, not ${JSON.stringify(answer)}`);
    return answer as AdmittedAnswer<Operation>;
  }

  /** Applies one operation, which must be refused. */
  async refuses<Operation extends AdmissionOperation>(operation: Operation): Promise<RefusedAnswer<Operation>> {
    const answer = await this.ask(operation);
    assert.equal(isAdmitted(answer), false, `${operation.op} is refused, not ${JSON.stringify(answer)}`);
    return answer as RefusedAnswer<Operation>;
  }

  /** Applies a list of which the last operation must be refused and all others admitted. */
  async refusesLast(...operations: readonly StoreOperation[]): Promise<void> {
    const answers: readonly unknown[] = await this.apply(...operations);
    assert.equal(answers.length, operations.length, 'the list is answered up to its end');
    assert.equal(isAdmitted(answers.at(-1)), false, 'the last operation is refused');
    for (const answer of answers.slice(0, -1)) assert.notEqual(isAdmitted(answer), false, 'only the last is refused');
  }

  /** Applies operations at once, each by itself, and answers how many went through. */
  async admittedOf(operations: readonly AdmissionOperation[]): Promise<number> {
    const answers = await Promise.all(operations.map((operation) => this.ask(operation)));
    return answers.filter(isAdmitted).length;
  }
}

function isAdmitted(answer: unknown): boolean | undefined {
  return (answer as { readonly admitted?: boolean } | undefined)?.admitted;
}
