import { airlineRefund } from './airline-refund/scenario.js';
import type { Scenario } from './runner/scenario.js';

/** All scenarios, in the order in which `npm start` plays them. */
export const scenarios: readonly Scenario[] = [airlineRefund];
