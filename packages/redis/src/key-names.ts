import { createHash } from 'node:crypto';

const MAX_READABLE = 120;

/**
 * The names of the keys. What a key is of stands in braces, the hash tag of Redis Cluster: keys with one tag lie on one node, so
 * that one script may use them. Parts are escaped and never joined as they are, so none can pose as another; long ones are hashed.
 */
export class KeyNames {
  readonly #prefix: string;

  /** @param prefix stands before every key */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** A key of a kind, with its tag; where a tag has several keys, with the parts that tell them apart. */
  of(kind: string, tag: string, ...parts: readonly string[]): string {
    let name = `${this.#prefix}${kind}:{${part(tag)}}`;
    for (const each of parts) name += `:${part(each)}`;
    return name;
  }

  /** A key of another kind with the tag of one. */
  beside(key: string, kind: string, unique: string): string {
    return `${this.#prefix}${kind}:${key.slice(key.indexOf('{'), key.indexOf('}') + 1)}:${part(unique)}`;
  }
}

const PLAIN = /^[\w\-.@#/+,"[\]=]*$/;
const OTHERS = /[^\w\-.@#/+,"[\]=]/gu;

function part(text: string): string {
  // Empty braces are no hash tag.
  if (text === '') return '~';
  const escaped = PLAIN.test(text) ? text : text.replace(OTHERS, (char) => `%${char.codePointAt(0)?.toString(16)};`);
  // 160 bits: nobody finds two ids that meet. A tilde is escaped elsewhere.
  return escaped.length <= MAX_READABLE
    ? escaped
    : `~${createHash('sha256').update(escaped).digest().subarray(0, 20).toString('base64url')}`;
}
