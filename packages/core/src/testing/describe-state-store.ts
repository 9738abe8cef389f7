import { attemptContract } from './contract/attempts.js';
import { breakerContract } from './contract/breaker.js';
import { budgetContract } from './contract/budgets.js';
import { consumptionContract } from './contract/consumption.js';
import { expiryContract } from './contract/expiry.js';
import { factContract } from './contract/facts.js';
import { idempotencyContract } from './contract/idempotency.js';
import { listContract } from './contract/lists.js';
import { rateContract } from './contract/rate.js';
import { reconciliationContract } from './contract/reconciliation.js';
import { sessionContract } from './contract/sessions.js';
import { type Contract, type StateStoreHarness, StoreDriver } from './contract/store-driver.js';

/** The functions of a test runner that the suite is written with: those of jest, vitest or `node:test`. */
export interface TestRunner {
  /** Groups the tests that `body` declares. */
  describe(title: string, body: () => void): unknown;
  /** Declares a test; it fails where the promise of `body` rejects. */
  it(title: string, body: () => Promise<void>): unknown;
}

const CONTRACTS: Readonly<Record<string, Contract>> = {
  'rate limit': rateContract,
  'circuit breaker': breakerContract,
  'idempotency record': idempotencyContract,
  reconciliation: reconciliationContract,
  attempts: attemptContract,
  facts: factContract,
  'consumed facts': consumptionContract,
  'steps, sessions and runs': sessionContract,
  budgets: budgetContract,
  'list of operations': listContract,
  expiry: expiryContract,
};

/**
 * Declares the contract of `StateStore` as tests, for any store: what every operation means, that a list of them is one
 * atomic step, and what expires when. A store that passes may stand behind every guard.
 *
 * No test waits for longer than half a second in all, and none asserts how fast anything is.
 *
 * @param name title of the suite
 * @param createHarness makes a fresh, empty store for each test
 * @param runner `describe` and `it` of the test runner
 *
 * @example
 * describeStateStore('MyStore', async () => ({
 *   store: new MyStore(),
 *   now: () => performance.now(),
 *   advance: (ms) => setTimeout(ms),
 * }), { describe, it });
 */
export function describeStateStore(
  name: string,
  createHarness: () => Promise<StateStoreHarness>,
  { describe, it }: TestRunner,
): void {
  describe(`${name} as a StateStore`, () => {
    for (const [concern, contract] of Object.entries(CONTRACTS)) {
      describe(concern, () => {
        contract((title, body) => {
          it(title, async () => {
            const harness = await createHarness();
            try {
              await body(new StoreDriver(harness));
            } finally {
              await harness.close?.();
            }
          });
        });
      });
    }
  });
}
