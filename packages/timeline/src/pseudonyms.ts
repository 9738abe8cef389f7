import { createHmac, randomBytes } from 'node:crypto';

/** Names that stand for values: the same for the same value, and of no use to find the value. */
export class Pseudonyms {
  // Known to nobody and never stored: short ids could be guessed from a plain hash.
  readonly #key = randomBytes(32);

  of(value: string): string {
    return `#${createHmac('sha256', this.#key).update(value).digest('hex').slice(0, 8)}`;
  }
}
