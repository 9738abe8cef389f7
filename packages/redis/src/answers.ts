import type {
  BudgetState,
  FactOrigin,
  FactRequire,
  IdempotencyKnown,
  StoreAnswer,
  StoreAnswers,
  StoreOperation,
  TakenFact,
} from '@actguard/core';
import { FactsSnapshot, type SeenFact, SeenFacts } from './facts-snapshot.js';
import { REVISIONS } from './request-bodies.js';
import { resultOf } from './result-text.js';
import { Mirror, type SessionMirrors, type Turns } from './session-mirrors.js';
import { fromWire } from './wire-text.js';

/** What the script answers to a request; `false` where it has nothing to say. */
export type Answer = false | Readonly<Record<string, unknown>>;

/** What an answer is read with. */
export interface Reading {
  readonly mirrors: SessionMirrors;
  /** What was seen of the session when the script was asked. */
  readonly seen: Mirror | undefined;
  /** The server's time in microseconds. */
  readonly now: number;
}

/** What the answers to the requests of an operation come to. */
export function answerOf(operation: StoreOperation, answers: readonly Answer[], reading: Reading): StoreAnswer {
  const last = answers.at(-1) || {};
  const refused = answers.find((answer) => answer !== false && answer['admitted'] === false) || undefined;
  switch (operation.op) {
    case 'rate.take':
      return last['admitted'] === true
        ? { admitted: true, ticket: Number(last['ticket']) }
        : { admitted: false, retryAfterMs: Number(last['retryAfterMs']) };
    case 'breaker.enter':
      return breakerAnswer(last);
    case 'attempt.take':
      return { admitted: last['admitted'] === true, used: Number(last['used']) };
    case 'idempotency.begin':
      return last['admitted'] === true ? { admitted: true } : knownAnswer(last);
    case 'fact.add':
      return { added: Number(last['added']) };
    case 'fact.require':
      return requireAnswer(operation, last);
    case 'fact.read':
      return readAnswer(operation.session, last, reading);
    case 'step.require':
      return { admitted: last['admitted'] === true };
    case 'session.open':
      return refused === undefined ? { admitted: true } : { admitted: false };
    case 'turn.add':
      return turnAnswer(operation.session, operation.text, last, reading.mirrors);
    case 'budget.hold': {
      if (refused === undefined) return { admitted: true };
      const { key } = operation.budgets[answers.indexOf(refused)] ?? { key: '' };
      return { admitted: false, key, used: Number(refused['used']), held: Number(refused['held']) };
    }
    case 'budget.read':
      return { budgets: answers.map((answer) => budgetState(answer || {})) };
    default:
      return undefined;
  }
}

/** The turns of an answer. */
export function turnsOf({ epoch, from, texts }: Exclude<Answer, false>): Turns {
  return { epoch: String(epoch), from: Number(from), texts: listOf<string>(texts).map(fromWire) };
}

// An empty list is an empty object in the script's JSON.
function listOf<Item>(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? fromWire(value) : undefined;
}

function breakerAnswer(answer: Exclude<Answer, false>): StoreAnswers['breaker.enter'] {
  const generation = Number(answer['generation']);
  if (answer['admitted'] === true) return { admitted: true, generation, probe: answer['probe'] === true };
  return {
    admitted: false,
    retryAfterMs: Number(answer['retryAfterMs']),
    generation,
    probeOwner: textOf(answer['probeOwner']),
  };
}

function knownAnswer(answer: Exclude<Answer, false>): IdempotencyKnown {
  const result = answer['result'];
  return {
    admitted: false,
    state: answer['state'] as IdempotencyKnown['state'],
    sameArguments: answer['sameArguments'] === true,
    owner: textOf(answer['owner']) ?? '',
    running: answer['running'] === true,
    result: typeof result === 'string' ? resultOf(result) : undefined,
    lastError: textOf(answer['lastError']),
  };
}

function originOf(answer: Readonly<Record<string, unknown>>): FactOrigin {
  const [at, callId] = JSON.parse(String(answer['origin'])) as [number, string | null | undefined];
  return {
    source: answer['source'] === 'app' ? 'app' : 'tool',
    tool: textOf(answer['tool']),
    callId: callId ?? undefined,
    about: textOf(answer['about']),
    at,
  };
}

function requireAnswer(operation: FactRequire, answer: Exclude<Answer, false>): StoreAnswers['fact.require'] {
  if (answer['admitted'] !== true) {
    const value = operation.values[Number(answer['index']) - 1] ?? '';
    return { admitted: false, value, why: answer['why'] === 'ambiguous' ? 'ambiguous' : 'missing' };
  }
  const origins = listOf<Answer>(answer['origins']).map((origin) => (origin === false ? undefined : originOf(origin)));
  const spellings = operation.loose ? listOf<string>(answer['spellings']).map(fromWire) : undefined;
  if (!operation.consume) return { admitted: true, origins, spellings };
  return {
    admitted: true,
    origins,
    spellings,
    taken: listOf<Readonly<Record<string, unknown>>>(answer['taken']).map(takenOf),
  };
}

function takenOf(answer: Readonly<Record<string, unknown>>): TakenFact {
  const { expiresAt, epoch, revision } = answer;
  return {
    kind: textOf(answer['kind']) ?? '',
    value: textOf(answer['value']) ?? '',
    origin: originOf(answer),
    expiresAt: expiresAt === undefined ? undefined : Number(expiresAt),
    revision: Number(epoch) * REVISIONS + Math.min(Number(revision), REVISIONS - 1),
  };
}

function readAnswer(
  session: string,
  answer: Exclude<Answer, false>,
  { mirrors, seen = new Mirror(''), now }: Reading,
): StoreAnswers['fact.read'] {
  const mirror = mirrors.grow(session, seen, turnsOf(answer));
  if (answer['facts'] !== undefined) {
    const facts = [...listOf<Readonly<Record<string, unknown>>>(answer['facts'])];
    facts.sort((a, b) => Number(a['number']) - Number(b['number']));
    mirror.read(Number(answer['version']), new SeenFacts(facts.map(factOf)));
    mirrors.keep(session, mirror);
  }
  return new FactsSnapshot(mirror.facts, mirror.said, now);
}

function factOf(answer: Readonly<Record<string, unknown>>): SeenFact {
  const fact = { ...originOf(answer), kind: textOf(answer['kind']) ?? '', value: textOf(answer['value']) ?? '' };
  const { expiresAt } = answer;
  return { fact, expiresAt: expiresAt === undefined ? Number.POSITIVE_INFINITY : Number(expiresAt) };
}

function turnAnswer(
  session: string,
  text: string,
  answer: Exclude<Answer, false>,
  mirrors: SessionMirrors,
): StoreAnswers['turn.add'] {
  if (answer['added'] !== true) return { added: false };
  mirrors.hear(session, String(answer['epoch']), Number(answer['turns']), text);
  return { added: true };
}

function budgetState(answer: Exclude<Answer, false>): BudgetState {
  const { resetsAt } = answer;
  const amounts = { used: Number(answer['used'] ?? 0), held: Number(answer['held'] ?? 0) };
  return resetsAt === undefined ? amounts : { ...amounts, resetsAt: Number(resetsAt) };
}
