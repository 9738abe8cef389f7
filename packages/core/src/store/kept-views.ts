import { idText } from '../facts/fact-value.js';
import type { FactsView, StoreAnswer, StoreOperation } from './operations.js';

/**
 * Facts are about to be consumed: views of them that were answered before, in the same list, go on saying what was there. They
 * are read when the whole list is answered, and a rule must not miss a fact that a guard behind it takes for this very call.
 */
export function keepViews(operations: readonly StoreOperation[], answers: StoreAnswer[]): void {
  for (let index = 0; index < answers.length; index++) {
    if (operations[index]?.op === 'fact.read') answers[index] = keptView(answers[index] as FactsView);
  }
}

function keptView(view: FactsView): FactsView {
  const facts = view.list();
  return {
    has(kind, value) {
      const text = idText(value);
      return text !== undefined && facts.some((fact) => fact.kind === kind && fact.value === text);
    },
    list: (kind) => facts.filter((fact) => kind === undefined || fact.kind === kind),
    mentioned: (text, options) => view.mentioned(text, options),
  };
}
