import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { BudgetOptions } from '../budget/budget-options.js';
import type { Duration } from '../duration.js';
import { shown, UsageError } from '../errors/usage-errors.js';
import { budget } from '../guards/budget.js';
import { type CircuitBreakerOptions, circuitBreaker } from '../guards/circuit-breaker.js';
import { enforce, type Rule } from '../guards/enforce.js';
import { declareGuard, type GuardDeclaration } from '../guards/guard-definition.js';
import { type IdempotentOptions, idempotent } from '../guards/idempotent.js';
import { type MaxAttemptsOptions, maxAttempts } from '../guards/max-attempts.js';
import { type ProveOptions, prove } from '../guards/prove.js';
import { type RateLimitOptions, rateLimit } from '../guards/rate-limit.js';
import { type TimeoutOptions, timeout } from '../guards/timeout.js';
import { methodDecorator, needsParentheses, type ToolDecorator } from './tool-decorator.js';

/** Options of `@Tool`. */
export interface ToolOptions<Args, Result = unknown> {
  /** What the tool does, for the model. @default none: the model goes by name and schema */
  readonly description?: string;
  /**
   * Name that the model sees: up to 64 letters, digits, `_` or `-`, unique in the host.
   *
   * @default the name of the method, `Agent_method` where two agents share it
   */
  readonly name?: string;
  /** The same as `@RateLimit`. @default none */
  readonly rateLimit?: NoInfer<RateLimitOptions<Args>>;
  /** The same as `@CircuitBreaker`. @default none */
  readonly circuitBreaker?: CircuitBreakerOptions;
  /** The same as `@Timeout`. @default none */
  readonly timeout?: Duration | TimeoutOptions;
  /** The same as `@MaxAttempts`. @default none */
  readonly maxAttempts?: number | MaxAttemptsOptions;
  /** The same as `@Idempotent`. @default none */
  readonly idempotent?: NoInfer<IdempotentOptions<Args, Result>>;
  /** The same as one `@Prove`, or several. @default none */
  readonly prove?: NoInfer<ProveOptions<Args, Result>> | readonly NoInfer<ProveOptions<Args, Result>>[];
  /** The same as `@Enforce`. @default none */
  readonly enforce?: readonly Rule<NoInfer<Args>>[];
  /** The same as `@Budget`. @default none */
  readonly budget?: BudgetOptions;
}

/** A schema whose output the method takes: the method may ask for less than the schema checks, never for more. */
export type SchemaOf<Args> = StandardSchemaV1<unknown, NoInfer<Args>>;

/** A schema that only validates: what it returns could be given to it again. Another one is a compile error. */
export type ValidatingSchema<Schema extends StandardSchemaV1> =
  StandardSchemaV1.InferOutput<Schema> extends StandardSchemaV1.InferInput<Schema>
    ? Schema
    : 'this schema transforms: code and model must be able to call the tool with the same arguments';

/**
 * Marks a method as a tool: it takes one argument object (what a model sends) and returns a promise, or is an `async *`.
 * The method gets a frozen plain copy of the arguments, validated by `input`: any Standard Schema (valibot, zod, ArkType …). Where
 * neither a schema nor a guard looks at them, it gets what its caller passed, which must be plain data too.
 *
 * The optional second parameter is the call: `async pay(args: Payment, call = currentCall())`.
 *
 * @throws {UsageError} at decoration, on a static, private or symbol-named member
 * @throws {HostConfigurationError} when the host is created, for wrong options
 * @throws {ToolInputError} at the call, where the arguments are no plain data or the schema refuses them
 */
export function Tool<Args, Result = unknown, Schema extends SchemaOf<Args> = SchemaOf<Args>>(
  options: ToolOptions<Args, Result> & { readonly input: Schema & ValidatingSchema<Schema> },
): ToolDecorator<Args, Result>;
export function Tool<Args, Result = unknown>(options?: ToolOptions<Args, Result>): ToolDecorator<Args, Result>;
export function Tool(
  options: ToolOptions<unknown> & { readonly input?: StandardSchemaV1 } = {},
  ...misused: unknown[]
): ToolDecorator<never> {
  if (typeof options === 'function' || misused.length > 0) throw needsParentheses('Tool');
  return methodDecorator('Tool', (record, method) => {
    if (typeof options !== 'object' || options === null) {
      throw new UsageError(`@Tool of ${method} takes an object of options, not ${shown(options)}`, {
        code: 'usage.decorator',
      });
    }
    const {
      rateLimit: _r,
      circuitBreaker: _c,
      timeout: _t,
      maxAttempts: _m,
      idempotent: _i,
      prove: _p,
      enforce: _e,
      budget: _b,
      ...tool
    } = options;
    record.tool = tool;
    record.guards = [...declarationsOf(options), ...record.guards];
  });
}

function declarationsOf(options: ToolOptions<unknown>): GuardDeclaration[] {
  const declarations: GuardDeclaration[] = [];
  if (options.rateLimit !== undefined) declarations.push(declareGuard(rateLimit, options.rateLimit));
  if (options.circuitBreaker !== undefined) declarations.push(declareGuard(circuitBreaker, options.circuitBreaker));
  if (options.timeout !== undefined) declarations.push(declareGuard(timeout, timeout.normalise(options.timeout)));
  if (options.maxAttempts !== undefined)
    declarations.push(declareGuard(maxAttempts, maxAttempts.normalise(options.maxAttempts)));
  if (options.idempotent !== undefined) declarations.push(declareGuard(idempotent, options.idempotent));
  if (options.enforce !== undefined) declarations.push(declareGuard(enforce, { rules: options.enforce }));
  if (options.budget !== undefined) declarations.push(declareGuard(budget, options.budget));
  const proofs = options.prove === undefined ? [] : [options.prove].flat();
  for (const proof of proofs) declarations.push(declareGuard(prove, proof));
  return declarations;
}
