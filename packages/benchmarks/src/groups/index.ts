import type { Group } from '../measure/readings.js';
import { calls } from './calls.js';
import { growth } from './growth.js';
import { metering } from './metering.js';
import { peers } from './peers.js';
import { refusals } from './refusals.js';
import { sharedStore } from './shared-store.js';
import { yardstick } from './yardstick.js';

/** All groups, in the order in which they are shown. */
export const GROUPS: readonly Group[] = [calls, refusals, yardstick, peers, growth, metering, sharedStore];
