import { MAY_BE_SECRET, SECRET_KEYS, SECRET_SHAPES } from './secret-shapes.js';

/** What is kept out of everything that leaves the process. */
export interface RedactionOptions {
  /** Names of fields whose values are replaced, at any depth; case, `-` and `_` do not matter. @default none */
  readonly keys?: readonly string[] | undefined;
  /** What is replaced in texts. Keep them linear: texts come from models and tools. @default none */
  readonly patterns?: readonly RegExp[] | undefined;
}

/** What stands where something was left out. */
export const REDACTED = '[redacted]';

/** Stands where data goes deeper or on longer than anybody wants to send. */
const CUT = '[…]';

const MAX_DEPTH = 12;
const MAX_VALUES = 20_000;
const MAX_CHARACTERS = 400_000;
/** Names that are remembered: made-up ones must not fill the memory. */
const MAX_NAMES = 1000;
const MAX_NAME = 100;
/** Longer texts are cut first: the time that patterns take must have an end. */
const MAX_TEXT = 20_000;

/** Takes secrets out of texts and data: known names of fields, known shapes of keys, and what the user adds. */
export class Redactor {
  readonly #keys: ReadonlySet<string>;
  readonly #patterns: readonly RegExp[];
  readonly #secrets: readonly string[];
  readonly #names = new Map<string, { readonly clean: string; readonly isSecret: boolean }>();

  /** @param secrets texts that must not appear anywhere, such as the key of the client */
  constructor(options: RedactionOptions = {}, secrets: readonly string[] = []) {
    this.#keys = new Set([...SECRET_KEYS, ...(options.keys ?? []).map(fold)]);
    this.#patterns = (options.patterns ?? []).map(everywhere);
    this.#secrets = secrets.filter((secret) => secret.length > 0);
  }

  /** A text without secrets. */
  text(text: string): string {
    let clean = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, REDACTED);
    if (MAY_BE_SECRET.test(clean)) {
      // What stands before the secret, such as `Bearer `, stays.
      for (const shape of SECRET_SHAPES) clean = clean.replace(shape, (_, before: string) => `${before}${REDACTED}`);
    }
    for (const pattern of this.#patterns) clean = clean.replace(pattern, REDACTED);
    return clean;
  }

  /** A copy of plain data without secrets, of bounded size; what is no plain data becomes a text. */
  data(value: unknown): unknown {
    return this.#data(value, 0, { values: MAX_VALUES, characters: MAX_CHARACTERS });
  }

  /** Whether a field of this name holds a secret. */
  isSecret(name: string): boolean {
    return this.#keys.has(fold(name));
  }

  #data(value: unknown, depth: number, left: Left): unknown {
    if (--left.values < 0) return CUT;
    if (typeof value === 'string') return this.#bounded(value, left);
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '[function]' : value;
    if (depth >= MAX_DEPTH) return CUT;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (Array.isArray(value)) return value.slice(0, left.values + 1).map((each) => this.#data(each, depth + 1, left));
    const entries: [string, unknown][] = [];
    for (const [name, field] of Object.entries(value)) {
      const known = this.#named(name);
      left.characters -= known.clean.length;
      const isHidden = known.isSecret && field !== null && field !== undefined;
      entries.push([known.clean, isHidden ? REDACTED : this.#data(field, depth + 1, left)]);
      if (left.values < 0) break;
    }
    return Object.fromEntries(entries);
  }

  // The same few names come with every event.
  #named(name: string): { readonly clean: string; readonly isSecret: boolean } {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const looked = { clean: this.text(name), isSecret: this.isSecret(name) };
    if (this.#names.size < MAX_NAMES && name.length <= MAX_NAME) this.#names.set(name, looked);
    return looked;
  }

  #bounded(text: string, left: Left): string {
    const clean = this.text(text.length > left.characters ? `${text.slice(0, Math.max(0, left.characters))}…` : text);
    left.characters -= clean.length;
    return clean;
  }
}

/** How much of some data may still be copied: it may be cyclic, or larger than anybody wants to send. */
interface Left {
  values: number;
  characters: number;
}

function everywhere(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`);
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '');
}
