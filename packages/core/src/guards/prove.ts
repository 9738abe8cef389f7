import { type ArgumentPathReader, parseArgumentPath } from '../agent/argument-path.js';
import type { IdArgument } from '../agent/argument-types.js';
import { guardDecorator, type ToolDecorator } from '../agent/tool-decorator.js';
import type { SchedulingClock } from '../clock.js';
import type { Duration } from '../duration.js';
import { PolicyViolationError } from '../errors/policy-violation-error.js';
import { isFactAbout } from '../facts/fact-about.js';
import { idText } from '../facts/fact-value.js';
import type { DirectState } from '../store/direct-state.js';
import { SingleMint } from '../store/mint.js';
import type { FactAdd } from '../store/operations.js';
import { WallTime } from '../wall-time.js';
import { DIRECT, type DirectCall, type DirectGuard } from './direct-guard.js';
import type { GuardedCall } from './guard.js';
import { declareGuard, type GuardDefinition, type Mode } from './guard-definition.js';
import type { GuardSite } from './guard-site.js';
import { OptionCheck } from './option-check.js';

/** Options of `@Prove`. */
export interface ProveOptions<Args, Result = unknown> {
  /** What the values are, such as `order_id`: `requireFact` asks for it. */
  readonly kind: string;
  /**
   * Where the values are in the result: a property (of each element where the result is a list), a path
   * (`'orders[].items[].id'`, `'[].recipients[]'`, `'variants.$keys'`), or a function of result and arguments (for ids inside
   * a text, and for `factAbout`). Only non-empty texts of at most 1,024 characters and whole numbers (safe integers, bigints) are values;
   * anything else there mints nothing.
   */
  readonly extract: string | ((result: Result, args: Args) => unknown);
  /** How long a fact holds: milliseconds or a text such as `'10m'`. @default as long as the session */
  readonly ttl?: Duration;
  /**
   * Name of an argument whose value is stored with the facts: the order ids *of this user*. `requireFact` can ask for the same
   * value.
   *
   * @default none
   */
  readonly about?: IdArgument<Args>;
  /** Most different values that one result may mint. An integer from 1. @default 200 */
  readonly maxItems?: number;
  /** What happens above `maxItems`: mint nothing and withhold the result, or mint the first ones. @default 'block' */
  readonly onTooMany?: 'block' | 'truncate';
  /** `observe`: mint and report, but never withhold. @default 'enforce' */
  readonly mode?: Mode;
}

/**
 * Mints facts from a successful result: values that a later call may use (`requireFact`). They come only from the declared
 * place, never from free text beside it. Repeatable.
 *
 * @throws {HostConfigurationError} when the host is created, if an option is wrong
 * @throws {PolicyViolationError} `TOO_MANY_RESULTS`, after the method has run; `error.result` is its result
 */
export function Prove<Args, Result = unknown>(
  options: NoInfer<ProveOptions<Args, Result>>,
): ToolDecorator<Args, Result> {
  return guardDecorator('Prove', declareGuard(prove, options));
}

/** How `@Prove` becomes a guard. */
export const prove: GuardDefinition<ProveOptions<unknown>> = {
  kind: 'prove',
  repeatable: true,
  build: (options, site) => [new ProveGuard(options, site)],
  explain: ({ kind, extract, about, ttl }) =>
    [
      `${kind} from ${typeof extract === 'string' ? extract : 'a function'}`,
      about === undefined ? '' : ` about ${String(about)}`,
      ttl === undefined ? '' : `, for ${ttl}`,
    ].join(''),
};

class ProveGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly readsArguments: boolean;
  readonly #tool: string;
  readonly #clock: SchedulingClock;
  readonly #wallTime: WallTime;
  readonly #kind: string;
  readonly #extract: Extract;
  /** Where `extract` is a path to one value at most: what it leads to. */
  readonly #extractOne: ((result: unknown) => unknown) | undefined;
  readonly #ttlMs: number | undefined;
  readonly #about: string | undefined;
  readonly #maxItems: number;
  readonly #truncates: boolean;

  constructor(options: ProveOptions<unknown>, site: GuardSite) {
    const check = new OptionCheck(site, 'Prove', options, [
      'kind',
      'extract',
      'ttl',
      'about',
      'maxItems',
      'onTooMany',
      'mode',
    ]);
    this.#tool = site.tool.id;
    this.#clock = site.clock;
    this.#wallTime = site.shared('wallTime', () => new WallTime(site.clock));
    this.#kind = check.text('kind');
    this.#extract = extractor(check, options?.extract);
    this.#extractOne = singleExtractor(options?.extract);
    this.#ttlMs = check.duration('ttl', undefined);
    const about: unknown = options?.about;
    if (about !== undefined) this.#about = check.argument('about', about);
    this.readsArguments = about !== undefined || typeof options?.extract === 'function';
    this.#maxItems = check.positiveInteger('maxItems', 200);
    this.#truncates = check.oneOf('onTooMany', ['block', 'truncate'], 'block') === 'truncate';
  }

  returned(call: GuardedCall, result: unknown): FactAdd | readonly FactAdd[] | undefined {
    const found = this.#valuesIn(result, call);
    const count = countOf(found);
    if (count > this.#maxItems) {
      if (!this.#truncates) throw this.#tooMany(count, result);
      truncate(found, this.#maxItems);
    }
    // Nearly always all values are about the same.
    const [only] = found;
    if (only === undefined) return undefined;
    if (found.size === 1) return this.#mint(call, ...only);
    return Array.from(found, (each) => this.#mint(call, ...each));
  }

  mint(call: DirectCall, state: DirectState, result: unknown): boolean {
    // Of a list every element is read; what expires is queued with all that was minted beside it.
    if (this.#extractOne === undefined || this.#ttlMs !== undefined || Array.isArray(result)) return false;
    const value = idText(this.#extractOne(result));
    if (value === undefined) return false;
    const { run, number } = call;
    const mint = new SingleMint(this.#tool, this.#aboutOf(call), this.#wallTime.at(call.endedAt), run.id, number);
    return state.sessions.tryAddFact(run.sessionKey, this.#kind, value, mint);
  }

  #mint(call: GuardedCall, about: string | undefined, values: ReadonlySet<string>): FactAdd {
    return {
      op: 'fact.add',
      session: call.run.sessionKey,
      kind: this.#kind,
      values: [...values],
      origin: { source: 'tool', tool: this.#tool, callId: call.id, about, at: this.#clock.wall() },
      ttlMs: this.#ttlMs,
    };
  }

  /** The values by what they are about. */
  #valuesIn(result: unknown, call: GuardedCall): Map<string | undefined, Set<string>> {
    const found = new Map<string | undefined, Set<string>>();
    const ofCall = this.#aboutOf(call);
    try {
      for (const element of this.#extract(result, call.args)) {
        const own = isFactAbout(element) ? element : undefined;
        const text = own === undefined ? idText(element) : own.value;
        if (text === undefined) continue;
        const about = own?.about ?? ofCall;
        const values = found.get(about);
        if (values === undefined) found.set(about, new Set([text]));
        else values.add(text);
      }
    } catch {
      // A result that cannot be read proves nothing; the caller still gets it.
      return new Map();
    }
    return found;
  }

  #aboutOf(call: GuardedCall): string | undefined {
    if (this.#about === undefined) return undefined;
    return idText((call.args as Record<string, unknown>)[this.#about]);
  }

  #tooMany(count: number, result: unknown): PolicyViolationError {
    return new PolicyViolationError(
      {
        tool: this.#tool,
        code: 'TOO_MANY_RESULTS',
        message: `the result holds ${count} values of ${this.#kind}, more than ${this.#maxItems}`,
        because: `The result holds ${count} entries, more than the ${this.#maxItems} that may be used.`,
        tryInstead: 'Ask for less: a narrower query, or a smaller page.',
        details: { kind: this.#kind, count, maxItems: this.#maxItems },
      },
      { value: result },
    );
  }
}

function countOf(found: ReadonlyMap<unknown, ReadonlySet<string>>): number {
  let count = 0;
  for (const values of found.values()) count += values.size;
  return count;
}

/** Keeps the first values. */
function truncate(found: Map<unknown, Set<string>>, maxItems: number): void {
  let room = maxItems;
  for (const [about, values] of found) {
    for (const value of values) if (room-- <= 0) values.delete(value);
    if (values.size === 0) found.delete(about);
  }
}

type Extract = (result: unknown, args: unknown) => Iterable<unknown>;

function extractor(check: OptionCheck, extract: unknown): Extract {
  if (typeof extract === 'function') {
    return (result, args) => listed((extract as (result: unknown, args: unknown) => unknown)(result, args));
  }
  if (typeof extract !== 'string') {
    check.problem('extract', extract, 'must be a property, a path or a function');
    return () => [];
  }
  try {
    return pathExtractor(parseArgumentPath(extract, { accessors: true }), extract.startsWith('['));
  } catch (error) {
    check.problem('extract', extract, (error as Error).message);
    return () => [];
  }
}

function singleExtractor(extract: unknown): ((result: unknown) => unknown) | undefined {
  try {
    const path = typeof extract === 'string' ? parseArgumentPath(extract, { accessors: true }) : undefined;
    return path?.isSingle ? (result) => path.readOne(result) : undefined;
  } catch {
    // Reported where all values are read.
    return undefined;
  }
}

function pathExtractor(path: ArgumentPathReader, isOfList: boolean): (result: unknown) => Iterable<unknown> {
  return (result) => {
    if (isOfList || !Array.isArray(result)) return path.read(result).values;
    return result.flatMap((element) => path.read(element).values);
  };
}

function listed(value: unknown): Iterable<unknown> {
  if (value === null || value === undefined) return [];
  if (typeof value === 'object' && Symbol.iterator in value) return value as Iterable<unknown>;
  return [value];
}
