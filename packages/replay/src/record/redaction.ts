import type { UnplacedTrace } from '../format/own-format.js';
import type { RecordedCall, RecordedError } from '../trace/trace.js';
import { isMark, keptValue, unrecorded } from './kept-value.js';
import { Pseudonyms } from './pseudonyms.js';
import { isSecretName } from './secret-names.js';

/** Where a value stands. */
export interface RedactPlace {
  /** Id of the tool; `undefined` for what the user said and the application vouched for. */
  readonly tool: string | undefined;
  /**
   * Such as `args.order.id`, `result[0].name`, `error.message`, `userTurns[0].text` or `facts[0].value`; `result.payments.$keys`
   * for the name of a property that looks like data.
   */
  readonly path: string;
  /** What `redact: true` would put here: the same for the same value, wherever it stands. */
  pseudonym(): unknown;
}

/**
 * Decides what is recorded in place of a text, a number or a boolean: the value itself, `place.pseudonym()`, or anything that
 * JSON can write. Where it throws, the value is left out. A rule decides a replay as it did before as long as values that were
 * equal stay equal, in arguments, results, facts and what the user said alike.
 */
export type Redact = (value: string | number | boolean, place: RedactPlace) => unknown;

type Leaf = string | number | boolean;
type ChangeLeaf = (value: Leaf, tool: string | undefined, path: string) => unknown;

/** Shorter secrets occur by chance. */
const MIN_SECRET = 4;
const MAX_SECRETS = 200;
const MAX_REPLACEMENT = 1_000_000;

/**
 * Takes out of a trace what nobody else shall read.
 *
 * With `true` every text is replaced word by word: arguments, results, messages of errors, facts, what the user said, and the
 * ids of run, user and session. Numbers, booleans, `null`, names of properties and tools, kinds of facts, codes and times stay.
 * So values that were equal stay equal, and a value that the user mentioned is still mentioned: facts are decided as before.
 * Names of properties that look like data (with `@`, a space or three digits) are replaced as the same texts elsewhere are.
 *
 * What is lost: rules that look into a text (`blockRegex`, lists of words, check digits) and schemas with fixed words may decide
 * otherwise. What is not hidden: numbers, how long texts are and how they are punctuated, and which values are equal; who knows
 * what was said can tell the rest from that. It makes recordings fit for colleagues, not for the public.
 */
export class Redaction {
  readonly #pseudonyms = new Pseudonyms();
  readonly #isFull: boolean;
  readonly #decide: Redact | undefined;

  constructor(redact: boolean | Redact) {
    this.#isFull = redact === true;
    this.#decide = typeof redact === 'function' ? redact : undefined;
  }

  apply(trace: UnplacedTrace): UnplacedTrace {
    const seen = new SeenValues(trace);
    if (!this.#isFull && this.#decide === undefined && !seen.hasSecrets) return trace;
    return new TraceRedaction(this.#pseudonyms, seen, this.#isFull, this.#decide).apply(trace);
  }
}

/** What a run holds that decides how its values are replaced. */
class SeenValues {
  /** Whole numbers, as their digits: as numbers they stay, so they stay in texts. */
  readonly numbers = new Set<string>();
  /** Texts of properties that are called like a secret: they are secret elsewhere too. */
  readonly secrets = new Set<string>();
  hasSecrets = false;

  constructor({ calls, facts = [] }: UnplacedTrace) {
    for (const { args, result } of calls) {
      this.#see(args, false);
      this.#see(result, false);
    }
    for (const { kind, value } of facts) this.#see(value, isSecretName(kind));
  }

  #see(value: unknown, isSecret: boolean): void {
    if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value))
        this.#see(part, isSecret || (!Array.isArray(value) && isSecretName(name)));
    } else if (isSecret && (typeof value === 'string' || typeof value === 'number')) {
      this.hasSecrets = true;
      if (typeof value === 'string' && value.length >= MIN_SECRET && this.secrets.size < MAX_SECRETS)
        this.secrets.add(value);
    } else if (typeof value === 'number' && Number.isSafeInteger(value)) this.numbers.add(String(Math.abs(value)));
  }
}

class TraceRedaction {
  readonly #pseudonyms: Pseudonyms;
  readonly #seen: SeenValues;
  readonly #isFull: boolean;
  readonly #change: ChangeLeaf;

  constructor(pseudonyms: Pseudonyms, seen: SeenValues, isFull: boolean, decide: Redact | undefined) {
    this.#pseudonyms = pseudonyms;
    this.#seen = seen;
    this.#isFull = isFull;
    this.#change =
      decide === undefined ? (value) => this.#byDefault(value) : (...leaf) => this.#decided(decide, ...leaf);
  }

  apply({ id, userId, sessionId, userTurns, facts, calls, ...rest }: UnplacedTrace): UnplacedTrace {
    return {
      ...rest,
      id: this.#id(id),
      ...(userId !== undefined && { userId: this.#id(userId) }),
      ...(sessionId !== undefined && { sessionId: this.#id(sessionId) }),
      userTurns: userTurns.map(({ at, text }, index) => ({
        at,
        text: textOf(this.#leaf(text, undefined, `userTurns[${index}].text`, false)),
      })),
      ...(facts && { facts: facts.map((fact, index) => this.#fact(fact, index)) }),
      calls: calls.map((call) => this.#call(call)),
    };
  }

  #id(id: string): string {
    return this.#isFull ? this.#text(id) : id;
  }

  #fact(fact: NonNullable<UnplacedTrace['facts']>[number], index: number) {
    const { at, kind, value, about } = fact;
    const path = `facts[${index}]`;
    return {
      at,
      kind,
      value: idOf(this.#leaf(value, undefined, `${path}.value`, isSecretName(kind))),
      ...(about !== undefined && { about: idOf(this.#leaf(about, undefined, `${path}.about`, false)) }),
    };
  }

  #call(call: RecordedCall): RecordedCall {
    const { tool, args, result, error } = call;
    return {
      ...call,
      args: this.#value(args, tool, 'args', false),
      ...(result !== undefined && { result: this.#value(result, tool, 'result', false) }),
      ...(error !== undefined && { error: this.#error(error, tool) }),
    };
  }

  #error(error: RecordedError, tool: string): RecordedError {
    return { ...error, message: textOf(this.#leaf(error.message, tool, 'error.message', false)) };
  }

  #value(value: unknown, tool: string, path: string, isSecret: boolean): unknown {
    if (Array.isArray(value)) return value.map((each, index) => this.#value(each, tool, `${path}[${index}]`, isSecret));
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(([name, part]): [string, unknown] => {
        const isHidden = isSecret || isSecretName(name);
        return [this.#name(name, tool, path), this.#value(part, tool, `${path}.${name}`, isHidden)];
      });
      return Object.fromEntries(entries.filter(([, part]) => part !== undefined));
    }
    return isLeaf(value) ? this.#leaf(value, tool, path, isSecret) : value;
  }

  #leaf(value: Leaf, tool: string | undefined, path: string, isSecret: boolean): unknown {
    if (typeof value === 'string' && isMark(value)) return value;
    if (!isSecret) return this.#change(value, tool, path);
    if (typeof value === 'string') return this.#text(value);
    return Number.isSafeInteger(value) ? this.#pseudonyms.ofNumber(value as number) : value;
  }

  // Arguments are called as the schema says; keys of what lies deeper may be ids.
  #name(name: string, tool: string, path: string): string {
    return path !== 'args' && looksLikeData(name) ? textOf(this.#change(name, tool, `${path}.$keys`)) : name;
  }

  #byDefault(value: Leaf): unknown {
    if (typeof value !== 'string') return value;
    return this.#isFull ? this.#text(value) : this.#withoutSecrets(value);
  }

  #decided(decide: Redact, value: Leaf, tool: string | undefined, path: string): unknown {
    const given = typeof value === 'string' ? this.#withoutSecrets(value) : value;
    try {
      const pseudonym = (): unknown => (typeof value === 'string' ? this.#text(value) : value);
      const decided = decide(given, { tool, path, pseudonym });
      if (decided === undefined) return undefined;
      return keptValue(decided, MAX_REPLACEMENT)?.value ?? unrecorded('redaction failed');
    } catch {
      return unrecorded('redaction failed');
    }
  }

  #text(text: string): string {
    return this.#pseudonyms.of(text, (digits) => this.#seen.numbers.has(digits));
  }

  #withoutSecrets(text: string): string {
    let clean = text;
    for (const secret of this.#seen.secrets)
      if (clean.includes(secret)) clean = clean.replace(asWords(secret), () => this.#text(secret));
    return clean;
  }
}

function asWords(text: string): RegExp {
  const literal = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'gu');
}

function isLeaf(value: unknown): value is Leaf {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function looksLikeData(name: string): boolean {
  return /[^\w$-]|\d{3}|^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(name);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? unrecorded('left out'));
}

/** A fact must stay one that a run takes. */
function idOf(value: unknown): string | number {
  if (typeof value === 'string' && value !== '') return value.slice(0, 1024);
  return Number.isSafeInteger(value) ? (value as number) : unrecorded('left out');
}
