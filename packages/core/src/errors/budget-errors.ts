import { ActGuardError, nameError } from './actguard-error.js';
import { ToolGuardError } from './guard-errors.js';
import type { PromptText } from './refusal.js';
import { RunContextError } from './run-errors.js';
import { UsageError } from './usage-errors.js';

/** What a budget may limit: tokens, money, or cost units of a tariff. */
export type LimitType = 'token' | 'usd' | 'cost';

/** What is known of a limit that was reached. Amounts of `usd` are USD. */
export interface BudgetFacts {
  /** Id of the tool that was refused, or provider and model of the call: `openai/gpt-5`. */
  readonly tool: string;
  /** The limit that was reached. */
  readonly limitType: LimitType;
  /** Tokens, USD or cost units used in the scope and in those inside it. */
  readonly used: number;
  /** The limit in the same unit; absent where a gateway refused without saying it. */
  readonly limit?: number | undefined;
  /** Id of the scope that has the limit: the one around the caller, or one further out. */
  readonly scopeId: string;
  /** Its name; `undefined` where it has none. */
  readonly scopeName: string | undefined;
  /** `root`: it lies in no other. `nested`: it was opened inside another. */
  readonly scopeKind: 'root' | 'nested';
  /** Id of the scope around it; `undefined` for a root. */
  readonly parentScopeId: string | undefined;
  /** Id of the outermost scope around it; its own for a root. */
  readonly rootScopeId: string;
  /** Plan of a gateway that the root is charged to; `undefined` where none was named. */
  readonly planKey: string | undefined;
  /** Who the run is for; `undefined` where it was opened without a user. */
  readonly userId: string | undefined;
  /** The least that the refused call needs, where that and not the limit alone was the reason. */
  readonly needed?: number | undefined;
  /** What is held for other calls on their way, where that was in the way. */
  readonly held?: number | undefined;
  /** `local`: a limit of this run, or of a shared budget. `remote`: a gateway's. @default 'local' */
  readonly origin?: 'local' | 'remote';
  /**
   * The same call may pass later: once other calls have ended whose holds are in the way, or once a shared budget starts anew.
   *
   * @default false
   */
  readonly retryable?: boolean;
  /** When a shared budget that is used up starts anew, in epoch milliseconds; absent where it does not, or is no shared one. */
  readonly resetsAt?: number | undefined;
  /** Milliseconds until then. */
  readonly retryAfterMs?: number | undefined;
  /** Tokens used, as a gateway says. */
  readonly tokensUsed?: number | undefined;
  /** Path of the request that a gateway refused, such as `/api/v1/reserve`. */
  readonly path?: string | undefined;
  /** The HTTP status that it answered with. */
  readonly status?: number | undefined;
  /** What it says about it. */
  readonly summary?: string | undefined;
}

const UNITS: Readonly<Record<LimitType, string>> = { token: 'tokens', usd: 'USD', cost: 'cost units' };

/** A limit of a budget is used up, or what is left of it does not suffice for the call. Nothing was sent. */
export class BudgetExceededError extends ToolGuardError {
  /** The limit that was reached. */
  readonly limitType: LimitType;
  /** Tokens, USD or cost units used in the scope and in those inside it. */
  readonly used: number;
  /** The limit in the same unit; `undefined` where a gateway refused without saying it. */
  readonly limit: number | undefined;
  /** Id of the scope that has the limit: the one around the caller, or one further out. */
  readonly scopeId: string;
  /** Its name; `undefined` where it has none. */
  readonly scopeName: string | undefined;
  /** `root`: it lies in no other. `nested`: it was opened inside another. */
  readonly scopeKind: 'root' | 'nested';
  /** Id of the outermost scope around it; its own for a root. */
  readonly rootScopeId: string;
  /** Who the run is for; `undefined` where it was opened without a user. */
  readonly userId: string | undefined;
  /** `local`: a limit of this run, or of a shared budget. `remote`: a gateway's. */
  readonly origin: 'local' | 'remote';
  /** When a shared budget that is used up starts anew, in epoch milliseconds; `undefined` where it does not, or is no shared one. */
  readonly resetsAt: number | undefined;
  /** Milliseconds until then. */
  readonly retryAfterMs: number | undefined;

  constructor(facts: BudgetFacts) {
    const { tool, limitType, used, limit, scopeName, needed, origin = 'local', retryable = false } = facts;
    const scope =
      scopeName === undefined
        ? `the budget of the ${facts.scopeKind === 'root' ? 'run' : 'scope'}`
        : `the budget "${scopeName}"`;
    const stopped =
      limit !== undefined && used < limit ? ', and is stopped because a call did not fit into the rest' : '';
    const holds = facts.held === undefined ? '' : ` and holds ${facts.held} for calls on their way`;
    const need = needed === undefined ? stopped : `, and the call needs ${needed} more`;
    const amounts =
      limit === undefined ? 'is used up' : `has used ${used} of ${limit} ${UNITS[limitType]}${holds}${need}`;
    const anew = facts.resetsAt === undefined ? '' : `; it starts anew at ${new Date(facts.resetsAt).toISOString()}`;
    const said = facts.summary === undefined ? '' : `: ${facts.summary}`;
    super(`${tool}: ${scope} ${amounts}${anew}${said}`, {
      code: 'budget.limit_exceeded',
      reason: 'budget_exhausted',
      tool,
      retryable,
      details: { ...facts, origin },
    });
    this.limitType = limitType;
    this.used = used;
    this.limit = limit;
    this.scopeId = facts.scopeId;
    this.scopeName = scopeName;
    this.scopeKind = facts.scopeKind;
    this.rootScopeId = facts.rootScopeId;
    this.userId = facts.userId;
    this.origin = origin;
    this.resetsAt = facts.resetsAt;
    this.retryAfterMs = facts.retryAfterMs;
  }

  protected prompt(): PromptText {
    if (this.retryAfterMs !== undefined) {
      return {
        because: 'The budget is used up for now.',
        tryInstead: 'Make no further calls. Answer with what you have, and say that the budget ended.',
        retryAfterMs: this.retryAfterMs,
      };
    }
    if (this.retryable) {
      return {
        because: 'Other calls on their way have reserved what is left of the budget.',
        tryInstead: 'Wait for their results, then try once more.',
      };
    }
    return {
      because: 'The budget for this task is used up.',
      tryInstead: 'Make no further calls. Answer with what you have, and say that the budget ended.',
    };
  }
}
nameError(BudgetExceededError, 'BudgetExceededError');

/** A hard budget cannot hold a call whose cost has no bound that is known before it is made. Nothing was sent. */
export class UnboundedCostError extends ActGuardError {
  constructor(model: string, why: string) {
    super(`${model}: a hard budget needs to know the most that a call can cost, and this one has no bound: ${why}`, {
      code: 'budget.unbounded_cost',
      details: { model, why },
    });
  }
}
nameError(UnboundedCostError, 'UnboundedCostError');

/** A USD limit cannot hold a model whose price is not known. Nothing was sent. */
export class UnpricedModelError extends ActGuardError {
  constructor(provider: string, model: string) {
    super(
      `${provider}/${model}: a USD limit needs a price, and none is known; give one per million tokens: ` +
        `AgentHost.create({ prices: { '${provider}/${model}': { input: 1, output: 2 } } }), or limit tokens instead`,
      { code: 'budget.model_unpriced', details: { provider, model } },
    );
  }
}
nameError(UnpricedModelError, 'UnpricedModelError');

/** A root budget was opened again with options that contradict the first. It did not attach. */
export class BudgetConfigurationError extends RunContextError {
  constructor(option: string, first: unknown, second: unknown) {
    super(
      `the run's budget was opened with ${option} = ${String(first)}, and is opened again with ${String(second)}: ` +
        'leave the option out to join it, or open a nested scope inside it',
      {
        code: 'runtime.budget_configuration_mismatch',
        reason: 'budget_configuration_mismatch',
        details: { option, first, second },
      },
    );
  }
}
nameError(BudgetConfigurationError, 'BudgetConfigurationError');

/** A call was made in a budget scope that has been closed, with no open one around it. Nothing was sent. */
export class BudgetClosedError extends UsageError {
  constructor(what: string) {
    super(`${what}: its budget has been closed, and none around it is open; await what is started inside a budget`, {
      code: 'usage.budget_closed',
    });
  }
}
nameError(BudgetClosedError, 'BudgetClosedError');
