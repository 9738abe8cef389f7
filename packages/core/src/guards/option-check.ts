import { DURATION_RULE, type Duration, durationMs } from '../duration.js';
import type { GuardSite } from './guard-site.js';

/** Reads the options of one declaration; what is wrong becomes a problem of the site, with the default in its place. */
export class OptionCheck {
  readonly #site: GuardSite;
  readonly #guard: string;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #code: string;

  /**
   * @param guard name of the decorator
   * @param known all options that it has
   */
  constructor(
    site: GuardSite,
    guard: string,
    options: unknown,
    known: readonly string[],
    code = 'usage.guard_configuration',
  ) {
    this.#site = site;
    this.#guard = guard;
    this.#code = code;
    const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
    this.#options = isObject ? (options as Record<string, unknown>) : {};
    if (!isObject) this.problem(undefined, options, 'must be an object of options');
    for (const name of Object.keys(this.#options)) {
      if (known.includes(name)) continue;
      this.problem(name, this.#options[name], `is no option of @${guard}; its options are ${known.join(', ')}`);
    }
    if (known.includes('mode')) this.oneOf('mode', ['enforce', 'observe'], 'enforce');
  }

  /** Reports what is wrong with an option. */
  problem(option: string | undefined, value: unknown, message: string): void {
    this.#site.problem(option === undefined ? this.#guard : `${this.#guard}.${option}`, value, message, this.#code);
  }

  /** An integer from 1. */
  positiveInteger(option: string, fallback?: number): number {
    const value = this.#options[option] ?? fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
    this.problem(option, value, 'must be an integer from 1');
    return 1;
  }

  /** Milliseconds of a duration; a default of `undefined` makes it optional. */
  duration<Fallback extends Duration | undefined>(
    option: string,
    fallback: Fallback,
  ): Fallback extends undefined ? number | undefined : number;
  duration(option: string, fallback: Duration | undefined): number | undefined {
    const value = this.#options[option] ?? fallback;
    if (value === undefined) return undefined;
    const ms = durationMs(value);
    if (ms === undefined) this.problem(option, value, DURATION_RULE);
    return ms ?? 1;
  }

  /** One of some texts. */
  oneOf<Value extends string>(option: string, values: readonly Value[], fallback: Value): Value {
    const value = this.#options[option] ?? fallback;
    if (values.includes(value as Value)) return value as Value;
    this.problem(option, value, `must be one of ${values.map((each) => `'${each}'`).join(', ')}`);
    return fallback;
  }

  /** A text that is not blank. */
  text(option: string): string {
    const value = this.#options[option];
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.problem(option, value, 'must be a text that is not blank');
    return '';
  }

  /** A text that is not blank, where one is given. */
  optionalText(option: string): string | undefined {
    return this.#options[option] === undefined ? undefined : this.text(option);
  }

  /** `true` or `false`. */
  flag(option: string, fallback: boolean): boolean {
    const value = this.#options[option] ?? fallback;
    if (typeof value === 'boolean') return value;
    this.problem(option, value, 'must be true or false');
    return fallback;
  }

  /** A function, where one is given. */
  optionalFunction<Signature extends (...args: never[]) => unknown>(option: string): Signature | undefined {
    const value = this.#options[option];
    if (value === undefined || typeof value === 'function') return value as Signature | undefined;
    this.problem(option, value, 'must be a function');
    return undefined;
  }

  /** Name of an argument; wrong ones are known here only where there is a schema that tells its names. */
  argument(option: string, name: unknown): string {
    const { argumentNames } = this.#site.tool;
    if (typeof name !== 'string' || name === '') {
      this.problem(option, name, 'must be the name of an argument');
      return '';
    }
    if (argumentNames !== undefined && !argumentNames.has(name)) {
      this.problem(option, name, `names no argument; the arguments are ${[...argumentNames].join(', ') || '(none)'}`);
    }
    return name;
  }
}
