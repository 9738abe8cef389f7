import { createHash } from 'node:crypto';
import {
  canonicalText,
  type FactOrigin,
  foldLoosely,
  type IdempotencyBegin,
  type IdempotencyFinish,
  type TakenFact,
  UserTextIndex,
} from '@actguard/core';
import { resultText } from './result-text.js';
import { toWire } from './wire-text.js';

// What the script is given of an operation. Numbers of more than 14 digits go as texts: its JSON keeps no more.

/** How many revocations of a session are told apart, in a fact's `revision`; its other part is the session's epoch. */
export const REVISIONS = 2 ** 20;

/** Of the arguments only a digest goes out: they may be long, and hold what nobody else shall read. */
export function beginBody(
  { owner, args, ttlMs, replaces, concludes }: IdempotencyBegin,
  maxResultLength: number,
): object {
  return {
    owner: toWire(owner),
    args: createHash('sha256').update(canonicalText(args)).digest('base64url'),
    ttlMs,
    replaces: replaces === undefined ? undefined : toWire(replaces),
    concludes: concludes && {
      owner: toWire(concludes.owner),
      result: resultText(concludes.result, maxResultLength),
    },
  };
}

/** How an execution ended. */
export function finishBody(operation: IdempotencyFinish, maxResultLength: number): object {
  const { owner, state, result, lastError, running = false, ttlMs } = operation;
  return {
    owner: toWire(owner),
    state,
    result: resultText(result, maxResultLength),
    lastError: lastError === undefined ? undefined : toWire(lastError),
    running,
    ttlMs,
  };
}

/** Where a fact came from; what the script does not ask of it goes as one text. */
export function originBody({ source, tool, callId, about, at }: FactOrigin): object {
  return {
    source,
    tool: tool === undefined ? undefined : toWire(tool),
    about: about === undefined ? undefined : toWire(about),
    origin: JSON.stringify([at, callId]),
  };
}

/** A consumed fact that comes back. */
export function takenBody({ kind, value, origin, expiresAt, revision }: TakenFact): object {
  return {
    kind: toWire(kind),
    value: toWire(value),
    fold: toWire(foldLoosely(value)),
    ...originBody(origin),
    expiresAt: expiresAt === undefined ? undefined : String(expiresAt),
    epoch: String(Math.floor(revision / REVISIONS)),
    revision: revision % REVISIONS,
  };
}

/** What the user said, and how many of a session's words it takes. */
export function turnBody(text: string, maxTokens: number): object {
  const index = new UserTextIndex({ maxTokens });
  // One that never fits need not be sent.
  return index.add(text) ? { text: toWire(text), cost: index.tokensUsed } : { text: '', cost: maxTokens + 1 };
}
