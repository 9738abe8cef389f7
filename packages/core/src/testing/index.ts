/**
 * Parts for tests: a clock that a test moves, plain agents with what they inject, and the contract that a state store must
 * keep. `import { TestClock } from '@actguard/core/testing'`.
 *
 * @module
 */
export type { StateStoreHarness } from './contract/store-driver.js';
export { DelayedStore, type DelayedStoreOptions } from './delayed-store.js';
export { describeStateStore, type TestRunner } from './describe-state-store.js';
export { TestClock } from './test-clock.js';
export { withProviders } from './with-providers.js';
