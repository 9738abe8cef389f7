import { type Conversation, isRefusal } from '../runner/conversation.js';
import type { Move } from '../runner/scripted-model.js';
import type { Position } from './world.js';

/** Tries of one turn after which it gives in. */
const MAX_TRIES = 12;

/** A model that takes every failure for a hiccup: it tries again at once, until somebody says how long to wait. */
export function stubbornModel(seen: Conversation): Move {
  const parcels = seen.userTurns[0]?.match(/\bPX-\d+\b/g) ?? [];
  const answers = seen.thisTurn.answersOf<Position>('track');
  const positions = answers.filter((answer): answer is Position => !isRefusal(answer));
  const toFind = parcels.filter((parcel) => !positions.some(({ trackingId }) => trackingId === parcel));
  if (toFind.length === 0) return { say: report(positions) };

  const pauses = answers.filter(isRefusal).flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  const [pauseMs = 0] = pauses;
  // Paused for one parcel: the other may be worth a try.
  if (pauses.length >= toFind.length) return { say: comeBack(pauseMs) };
  if (answers.length >= MAX_TRIES) return { say: 'I am sorry, the carrier does not answer. I tried again and again.' };
  return { calls: [{ tool: 'track', args: { trackingId: toFind[pauses.length] } }] };
}

function report(positions: readonly Position[]): string {
  return positions.map(({ trackingId, status }) => `${trackingId} is ${status}.`).join(' ');
}

function comeBack(pauseMs: number): string {
  return `The carrier is out of order at the moment. Please ask me again in ${Math.ceil(pauseMs / 60_000)} minutes.`;
}
