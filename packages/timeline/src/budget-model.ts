import type { LimitType, TokenUsage } from '@actguard/core';

/** A budget scope at one moment. */
export interface BudgetModel {
  /** Id of the scope. */
  readonly scopeId: string;
  /** Its name, where it has one. */
  readonly name?: string | undefined;
  /** Id of the scope around it. */
  readonly parentScopeId?: string | undefined;
  /** How it holds its limits; absent where its opening was not seen. */
  readonly enforcement?: 'soft' | 'hard' | undefined;
  /** Its opening was seen; without, more may have been used than is known here. */
  readonly isComplete: boolean;
  /** What is limited or was used, of each kind at most one. */
  readonly amounts: readonly BudgetAmountModel[];
}

/** What of one kind was used in a budget scope and in the scopes inside it. Amounts of `usd` are USD. */
export interface BudgetAmountModel {
  /** Tokens, USD or cost units. */
  readonly type: LimitType;
  /** From the opening on. */
  readonly used: number;
  /** How much of it this step added. */
  readonly added: number;
  /** Absent where the scope does not limit the kind. */
  readonly limit?: number | undefined;
  /** Share of the limit that counts as a warning. */
  readonly warnAt: number;
}

/** A call of a model ended. */
export interface ModelStep {
  readonly step: 'model';
  /** Epoch milliseconds. */
  readonly time: number;
  /** Such as `openai`. */
  readonly provider: string;
  /** As it was asked for. */
  readonly model: string;
  /** As the provider named it, where that was told. */
  readonly responseModel?: string | undefined;
  /** What was called, such as `chat.completions`. */
  readonly operation: string;
  /** `left`: its caller did not wait for the end. */
  readonly ending: 'answered' | 'failed' | 'left';
  /** Tokens in disjoint buckets. */
  readonly usage: TokenUsage;
  /** All of them. */
  readonly tokens: number;
  /** Absent where the price is not known. */
  readonly usd?: number | undefined;
  /** Of a tariff; 0 without one. */
  readonly costUnits: number;
  /** The provider did not say what was used. */
  readonly isEstimated: boolean;
  /** Name of the scope that it was charged to. */
  readonly scopeName?: string | undefined;
  /** Id of the tool in whose body the call was made. */
  readonly toolName?: string | undefined;
  /** The scopes that were charged, as they were afterwards: the innermost first. */
  readonly budgets: readonly BudgetModel[];
}

/** A cost was charged that no meter sees. */
export interface CostStep {
  readonly step: 'cost';
  /** Epoch milliseconds. */
  readonly time: number;
  /** What it was for. */
  readonly costName: string;
  /** The cost. */
  readonly usd: number;
  /** Id of the tool in whose body it was charged. */
  readonly toolName?: string | undefined;
  /** The scopes that were charged, as they were afterwards: the innermost first. */
  readonly budgets: readonly BudgetModel[];
}

/** A budget came near its limit, or refused a call of a model. */
export interface BudgetStep {
  readonly step: 'budget';
  /** Epoch milliseconds. */
  readonly time: number;
  /** `observed`: it would have refused the call; nothing was stopped. */
  readonly state: 'warning' | 'refused' | 'observed';
  /** The limit that it is about. */
  readonly limitType: LimitType;
  /** Provider and model that were refused. */
  readonly refused?: string | undefined;
  /** Code of the refusal. */
  readonly code?: string | undefined;
  /** The least that the refused call needed, where what was left did not suffice. */
  readonly needed?: number | undefined;
  /** The scope, with this limit alone. */
  readonly budget: BudgetModel;
}
