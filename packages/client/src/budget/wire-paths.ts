/** Where a gateway takes what. */
export const PATHS = {
  reserve: '/api/v1/reserve',
  settle: '/api/v1/settle',
  'cu-tariff': '/api/v1/cu-tariff',
  events: '/api/v1/events',
} as const;

/** What is asked of a gateway about budgets. */
export type BudgetOperation = 'reserve' | 'settle' | 'cu-tariff';
