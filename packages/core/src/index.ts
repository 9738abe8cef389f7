/**
 * @module
 * @mergeModuleWith <project>
 */
/// <reference lib="esnext.decorators" preserve="true" />
/// <reference lib="esnext.disposable" preserve="true" />
export { AGENT_METADATA_KEY, Agent, type AgentDecorator, type AgentOptions } from './agent/agent.js';
export type { ArgumentName, ArgumentPath, IdArgument, NumberPath } from './agent/argument-types.js';
export { symbolMetadata } from './agent/symbol-metadata.js';
export { type SchemaOf, Tool, type ToolOptions, type ValidatingSchema } from './agent/tool.js';
export { TOOL_METADATA_KEY, type ToolDecorator, type ToolMethod } from './agent/tool-decorator.js';
export type { ToolInfo } from './agent/tool-info.js';
export type { BudgetOptions } from './budget/budget-options.js';
export type { BudgetAmounts, BudgetScope } from './budget/budget-scope.js';
export type { CallBound } from './budget/call-bound.js';
export type { ModelPrice, PricedModel, PriceSource, TokenRates } from './budget/model-price.js';
export type { BudgetPeriod } from './budget/period-calendar.js';
export { type PriceTable, priceTable } from './budget/price-table.js';
export { type SharedBudget, type SharedBudgetOptions, sharedBudget } from './budget/shared-budget.js';
export type { SharedBudgetRun, SharedBudgets } from './budget/shared-budget-source.js';
export type { SharedBudgetState } from './budget/shared-budget-state.js';
export type { Tariff, TariffRates } from './budget/tariff.js';
export { addUsage, type TokenUsage, tokensOf, tokenUsage } from './budget/token-usage.js';
export type { CustomUsageEntry, ModelUsageEntry, UsageEntry, UsagePlace } from './budget/usage-breakdown.js';
export type { Instrument, InstrumentedCall } from './call/instrument.js';
export { type Clock, type Scheduled, type SchedulingClock, schedulingClock } from './clock.js';
export { type InjectOptions, inject } from './container/inject.js';
export { Injectable, type InjectableDecorator, type InjectableOptions } from './container/injectable.js';
export type { OnHostClose, OnHostInit } from './container/lifecycle.js';
export {
  type DynamicModule,
  Module,
  type ModuleDecorator,
  type ModuleImport,
  type ModuleOptions,
} from './container/module.js';
export type {
  Class,
  ClassProvider,
  ExistingProvider,
  FactoryProvider,
  Injected,
  InjectedAll,
  Provider,
  ProviderScope,
  ScopedFactoryProvider,
  SingletonFactoryProvider,
  Token,
  ValueProvider,
} from './container/provider.js';
export type { ProviderList, ProviderShapes } from './container/provider-list.js';
export { type Duration, durationMs } from './duration.js';
export { ActGuardError, type ErrorFacts, isActGuardError } from './errors/actguard-error.js';
export {
  BudgetClosedError,
  BudgetConfigurationError,
  BudgetExceededError,
  type BudgetFacts,
  type LimitType,
  UnboundedCostError,
  UnpricedModelError,
} from './errors/budget-errors.js';
export { BudgetTransportError, type TransportFacts } from './errors/budget-transport-error.js';
export { ToolExecutionError, ToolTimeoutError } from './errors/execution-errors.js';
export {
  CircuitOpenError,
  type GuardErrorFacts,
  GuardRefusedError,
  type InputIssue,
  isRefusal,
  MaxAttemptsExceededError,
  RateLimitExceededError,
  type RateLimitFacts,
  ScopeValidationError,
  StoreFullError,
  StoreUnavailableError,
  ToolGuardError,
  ToolInputError,
} from './errors/guard-errors.js';
export {
  DuplicateIdempotencyKeyError,
  IdempotencyConflictError,
  IdempotencyInProgressError,
  IdempotencyOutcomeUnknownError,
  MissingIdempotencyKeyError,
} from './errors/idempotency-errors.js';
export { type PaymentFacts, PaymentRequiredError } from './errors/payment-required-error.js';
export { type PolicyCode, type PolicyFacts, PolicyViolationError } from './errors/policy-violation-error.js';
export type { PromptText, Refusal } from './errors/refusal.js';
export {
  MissingRunError,
  NestedRunError,
  RunAbortedError,
  RunContextError,
  RunDeadlineError,
  RunEndedError,
  RunKilledError,
  RunStoppedError,
  SessionConflictError,
} from './errors/run-errors.js';
export { type ConfigurationProblem, HostConfigurationError, UsageError } from './errors/usage-errors.js';
export type * from './events/event.js';
export { type FactAbout, factAbout } from './facts/fact-about.js';
export { idText } from './facts/fact-value.js';
export { foldLoosely } from './facts/loose-match.js';
export { type MentionOptions, type SaidOptions, UserTextIndex, type UserTextIndexOptions } from './facts/user-text.js';
export type { UserTextMatch } from './facts/user-text-match.js';
export type * from './gateway/gateway.js';
export { argumentsKey } from './guards/arguments-key.js';
export { type BlockRegexOptions, blockRegex } from './guards/block-regex.js';
export { Budget } from './guards/budget.js';
export { CircuitBreaker, type CircuitBreakerOptions } from './guards/circuit-breaker.js';
export { type CustomDecorator, type CustomGuard, defineGuard } from './guards/define-guard.js';
export { Enforce, type EnforceOptions, type Rule } from './guards/enforce.js';
export {
  FAIL_ON_DEFAULT,
  FAIL_ON_INFRA_ONLY,
  FAIL_ON_STRICT,
  type FailureKind,
  IGNORE_ON_DEFAULT,
} from './guards/failure-kind.js';
export {
  type Decision,
  type Guard,
  type GuardedCall,
  type Outcome,
  Replay,
  Rewrite,
  Wait,
} from './guards/guard.js';
export type { Mode } from './guards/guard-definition.js';
export type { GuardSite, ToolDirectory } from './guards/guard-site.js';
export { Idempotent, type IdempotentOptions, type Reconciliation } from './guards/idempotent.js';
export { MaxAttempts, type MaxAttemptsOptions } from './guards/max-attempts.js';
export { Prove, type ProveOptions } from './guards/prove.js';
export { RateLimit, type RateLimitOptions } from './guards/rate-limit.js';
export { type RequireCallOptions, requireCall } from './guards/require-call.js';
export { type FactSource, type RequireFactOptions, requireFact } from './guards/require-fact.js';
export { type RuleOptions, rule } from './guards/rule.js';
export { bySession, byUser } from './guards/scope.js';
export { type ThresholdOptions, threshold } from './guards/threshold.js';
export { Timeout, type TimeoutOptions } from './guards/timeout.js';
export { AgentHost } from './host/agent-host.js';
export type { AgentExplanation, GuardExplanation, ToolExplanation } from './host/explain.js';
export type { AgentHostOptions } from './host/host-options.js';
export { admitModelCall } from './metering/model-call.js';
export type { ModelCall, ModelCallReport, ModelRequest } from './metering/model-request.js';
export { currentCall, currentRun, readsCalls } from './run/ambient.js';
export type { CallContext } from './run/call-context.js';
export type { Run, RunFacts, RunOptions } from './run/run.js';
export type { ToolCallResult, ToolDefinition, Toolset } from './run/toolset.js';
export { canonicalText } from './store/canonical-text.js';
export { MemoryStore, type MemoryStoreOptions } from './store/memory-store.js';
export type * from './store/operations.js';
export type { Answers, MaybePromise, StateStore } from './store/state-store.js';
