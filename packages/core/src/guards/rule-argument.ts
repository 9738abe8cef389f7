import { type ArgumentPathReader, parseArgumentPath } from '../agent/argument-path.js';
import { unknownName } from '../agent/schema-names.js';
import type { GuardSite } from './guard-site.js';

/** What a rule found at its argument. */
export type RuleValues =
  | { readonly state: 'present'; readonly values: readonly unknown[]; readonly isList: boolean }
  /** Nothing there: absent, `null`, or an empty list or text. */
  | { readonly state: 'absent' };

/** The argument that a rule is about. */
export class RuleArgument {
  readonly path: string;
  /** The path says `[]`: the values are the elements of lists. */
  readonly hasArray: boolean;
  readonly #reader: ArgumentPathReader;

  private constructor(path: string, reader: ArgumentPathReader) {
    this.path = path;
    this.#reader = reader;
    this.hasArray = reader.hasArray;
  }

  /** Parses and checks a path; what is wrong goes to the site, and the answer is `undefined`. */
  static parse(site: GuardSite, rule: string, path: unknown): RuleArgument | undefined {
    const problem = (message: string): undefined =>
      void site.problem(`Enforce.${rule}`, path, message, 'usage.policy_configuration');
    if (typeof path !== 'string') return problem('the argument must be a name or a path');
    let reader: ArgumentPathReader;
    try {
      reader = parseArgumentPath(path);
    } catch (error) {
      return problem((error as Error).message);
    }
    const { argumentNames } = site.tool;
    if (reader.root === undefined) return problem('must begin with the name of an argument');
    if (path.endsWith('$keys')) return problem('names of properties cannot be checked; name the values');
    if (argumentNames !== undefined && !argumentNames.has(reader.root)) {
      return problem(`names no argument; the arguments are ${[...argumentNames].join(', ') || '(none)'}`);
    }
    const unknown = unknownName(site.tool.inputSchema, path);
    if (unknown !== undefined) {
      const { name, within, known } = unknown;
      return problem(`${within} has no "${name}"; it has ${known.join(', ') || '(nothing)'}`);
    }
    return new RuleArgument(path, reader);
  }

  /** The value at a path that leads to one at most; undefined where `read` has more to say. */
  readOne(args: unknown): unknown {
    return this.#reader.readOne(args);
  }

  /**
   * The values at the path. A list found where the path says none is its elements.
   * A path that leads nowhere for one of several elements is a value `undefined`, which no rule lets pass.
   */
  read(args: unknown): RuleValues {
    const { values, complete } = this.#reader.read(args);
    // Something is there, but not where the path leads: that is no absence.
    if (values.length === 0 && !complete && !isEmpty(rootOf(args, this.#reader.root))) {
      return { state: 'present', values: [undefined], isList: this.hasArray };
    }
    const only = values[0];
    if (!this.hasArray && values.length === 1 && Array.isArray(only)) return found(only, true, true);
    return found(values, complete, this.hasArray);
  }
}

function found(values: readonly unknown[], complete: boolean, isList: boolean): RuleValues {
  const present = values.filter((value) => value !== undefined && value !== null && value !== '');
  if (present.length === 0) return { state: 'absent' };
  if (present.length === values.length && complete) return { state: 'present', values, isList };
  return { state: 'present', values: [...present, undefined], isList };
}

function rootOf(args: unknown, root: string | undefined): unknown {
  const isOwn = typeof args === 'object' && args !== null && root !== undefined && Object.hasOwn(args, root);
  return isOwn ? (args as Record<string, unknown>)[root] : undefined;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
