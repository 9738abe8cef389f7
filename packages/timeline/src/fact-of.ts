import type { UsedFact } from '@actguard/core';
import type { FactModel } from './run-model.js';

/** A fact as a page shows it. */
export function factOf({ kind, value, origin }: UsedFact): FactModel {
  return { kind, value, about: origin?.about };
}

/** What tells facts apart. */
export function factKey({ kind, value, about }: FactModel): string {
  return JSON.stringify([kind, value, about]);
}
