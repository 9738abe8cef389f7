import { hash } from 'node:crypto';

const ROUNDS = 6;
const MAX_SIZE = 2 ** 48;

/** Whether a set is small enough to be permuted: larger ones are hashed, because there nothing meets by chance. */
export function isPermutable(size: number): boolean {
  return size <= MAX_SIZE;
}

/**
 * Puts a number below `size` in another one's place, so that no two meet. Which, only who has the key can tell.
 *
 * A Feistel network over the next square, walked until the number is below `size` again: M. Luby and C. Rackoff, "How to
 * construct pseudorandom permutations from pseudorandom functions" (1988); J. Black and P. Rogaway, "Ciphers with arbitrary
 * finite domains" (2002).
 *
 * @param key a text of fixed length
 * @param domain keeps permutations of one size apart
 * @param isAllowed which places may be taken; the number's own must be one of them
 */
export function permuted(
  key: string,
  domain: string,
  size: number,
  index: number,
  isAllowed: (index: number) => boolean = () => true,
): number {
  const base = Math.ceil(Math.sqrt(size));
  let at = index;
  do at = feistel(key, domain, base, at);
  while (at >= size || !isAllowed(at));
  return at;
}

function feistel(key: string, domain: string, base: number, value: number): number {
  let left = Math.floor(value / base);
  let right = value % base;
  for (let round = 0; round < ROUNDS; round++) {
    const mixed = hashOf(key, `${domain} ${base} ${round} ${right}`).readUIntBE(0, 6) % base;
    [left, right] = [right, (left + mixed) % base];
  }
  return left * base + right;
}

/** 32 bytes that only who has the key can tell. */
export function hashOf(key: string, text: string): Buffer {
  return hash('sha256', key + text, 'buffer');
}
