import type { ActGuardEvent, LimitType, UsedFact } from '@actguard/core';

/** What is shown where a name should stand and does not. */
const UNNAMED = '?';

const KNOWN: ReadonlySet<unknown> = new Set([
  'run.start',
  'run.stop',
  'run.end',
  'run.user_said',
  'run.fact_added',
  'tool.invoke',
  'tool.failure',
  'guard.blocked',
  'guard.intervention',
  'guard.admitted',
  'guard.observed',
  'budget.open',
  'budget.cost',
  'budget.warning',
  'budget.blocked',
  'llm.usage',
] satisfies ActGuardEvent['name'][]);

/**
 * Reads an entry of a list that may come from a file: afterwards every field has the type that it says. A field that cannot
 * be read is left out, and a missing time is `NaN`.
 *
 * @returns `undefined` where too little is left to be shown, and for an event that this version does not know
 */
export function readEvent(entry: unknown): ActGuardEvent | undefined {
  if (!isRecord(entry) || !KNOWN.has(entry['name'])) return undefined;
  const runId = textOf(entry['runId']);
  const own = ownFields(entry);
  if (runId === undefined || own === undefined) return undefined;
  return {
    ...entry,
    runId,
    sessionId: textOf(entry['sessionId']) ?? runId,
    userId: textOf(entry['userId']),
    time: numberOf(entry['time']) ?? Number.NaN,
    errorType: textOf(entry['errorType']),
    ...own,
  } as ActGuardEvent;
}

/** Whether an entry may well be right, but of a version that has more events than this one. */
export function isNewer(entry: unknown): boolean {
  return isRecord(entry) && typeof entry['name'] === 'string' && !KNOWN.has(entry['name']);
}

type Fields = Readonly<Record<string, unknown>>;

function ownFields(entry: Fields): Fields | undefined {
  switch (entry['name']) {
    case 'run.start':
    case 'run.end':
      return {};
    case 'run.stop':
      return { code: textOf(entry['code']) ?? UNNAMED };
    case 'run.user_said': {
      const text = textOf(entry['text']);
      return text === undefined ? undefined : { text };
    }
    case 'run.fact_added': {
      const [fact] = factsIn([entry['fact']]);
      return fact === undefined ? undefined : { fact };
    }
    case 'budget.open':
    case 'budget.cost':
    case 'llm.usage':
      return {};
    case 'budget.warning':
    case 'budget.blocked':
      return LIMIT_TYPES.has(entry['limitType']) ? {} : undefined;
    default:
      return callFields(entry);
  }
}

const LIMIT_TYPES: ReadonlySet<unknown> = new Set(['token', 'usd', 'cost'] satisfies LimitType[]);

function callFields(entry: Fields): Fields | undefined {
  const callId = textOf(entry['callId']);
  if (callId === undefined) return undefined;
  const { facts } = entry;
  return {
    callId,
    toolName: textOf(entry['toolName']) ?? UNNAMED,
    guardName: textOf(entry['guardName']) ?? UNNAMED,
    attempt: numberOf(entry['attempt']) ?? 0,
    durationMs: numberOf(entry['durationMs']),
    code: textOf(entry['code']),
    ...(entry['name'] === 'tool.failure' && {
      errorType: textOf(entry['errorType']) ?? UNNAMED,
      errorMessage: textOf(entry['errorMessage']) ?? '',
    }),
    facts: Array.isArray(facts) ? factsIn(facts) : undefined,
  };
}

// No origin says that the user mentioned it. One that cannot be read says nothing, and the page must not guess.
function factsIn(entries: readonly unknown[]): UsedFact[] {
  return entries.filter(isRecord).flatMap((entry): UsedFact[] => {
    const [kind, value] = [textOf(entry['kind']), textOf(entry['value'])];
    if (kind === undefined || value === undefined) return [];
    const origin = entry['origin'] ?? undefined;
    if (origin === undefined) return [{ kind, value }];
    if (!isRecord(origin) || (origin['source'] !== 'tool' && origin['source'] !== 'app')) return [];
    const { source } = origin;
    const [tool, callId, about] = [textOf(origin['tool']), textOf(origin['callId']), textOf(origin['about'])];
    return [{ kind, value, origin: { source, tool, callId, about, at: numberOf(origin['at']) ?? Number.NaN } }];
  });
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
