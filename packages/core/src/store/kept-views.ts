import { idText } from '../facts/fact-value.js';
import { isSameSource } from './mint.js';
import type { Fact, FactRequire, FactsView, StoreAnswer, StoreOperation, TakenFact } from './operations.js';

/**
 * Facts were consumed: views of them that were answered before, in the same list, go on saying what was there. They are read when
 * the whole list is answered, and a rule must not miss a fact that a guard behind it takes for this very call.
 */
export function keepViews(
  { session }: FactRequire,
  taken: readonly TakenFact[],
  operations: readonly StoreOperation[],
  answers: StoreAnswer[],
): void {
  const facts = taken.map(({ kind, value, origin }): Fact => ({ ...origin, kind, value }));
  for (let index = 0; index < answers.length; index++) {
    const operation = operations[index];
    if (operation?.op === 'fact.read' && operation.session === session)
      answers[index] = viewWith(facts, answers[index] as FactsView);
  }
}

function viewWith(taken: readonly Fact[], view: FactsView): FactsView {
  return {
    has: (kind, value) =>
      view.has(kind, value) || taken.some((fact) => fact.kind === kind && fact.value === idText(value)),
    list: (kind) => {
      const held = view.list(kind);
      return [...held, ...taken.filter((fact) => (kind ?? fact.kind) === fact.kind && !isHeld(fact, held))];
    },
    mentioned: (text, options) => view.mentioned(text, options),
  };
}

// It may have been given back meanwhile.
function isHeld(fact: Fact, held: readonly Fact[]): boolean {
  return held.some((each) => each.kind === fact.kind && each.value === fact.value && isSameSource(each, fact));
}
