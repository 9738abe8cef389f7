import {
  BudgetExceededError,
  type BudgetOptions,
  type BudgetScope,
  type Run,
  UnpricedModelError,
} from '@actguard/core';

/** A call of the model that a budget refused. */
export type BudgetRefusal = BudgetExceededError | UnpricedModelError;

/**
 * Lets a model answer inside a budget. Whoever calls this stands outside of it, and so can still act when it is used up.
 *
 * @param answer says whether the model has answered
 * @param onRefusal hears why the model was not called
 * @returns whether the model has answered; `false` where the budget ended before
 */
export async function answerWithin(
  run: Run,
  budget: BudgetOptions,
  answer: (scope: BudgetScope) => Promise<boolean>,
  onRefusal: (refusal: BudgetRefusal) => void,
): Promise<boolean> {
  try {
    return await run.budget(budget, answer);
  } catch (error) {
    if (!(error instanceof BudgetExceededError || error instanceof UnpricedModelError)) throw error;
    onRefusal(error);
    return false;
  }
}
