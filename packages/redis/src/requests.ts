import { randomUUID } from 'node:crypto';
import { type BudgetKey, type FactRequire, foldLoosely, type StoreOperation } from '@actguard/core';
import type { KeyNames } from './key-names.js';
import { beginBody, finishBody, originBody, takenBody, turnBody } from './request-bodies.js';
import { attemptKeys, recordKeys, sessionKeys } from './request-keys.js';
import type { Mirror, SessionMirrors } from './session-mirrors.js';
import { toWire } from './wire-text.js';

/** One step of an operation, on the keys of one hash tag. */
export interface Request {
  readonly op: string;
  /** Index of its operation. */
  readonly operation: number;
  /** Which of its operation's requests it is. */
  readonly part: number;
  /** A refusal is only told. */
  readonly observe: boolean;
  /** Requests of one tag may go out together, on a cluster too. */
  readonly tag: string;
  readonly keys: readonly string[];
  /** What the script gets besides. Asked for when it is sent, and again where it is sent again. */
  body(): object;
  /** The session whose user said something by it. */
  readonly says?: string;
  /** The session of whose user it must be known what they said. */
  readonly asks?: string;
  /** What was seen of its session when `body` was made. */
  seen?(): Mirror;
}

/** What requests are made with. */
export interface RequestContext {
  readonly names: KeyNames;
  readonly mirrors: SessionMirrors;
  readonly maxUserTokens: number;
  readonly maxResultLength: number;
}

type Draft = Pick<Request, 'op' | 'tag' | 'keys' | 'body'> & Partial<Pick<Request, 'says' | 'asks' | 'seen'>>;

/** What the script has to do for an operation. */
export function requestsOf(operation: StoreOperation, index: number, context: RequestContext): Request[] {
  const observe = 'observe' in operation && operation.observe;
  return draftsOf(operation, context).map((draft, part) => ({ ...draft, operation: index, part, observe }));
}

function draftsOf(operation: StoreOperation, context: RequestContext): Draft[] {
  const { names, mirrors } = context;
  const one = (tag: string, keys: readonly string[], body: object = {}): Draft[] => [
    { op: operation.op, tag, keys, body: () => body },
  ];
  const inSession = (session: string, body: object): Draft[] => {
    const { tag, keys } = sessionKeys(session, names);
    return one(tag, keys, body);
  };
  switch (operation.op) {
    case 'rate.take': {
      const { key, limit, periodMs } = operation;
      return one(`rate ${key}`, [names.of('rate', key)], { limit, periodMs });
    }
    case 'rate.giveBack':
      return one(`rate ${operation.key}`, [names.of('rate', operation.key)], { ticket: String(operation.ticket) });
    case 'breaker.enter': {
      const { name, owner, resetTimeoutMs } = operation;
      return one(`breaker ${name}`, [names.of('breaker', name)], { owner: toWire(owner), resetTimeoutMs });
    }
    case 'breaker.leave': {
      const { name, owner, generation, verdict, maxFails } = operation;
      const body = { owner: toWire(owner), generation: String(generation), verdict, maxFails };
      return one(`breaker ${name}`, [names.of('breaker', name)], body);
    }
    case 'attempt.take': {
      const { tool, limit } = operation;
      const { tag, keys } = attemptKeys(operation.run, names);
      return one(tag, keys, { tool: toWire(tool), limit });
    }
    case 'idempotency.begin':
    case 'idempotency.finish': {
      const { maxResultLength } = context;
      const body =
        operation.op === 'idempotency.begin'
          ? () => beginBody(operation, maxResultLength)
          : () => finishBody(operation, maxResultLength);
      return [{ op: operation.op, ...recordKeys(operation, names), body }];
    }
    case 'fact.add': {
      const { kind, values, origin, ttlMs } = operation;
      const folded = values.map((value) => ({ value: toWire(value), fold: toWire(foldLoosely(value)) }));
      return inSession(operation.session, { kind: toWire(kind), values: folded, ...originBody(origin), ttlMs });
    }
    case 'fact.require':
      return [requireDraft(operation, context)];
    case 'fact.giveBack':
      return inSession(operation.session, { taken: operation.taken.map(takenBody) });
    case 'fact.read': {
      const { tag, keys } = sessionKeys(operation.session, names);
      let seen = mirrors.of(operation.session);
      const body = (): object => {
        seen = mirrors.of(operation.session);
        const { epoch, turns, version } = seen;
        return { mirror: { epoch, turns, version } };
      };
      return [{ op: 'fact.read', tag, keys, body, seen: () => seen }];
    }
    case 'fact.revoke': {
      const { kind, value } = operation;
      return inSession(operation.session, {
        kind: toWire(kind),
        value: value === undefined ? undefined : toWire(value),
      });
    }
    case 'step.add':
      return inSession(operation.session, { tool: toWire(operation.tool) });
    case 'step.require':
      return inSession(operation.session, { tools: operation.tools.map(toWire), withinMs: operation.withinMs });
    case 'turn.add': {
      const { session, text } = operation;
      return inSession(session, turnBody(text, context.maxUserTokens)).map((draft) => ({ ...draft, says: session }));
    }
    case 'session.open': {
      const { session, sessionId, userId, idleMs } = operation;
      const owner = names.of('owner', sessionId);
      const user = userId === undefined ? 'none' : `user ${toWire(userId)}`;
      const claim = randomUUID();
      const body = { user, claim, idleMs };
      return [
        { op: 'owner.claim', tag: `owner ${sessionId}`, keys: [owner], body: () => body },
        ...inSession(session, { idleMs, owner, claim }),
      ];
    }
    case 'session.close':
      return inSession(operation.session, {});
    case 'session.end':
      return [...recordsDrop(operation.scope, true, names), ...inSession(operation.session, {})];
    case 'run.end': {
      const { run, scope, session } = operation;
      const { tag, keys } = attemptKeys(run, names);
      const end = session === undefined ? [] : sessionEnd(session, names);
      return [{ op: 'attempts.drop', tag, keys, body: nothing }, ...recordsDrop(scope, false, names), ...end];
    }
    case 'budget.hold': {
      const { budgets, owner, amount, lapse } = operation;
      return budgets.map(({ limit, ...budget }) =>
        budgetDraft(operation.op, budget, { owner: toWire(owner), amount, lapse, limit }, names),
      );
    }
    case 'budget.settle': {
      const { budgets, owner, used } = operation;
      return budgets.map((budget) => budgetDraft(operation.op, budget, { owner: toWire(owner), used }, names));
    }
    case 'budget.charge':
      return operation.budgets.map((budget) => budgetDraft(operation.op, budget, { used: operation.used }, names));
    case 'budget.read':
      return operation.budgets.map((budget) => budgetDraft(operation.op, budget, {}, names));
  }
}

function nothing(): object {
  return {};
}

function recordsDrop(scope: string, keepRunning: boolean, names: KeyNames): Draft[] {
  return [{ op: 'records.drop', tag: scope, keys: [names.of('records', scope)], body: () => ({ keepRunning }) }];
}

function sessionEnd(session: string, names: KeyNames): Draft[] {
  const { tag, keys } = sessionKeys(session, names);
  return [{ op: 'session.end', tag, keys, body: nothing }];
}

function requireDraft(operation: FactRequire, { names, mirrors }: RequestContext): Draft {
  const { session, kind, values, sources, about, consume, loose } = operation;
  const { user } = about === undefined ? sources : { user: undefined };
  const { tag, keys } = sessionKeys(session, names);
  let seen = mirrors.of(session);
  const body = (): object => {
    seen = mirrors.of(session);
    const mirror = user && seen;
    const mentionOf = (value: string): string | undefined => {
      const mention = user && seen.said.mentions(value, { minLength: user.minLength, loose });
      return mention === undefined ? undefined : toWire(loose ? mention : value);
    };
    return {
      kind: toWire(kind),
      values: values.map((value) => ({
        value: toWire(value),
        fold: loose ? toWire(foldLoosely(value)) : undefined,
        mention: mentionOf(value),
      })),
      tool: typeof sources.tool === 'boolean' ? sources.tool : sources.tool.map(toWire),
      app: sources.app,
      about: about === undefined ? undefined : toWire(about),
      consume,
      loose,
      mirror: mirror && { epoch: mirror.epoch, turns: mirror.turns },
    };
  };
  return { op: operation.op, tag, keys, body, ...(user !== undefined && { asks: session, seen: () => seen }) };
}

function budgetDraft(op: string, { key, boundaries }: BudgetKey, body: object, names: KeyNames): Draft {
  const keys = [names.of('budget', key), names.of('holds', key)];
  return { op, tag: `budget ${key}`, keys, body: () => ({ boundaries, ...body }) };
}
