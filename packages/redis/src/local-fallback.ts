import { MemoryStore, type StoreAnswer, type StoreOperation } from '@actguard/core';

/** What becomes of a concern while Redis cannot be reached. */
export interface OnUnavailable {
  /** `local`: this process counts by itself, so several together may admit as many times the limit. @default 'refuse' */
  readonly rateLimit?: 'refuse' | 'local';
  /** `local`: this process has a circuit of its own, closed at first. @default 'refuse' */
  readonly circuitBreaker?: 'refuse' | 'local';
  /** `local`: attempts count from 0 again. @default 'refuse' */
  readonly attempts?: 'refuse' | 'local';
}

/** Names of the options. */
export const CONCERNS = ['rateLimit', 'circuitBreaker', 'attempts'] as const satisfies readonly (keyof OnUnavailable)[];

const CONCERN_OF: Partial<Record<StoreOperation['op'], keyof OnUnavailable>> = {
  'rate.take': 'rateLimit',
  'rate.giveBack': 'rateLimit',
  'breaker.enter': 'circuitBreaker',
  'breaker.leave': 'circuitBreaker',
  'attempt.take': 'attempts',
};

// The server's tickets are microseconds since 1970, ours milliseconds since the process has started.
const FIRST_REMOTE_TICKET = 1e14;

/** The state of this process alone, for concerns that may go on without Redis. */
export class LocalFallback {
  readonly #store = new MemoryStore();
  readonly #concerns: OnUnavailable;
  /** Calls that entered a breaker here, so that they leave it here. */
  readonly #owners = new Set<string>();
  /** Runs whose attempts were counted here, so that they are forgotten here. */
  readonly #runs = new Set<string>();
  #now = 0;

  constructor(concerns: OnUnavailable) {
    this.#concerns = concerns;
  }

  /** Whether everything in a list may be decided here. */
  covers(operations: readonly StoreOperation[]): boolean {
    return operations.every(({ op }) => {
      const concern = CONCERN_OF[op];
      return concern !== undefined && this.#concerns[concern] === 'local';
    });
  }

  /** Decides here. */
  apply(operations: readonly StoreOperation[], now: number): readonly StoreAnswer[] {
    this.#now = now;
    const answers = this.#store.apply(operations, now) as readonly StoreAnswer[];
    const isThrough = answers.length === operations.length;
    for (const operation of operations) {
      if (operation.op === 'breaker.enter' && isThrough) this.#owners.add(operation.owner);
      // Attempts stay counted, also those of a refused list.
      if (operation.op === 'attempt.take') this.#runs.add(operation.run);
    }
    return answers;
  }

  /** Whether an effect ends what was taken here, and nothing there. What ends here too is ended. */
  owns(operation: StoreOperation): boolean {
    if (operation.op === 'run.end' && this.#runs.delete(operation.run)) this.#store.apply([operation], this.#now);
    if (operation.op === 'rate.giveBack') return operation.ticket < FIRST_REMOTE_TICKET;
    return operation.op === 'breaker.leave' && this.#owners.delete(operation.owner);
  }
}
