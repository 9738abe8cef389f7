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
  /** The request from which on a hard budget lowered the cap of output; from there on nothing is compared. */
  readonly lowered?: LoweredCap;
}

/** A cap of output that a hard budget has lowered. */
export interface LoweredCap {
  /** Number of the request, from 1. */
  readonly request: number;
  /** In tokens. */
  readonly from: number;
  readonly to: number;
}

/**
 * Compares what went over the wire until the first call that a guard stopped, that call included: up to there nothing may
 * tell the runs apart. Where the budget refused a call of the model, all before it must be the same; where nothing was
 * stopped, all. A hard budget lowers the cap of output of a request, which ends the comparison, if that is all that differs.
 *
 * @returns `undefined` where a real model played
 */
export function checkWire(bare: Playthrough, guarded: Playthrough): WireCheck | undefined {
  if (bare.exchanges === undefined || guarded.exchanges === undefined) return undefined;
  const stopped = guarded.transcript.calls.find((call) => stopOf(call) !== undefined);
  const all =
    guarded.transcript.notCalled === undefined
      ? Math.max(bare.exchanges.length, guarded.exchanges.length)
      : guarded.exchanges.length;
  const exchanges = stopped?.reply ?? all;

  let bytes = 0;
  for (let index = 0; index < exchanges; index++) {
    const [one, other] = [bare.exchanges[index], guarded.exchanges[index]];
    const lowered = guarded.manner === 'hard' ? loweredCap(one?.request, other?.request) : undefined;
    if (lowered !== undefined)
      return { isSame: true, exchanges: index, bytes, lowered: { request: index + 1, ...lowered } };
    for (const part of ['request', 'response'] as const) {
      if (one === undefined || other === undefined || !one[part].equals(other[part])) {
        return { isSame: false, exchanges, bytes, firstDifference: `${part} ${index + 1}` };
      }
      bytes += one[part].length;
    }
  }
  return { isSame: true, exchanges, bytes };
}

/** The caps of two requests that differ in nothing but a lower cap in the second; `undefined` for others. */
function loweredCap(one?: Buffer, other?: Buffer): Omit<LoweredCap, 'request'> | undefined {
  if (one === undefined || other === undefined) return undefined;
  const [from, to] = [capOf(one), capOf(other)];
  if (from === undefined || to === undefined || to >= from) return undefined;
  const raised = JSON.stringify({ ...JSON.parse(other.toString()), max_completion_tokens: from });
  return raised === one.toString() ? { from, to } : undefined;
}

function capOf(request: Buffer): number | undefined {
  const { max_completion_tokens: cap }: { max_completion_tokens?: unknown } = JSON.parse(request.toString());
  return typeof cap === 'number' ? cap : undefined;
}
