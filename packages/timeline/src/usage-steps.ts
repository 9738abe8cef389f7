import type {
  BudgetBlockedEvent,
  BudgetCostEvent,
  BudgetOpenEvent,
  BudgetWarningEvent,
  LlmUsageEvent,
  TokenUsage,
} from '@actguard/core';
import { amount, type BudgetLedger, textOf } from './budget-ledger.js';
import type { BudgetStep, CostStep, ModelStep } from './budget-model.js';
import { capturedError } from './captured-error.js';

type UsageEvent = BudgetOpenEvent | BudgetCostEvent | BudgetWarningEvent | BudgetBlockedEvent | LlmUsageEvent;

/** The buckets of a usage record, in the order in which they are shown. */
export const BUCKETS = [
  'input',
  'cachedInput',
  'cacheWrite5m',
  'cacheWrite1h',
  'audioInput',
  'output',
  'reasoning',
  'audioOutput',
] as const satisfies readonly (keyof TokenUsage)[];

/** Books an event about what was used. The opening of a scope is no step: nothing happens by it. */
export function usageStep(ledger: BudgetLedger, event: UsageEvent): ModelStep | CostStep | BudgetStep | undefined {
  switch (event.name) {
    case 'budget.open':
      ledger.opened(event);
      return undefined;
    case 'budget.cost':
      return costStep(ledger, event);
    case 'llm.usage':
      return modelStep(ledger, event);
    case 'budget.warning':
    case 'budget.blocked':
      return budgetStep(ledger, event);
  }
}

function modelStep(ledger: BudgetLedger, event: LlmUsageEvent): ModelStep {
  const { usdMicros } = event;
  const tokens = amount(event.tokens);
  const costUnits = amount(event.costUnits);
  const used = { token: tokens, usd: amount(usdMicros), cost: costUnits };
  return {
    step: 'model',
    time: event.time,
    provider: textOf(event.provider) ?? '?',
    model: textOf(event.model) ?? '?',
    responseModel: textOf(event.responseModel),
    operation: textOf(event.operation) ?? '?',
    ending: endingOf(event.outcome),
    usage: Object.fromEntries(
      BUCKETS.map((bucket) => [bucket, amount(event.usage?.[bucket])]),
    ) as unknown as TokenUsage,
    tokens,
    usd: typeof usdMicros === 'number' ? amount(usdMicros) / 1_000_000 : undefined,
    costUnits,
    isEstimated: event.isEstimated === true,
    scopeName: textOf(event.scopeName),
    toolName: textOf(event.toolName),
    budgets: ledger.charged(event.scopeId, event.scopeName, used),
  };
}

function endingOf(outcome: string): ModelStep['ending'] {
  if (outcome === 'success') return 'answered';
  return outcome === 'aborted' ? 'left' : 'failed';
}

function costStep(ledger: BudgetLedger, event: BudgetCostEvent): CostStep {
  const usdMicros = amount(event.usdMicros);
  return {
    step: 'cost',
    time: event.time,
    costName: textOf(event.costName) ?? '?',
    usd: usdMicros / 1_000_000,
    toolName: textOf(event.toolName),
    budgets: ledger.chargedAt(event, { token: 0, usd: usdMicros, cost: amount(event.costUnits) }),
  };
}

function budgetStep(ledger: BudgetLedger, event: BudgetWarningEvent | BudgetBlockedEvent): BudgetStep {
  const budget = ledger.limited(event);
  const { time, limitType } = event;
  if (event.name === 'budget.warning') return { step: 'budget', time, state: 'warning', limitType, budget };
  const { refusal, code, needed } = capturedError(event.error);
  return {
    step: 'budget',
    time,
    state: event.outcome === 'observed' ? 'observed' : 'refused',
    limitType,
    refused: textOf(event.refused),
    code: refusal?.code ?? code,
    needed,
    budget,
  };
}
