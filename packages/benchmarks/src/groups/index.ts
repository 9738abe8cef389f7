import type { Group } from '../measure/readings.js';
import { calls } from './calls.js';
import { yardstick } from './yardstick.js';

/** All groups, in the order in which they are shown. */
export const GROUPS: readonly Group[] = [calls, yardstick];
