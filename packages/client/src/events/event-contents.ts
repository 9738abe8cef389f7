import type { ActGuardEvent, BudgetScopeEvent, ErrorInEvent, TokenUsage } from '@actguard/core';
import type { Redactor } from '../redaction/redactor.js';
import { withoutArguments } from './argument-mask.js';
import type { EventContents, PromotedFields } from './envelope.js';

/** What may be told of calls. */
export interface ContentRules {
  readonly arguments: boolean;
  readonly results: boolean;
  readonly redactor: Redactor;
}

const MAX_MESSAGE = 256;
/** More of a message is not looked at. */
const MAX_READ = 4096;

/** What is told of an event, without what must not leave. */
export function contentsOf(event: ActGuardEvent, rules: ContentRules): EventContents {
  const { promoted, payload } = rawContents(event, rules);
  return { promoted: present(promoted) as PromotedFields, payload: present(payload) };
}

interface RawContents {
  readonly promoted: { readonly [Field in keyof PromotedFields]?: PromotedFields[Field] | undefined };
  readonly payload: Readonly<Record<string, unknown>>;
}

function rawContents(event: ActGuardEvent, rules: ContentRules): RawContents {
  switch (event.name) {
    case 'run.start':
      return { promoted: {}, payload: { run_id: event.runId, user_id: event.userId } };
    case 'run.end':
      return { promoted: {}, payload: { run_id: event.runId, error_type: event.errorType } };
    case 'run.stop':
      // The reason is a text of the application's own.
      return {
        promoted: {},
        payload: { run_id: event.runId, reason: event.code, error_message: messageIn(event, rules) },
      };
    case 'run.user_said':
      return { promoted: {}, payload: { text: rules.redactor.text(event.text) } };
    case 'run.fact_added':
      return { promoted: {}, payload: {} };
    case 'tool.invoke': {
      const result = rules.results ? rules.redactor.data(event.result) : undefined;
      return ofCall(event, rules, { duration_ms: round(event.durationMs), result });
    }
    case 'tool.failure':
      return ofCall(event, rules, { duration_ms: round(event.durationMs), ...errorIn(event, rules) });
    case 'guard.blocked':
    case 'guard.observed':
      return ofCall(event, rules, {
        guard_name: event.guardName,
        error_code: event.code,
        ...errorIn(event, rules),
        ...limitsIn(event.error, rules),
      });
    case 'guard.intervention':
      return ofCall(event, rules, {
        guard_name: event.guardName,
        action: event.action,
        ...limitsIn(event.error, rules),
      });
    case 'guard.admitted':
      return ofCall(event, rules, { guard_name: event.guardName });
    case 'budget.open':
      return ofScope(event, { enforcement: event.enforcement, limits: { ...event.limits }, warn_at: event.warnAt });
    case 'budget.cost':
      return ofScope(
        event,
        { name: event.costName, cost_cu: event.costUnits },
        { usd_micros: event.usdMicros, tool_name: event.toolName },
      );
    case 'budget.warning':
      return ofScope(event, { ...amountsOf(event), warn_at: event.warnAt });
    case 'budget.blocked':
      return ofScope(event, {
        ...amountsOf(event),
        refused: event.refused,
        ...(event.outcome === 'observed' ? { guard_name: 'budget' } : {}),
      });
    case 'llm.usage':
      return {
        promoted: {
          provider: event.provider,
          model: event.model,
          usd_micros: event.usdMicros,
          ...tokensOf(event.usage),
          scope_id: event.scopeId,
          scope_name: event.scopeName,
          tool_name: event.toolName,
        },
        payload: {
          response_model: event.responseModel,
          operation: event.operation,
          tokens: event.tokens,
          cost_cu: event.costUnits,
          is_estimated: event.isEstimated,
        },
      };
  }
}

function ofCall(
  event: Extract<ActGuardEvent, { callId: string }>,
  rules: ContentRules,
  payload: Readonly<Record<string, unknown>>,
): RawContents {
  const args = rules.arguments ? rules.redactor.data(event.args) : undefined;
  return {
    promoted: { tool_name: event.toolName },
    payload: { tool_name: event.toolName, attempt: event.attempt, ...payload, arguments: args },
  };
}

function ofScope(
  event: BudgetScopeEvent,
  payload: Readonly<Record<string, unknown>>,
  promoted: RawContents['promoted'] = {},
): RawContents {
  const scope = {
    scope_id: event.scopeId,
    scope_name: event.scopeName,
    scope_kind: event.scopeKind,
    parent_scope_id: event.parentScopeId,
    root_scope_id: event.rootScopeId,
    plan_key: event.planKey,
  };
  return { promoted: { ...scope, ...promoted }, payload: { user_id: event.userId, ...present(scope), ...payload } };
}

function amountsOf({
  limitType,
  used,
  limit,
}: {
  limitType: string;
  used: number;
  limit: number;
}): Record<string, unknown> {
  const names = { token: 'tokens', usd: 'usd', cost: 'cost' } as const;
  const name = names[limitType as keyof typeof names] ?? limitType;
  return { limit_type: limitType, [`${name}_used`]: used, [`${name}_limit`]: limit };
}

/** Tokens as the wire counts them: what came from a cache is not among the input. */
function tokensOf(usage: TokenUsage): Pick<PromotedFields, 'input_tokens' | 'cached_input_tokens' | 'output_tokens'> {
  return {
    input_tokens: usage.input + usage.cacheWrite5m + usage.cacheWrite1h + usage.audioInput,
    cached_input_tokens: usage.cachedInput,
    output_tokens: usage.output + usage.reasoning + usage.audioOutput,
  };
}

function errorIn(event: ErrorInEvent & { readonly args: unknown }, rules: ContentRules): Record<string, unknown> {
  return { error_type: event.errorType, error_message: messageIn(event, rules) };
}

function messageIn(event: { errorMessage: string; error?: unknown; args?: unknown }, rules: ContentRules): string {
  // The whole message where there is one: a value that was cut off in the middle would not be found.
  const whole = fullMessage(event.error) ?? event.errorMessage;
  const readable = whole.slice(0, MAX_READ);
  const allowed = rules.arguments ? readable : withoutArguments(readable, event.args, event.error);
  const clean = rules.redactor.text(allowed);
  return clean.length > MAX_MESSAGE ? `${clean.slice(0, MAX_MESSAGE - 1)}…` : clean;
}

function fullMessage(error: unknown): string | undefined {
  try {
    const { message } = error as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Numbers that explain a refusal, under the names of the wire. Values of scopes are arguments, or ids of users. */
const LIMITS: Readonly<Record<string, string>> = {
  maxCalls: 'max_calls',
  periodMs: 'period_ms',
  retryAfterMs: 'retry_after_ms',
  limit: 'limit',
  used: 'used',
  resetAt: 'reset_at',
  timeoutMs: 'timeout_ms',
};

function limitsIn(error: unknown, rules: ContentRules): Record<string, unknown> {
  const details = detailsOf(error);
  const limits: Record<string, unknown> = {};
  for (const [name, wireName] of Object.entries(LIMITS)) {
    const value = details[name];
    if (typeof value === 'number' && Number.isFinite(value)) limits[wireName] = value;
  }
  const { dependency, scopeValue } = details;
  if (typeof dependency === 'string') limits['dependency_name'] = dependency;
  if (rules.arguments && typeof scopeValue === 'string') limits['scope_value'] = rules.redactor.text(scopeValue);
  return limits;
}

function detailsOf(error: unknown): Readonly<Record<string, unknown>> {
  try {
    const { details } = error as { details?: unknown };
    return typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function present(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
}
