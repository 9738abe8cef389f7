export { BudgetTransportError, type TransportFacts } from './errors/budget-transport-error.js';
export type * from './gateway-contract.js';
