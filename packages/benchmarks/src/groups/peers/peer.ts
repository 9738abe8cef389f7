import type { Call } from '../../measure/loop.js';
import { measurePairs } from '../../measure/pairs.js';
import type { Case } from '../../measure/readings.js';
import { bareCall } from '../shop.js';

/** Something else that does such work, measured as our own calls are. Loaded only in the process that measures it. */
export function peer(name: string, table: string, title: string, prepare: () => Promise<Call>): Case {
  return { name, title, table, measure: async (budget) => measurePairs(await prepare(), bareCall(), budget) };
}
