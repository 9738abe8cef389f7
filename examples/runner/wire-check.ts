import { stopOf } from './guard-decision.js';
import type { Playthrough } from './play.js';

/** How much of two runs was the same on the wire, to the byte. */
export interface WireCheck {
  readonly isSame: boolean;
  /** Requests that had to be the same, and their responses. */
  readonly exchanges: number;
  readonly bytes: number;
  /** The first thing that was not, such as `request 2`. */
  readonly firstDifference?: string;
}

/**
 * Compares what went over the wire until the first call that a guard stopped, that call included: up to there nothing may
 * tell the runs apart. Where no call was stopped, all must be the same.
 *
 * @returns `undefined` where a real model played
 */
export function checkWire(bare: Playthrough, guarded: Playthrough): WireCheck | undefined {
  if (bare.exchanges === undefined || guarded.exchanges === undefined) return undefined;
  const stopped = guarded.transcript.calls.find((call) => stopOf(call) !== undefined);
  const exchanges = stopped?.reply ?? Math.max(bare.exchanges.length, guarded.exchanges.length);

  let bytes = 0;
  for (let index = 0; index < exchanges; index++) {
    const [one, other] = [bare.exchanges[index], guarded.exchanges[index]];
    for (const part of ['request', 'response'] as const) {
      if (one === undefined || other === undefined || !one[part].equals(other[part])) {
        return { isSame: false, exchanges, bytes, firstDifference: `${part} ${index + 1}` };
      }
      bytes += one[part].length;
    }
  }
  return { isSame: true, exchanges, bytes };
}
