import { guardDecorator, type ToolDecorator } from '../agent/tool-decorator.js';
import { shown, UsageError } from '../errors/usage-errors.js';
import type { Guard } from './guard.js';
import { declareGuard, type GuardDefinition, type Mode } from './guard-definition.js';
import type { GuardSite } from './guard-site.js';
import { isCustom } from './order.js';

/** What a custom guard is. */
export interface CustomGuard<Options, Args> {
  /** Name in events and errors, in camel case: `officeHours`. */
  readonly name: string;
  /**
   * Makes the guard of one tool, once per host. What is wrong with the options goes to `site.problem`; the host then refuses
   * to start.
   */
  create(options: Options, site: GuardSite): Guard<Args>;
  /** What `host.explain` says. @default the name */
  explain?(options: Options): string;
}

/** The decorator of a custom guard. Its options may be left out only where all of them are optional. */
export type CustomDecorator<Options, Args> = <Actual extends Args>(
  ...options: object extends Options
    ? [options?: Options & { readonly mode?: Mode }]
    : [options: Options & { readonly mode?: Mode }]
) => ToolDecorator<Actual>;

const NAME = /^[a-z][A-Za-z0-9]*$/;

/** What refuses besides guards: events and `host.explain` name these too. */
const TAKEN = ['input', 'runState', 'store', 'custom'];

/**
 * Makes a decorator of your own guard, by the same contract as the built-in ones. It acts behind policy (`@Enforce`) and
 * before capacity (`@CircuitBreaker`, `@RateLimit`), and is asked for replays too (`call.isReplay`).
 *
 * ```ts
 * const OfficeHours = defineGuard<{ until: number }>({
 *   name: 'officeHours',
 *   create: ({ until }, { clock }) => ({
 *     admit({ tool }) {
 *       if (new Date(clock.wall()).getUTCHours() < until) return;
 *       throw new GuardRefusedError({ tool, guard: 'officeHours', because: 'The office is closed.' });
 *     },
 *   }),
 * });
 * ```
 *
 * The decorator fits any tool; give `Args` where the guard reads arguments, and it fits those that have them.
 *
 * @throws {UsageError} where the name is taken or is no identifier, or `create` is no function
 */
export function defineGuard<Options extends object = object, Args = unknown>(
  custom: CustomGuard<Options, Args>,
): CustomDecorator<Options, Args> {
  if (typeof custom !== 'object' || custom === null)
    throw new UsageError(`defineGuard takes an object with name and create, not ${shown(custom)}`);
  const { name } = custom;
  if (typeof name !== 'string' || !NAME.test(name) || !isCustom(name) || TAKEN.includes(name)) {
    throw new UsageError(`defineGuard: the name ${shown(name)} must be an identifier that no built-in guard has`);
  }
  if (typeof custom.create !== 'function')
    throw new UsageError(`defineGuard: create of ${name} must be a function, not ${shown(custom.create)}`);
  const definition: GuardDefinition<Options> = {
    kind: name,
    decidesReplays: true,
    build: (options, site) => [custom.create(options, site) as Guard],
    explain: (options) => custom.explain?.(options) ?? name,
  };
  return ((options?: Options) => guardDecorator(name, declareGuard(definition, options ?? {}))) as CustomDecorator<
    Options,
    Args
  >;
}
