import { type BudgetHold, sharedBudget } from '@actguard/core';

/** A budget that the store is asked for directly. */
export interface RawBudget {
  readonly key: string;
  readonly limit: number;
  readonly lapse: BudgetHold['lapse'];
}

export const RAW_BUDGETS: readonly RawBudget[] = [
  { key: 'charged', limit: 30_000, lapse: 'charge' },
  { key: 'released', limit: 30_000, lapse: 'release' },
];

/** One that agents have. */
export const ACME = sharedBudget('tenant:acme', { tokenLimit: 20_000, usdLimit: 0.06, enforcement: 'hard' });

/** In USD per million tokens. */
export const PRICES = { m: { input: 1, output: 4 } };

/** What a call of tokens costs, in nano-dollars. */
export const nanosOf = (input: number, output: number): number => input * 1_000 + output * 4_000;
