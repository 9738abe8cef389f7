import { idText } from '../facts/fact-value.js';
import type { Fact, FactsView, StoreAnswer, StoreOperation, TakenFact } from './operations.js';

/**
 * Facts were consumed: views of them that were answered before, in the same list, go on saying what was there. They are read when
 * the whole list is answered, and a rule must not miss a fact that a guard behind it takes for this very call.
 */
export function keepViews(
  operations: readonly StoreOperation[],
  answers: StoreAnswer[],
  taken: readonly TakenFact[],
): void {
  const facts = taken.map(({ kind, value, origin }): Fact => ({ ...origin, kind, value }));
  for (let index = 0; index < answers.length; index++) {
    if (operations[index]?.op === 'fact.read') answers[index] = viewWith(facts, answers[index] as FactsView);
  }
}

// What was taken may have been given back meanwhile.
function viewWith(taken: readonly Fact[], view: FactsView): FactsView {
  return {
    has: (kind, value) =>
      view.has(kind, value) || taken.some((fact) => fact.kind === kind && fact.value === idText(value)),
    list: (kind) => {
      const gone = taken.filter((fact) => (kind ?? fact.kind) === fact.kind && !view.has(fact.kind, fact.value));
      return [...view.list(kind), ...gone];
    },
    mentioned: (text, options) => view.mentioned(text, options),
  };
}
