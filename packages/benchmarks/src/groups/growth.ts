import type { Group } from '../measure/readings.js';
import { factBytes, facts } from './growth/facts.js';
import { leftovers } from './growth/leftovers.js';
import { bytesPerRateKey, rates } from './growth/rates.js';
import { runBytes, runs } from './growth/runs.js';

/** Whether a call costs the same when there is much of everything, and what much of everything takes. */
export const growth: Group = {
  name: 'growth',
  title: 'Growth',
  rounds: 2,
  cases: [...rates, ...facts, ...runs, ...runBytes, ...factBytes, bytesPerRateKey, ...leftovers],
};
