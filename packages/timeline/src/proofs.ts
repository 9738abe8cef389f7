import type { FactModel, RunModel } from './run-model.js';

/** A call that proved a fact. */
export interface Proof {
  /** Place in `steps` of the run. */
  readonly step: number;
  readonly fact: FactModel;
}

/** What the calls of a run proved, by kind and value, whatever it was proven about. */
export interface Proofs {
  /** In the order of the calls. */
  of(kind: string, value: string): readonly Proof[];
}

/** Finds what the calls of a run proved. */
export function proofsOf({ steps }: RunModel): Proofs {
  const proofs = new Map<string, Proof[]>();
  const keyOf = (kind: string, value: string): string => JSON.stringify([kind, value]);
  for (const [index, step] of steps.entries()) {
    if (step.step !== 'call') continue;
    for (const fact of step.proves) {
      const key = keyOf(fact.kind, fact.value);
      const known = proofs.get(key);
      if (known === undefined) proofs.set(key, [{ step: index, fact }]);
      else known.push({ step: index, fact });
    }
  }
  return { of: (kind, value) => proofs.get(keyOf(kind, value)) ?? [] };
}
