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

const MAX_DEPTH = 12;
/** Longer texts are cut first: the time that patterns take must have an end. */
const MAX_TEXT = 20_000;

/** Takes secrets out of texts and data: known names of fields, known shapes of keys, and what the user adds. */
export class Redactor {
  readonly #keys: ReadonlySet<string>;
  readonly #patterns: readonly RegExp[];
  readonly #secrets: readonly string[];

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

  /** A copy of plain data without secrets; what is no plain data becomes a text. */
  data(value: unknown): unknown {
    return this.#data(value, 0);
  }

  /** Whether a field of this name holds a secret. */
  isSecret(name: string): boolean {
    return this.#keys.has(fold(name));
  }

  #data(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '[function]' : value;
    if (depth >= MAX_DEPTH) return '[deep]';
    if (Array.isArray(value)) return value.map((each) => this.#data(each, depth + 1));
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    const entries = Object.entries(value).map(([name, field]) => [
      this.text(name),
      this.isSecret(name) && field !== null && field !== undefined ? REDACTED : this.#data(field, depth + 1),
    ]);
    return Object.fromEntries(entries);
  }
}

function everywhere(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`);
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '');
}
