import { randomBytes } from 'node:crypto';
import { hashOf, isPermutable, permuted } from './permutation.js';

/** Words that say how to read what follows, and nothing about anybody. */
const KEPT_WORDS = new Set(['http', 'https', 'www']);
const MAX_CACHED = 50_000;
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(1900, 0, 1) / DAY_MS;
const DAYS = Date.UTC(2100, 0, 1) / DAY_MS - FIRST_DAY;

// A UUID, a date with or without its time, a time of day, or a word: what core takes as part of one, without its punctuation.
const PIECE =
  /(?<uuid>(?<![a-z0-9])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![a-z0-9]))|(?<![a-z0-9])(?<date>\d{4}-\d{2}-\d{2})(?=[T ]\d{2}:\d{2}|(?![a-z0-9]))|(?<=\d{4}-\d{2}-\d{2})(?<zoned>T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?(?![a-z0-9]))|(?<time>(?<![a-z0-9])(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![a-z0-9]))|(?<word>[\p{L}\p{M}\p{N}\p{Cf}\p{Cs}\p{Co}\p{DI}]{1,4096})/giu;

/**
 * Words that stand for words. The same word always gets the same one, no two words get the same, and what a word looks like
 * stays: its length, where it has letters and digits, its capitals, and all punctuation around it. Dates become dates, UUIDs
 * become UUIDs, times of day stay.
 */
export class Pseudonyms {
  // Known to nobody and never stored, so that guessing at words does not help.
  readonly #key = randomBytes(32).toString('hex');
  readonly #cache = new Map<string, string>();

  /** @param isKept which whole numbers stay, because they stay elsewhere too */
  of(text: string, isKept: (digits: string) => boolean = () => false): string {
    return text.replace(PIECE, (piece, ...rest) => {
      const { uuid, date, word } = rest.at(-1) as Readonly<Record<string, string | undefined>>;
      if (uuid !== undefined) return this.#uuid(uuid);
      if (date !== undefined) return this.#date(date, isKept);
      return word === undefined ? piece : this.#word(word, isKept);
    });
  }

  /** The pseudonym of a whole number: one of as many digits. */
  ofNumber(number: number): number {
    return Number(this.of(String(number)));
  }

  #word(word: string, isKept: (digits: string) => boolean): string {
    if (!/[\p{L}\p{N}]/u.test(word)) return word;
    if (/^\d+$/.test(word)) return isKept(word) ? word : this.#digits(word, isKept);
    const folded = foldCase(word);
    return KEPT_WORDS.has(folded)
      ? word
      : inCaseOf(
          word,
          this.#cached(folded, () => this.#letters(folded)),
        );
  }

  /** Letters for letters and digits for digits. */
  #letters(word: string): string {
    if (/[^a-z0-9]/.test(word)) return this.#long(word);
    const size = Array.from(word).reduce((product, char) => product * radixOf(char), 1);
    if (!isPermutable(size)) return this.#long(word);
    const shape = word.replace(/[a-z]/g, 'a').replace(/\d/g, '0');
    const isAllowed = (index: number): boolean => !KEPT_WORDS.has(spelled(index, shape));
    return spelled(permuted(this.#key, shape, size, indexOf(word), isAllowed), shape);
  }

  // A number has no zero in front, so a text of digits without one must not get one: it may be the same number.
  #digits(digits: string, isKept: (digits: string) => boolean): string {
    if (!isPermutable(10 ** digits.length)) return this.#longDigits(digits);
    const first = digits.startsWith('0') ? 0 : 10 ** (digits.length - 1);
    const size = digits.startsWith('0') ? 10 ** (digits.length - 1) : 9 * first;
    const asText = (index: number): string => String(first + index).padStart(digits.length, '0');
    const domain = `digits ${digits.length} ${first}`;
    return asText(permuted(this.#key, domain, size, Number(digits) - first, (index) => !isKept(asText(index))));
  }

  // Never with a 9 in front either: so a number of 16 digits stays one that is exact.
  #longDigits(digits: string): string {
    const first = digits.startsWith('0') ? 0 : 1 + ((hashOf(this.#key, `first ${digits}`)[0] ?? 0) % 8);
    return first + this.#long(digits).slice(1);
  }

  /** Of a word that is long, or of letters beyond ASCII. */
  #long(word: string): string {
    const isAscii = /^[a-z0-9]*$/.test(word);
    // Short words of many letters would meet, so these get longer.
    const shape = isAscii ? word : 'a'.repeat(Math.max(word.length, 13));
    let stream = hashOf(this.#key, `long ${word}`);
    while (stream.length < shape.length)
      stream = Buffer.concat([stream, hashOf(this.#key, `${stream.length} ${word}`)]);
    return Array.from(shape, (char, index) => charOf(char, (stream[index] ?? 0) % radixOf(char))).join('');
  }

  #date(date: string, isKept: (digits: string) => boolean): string {
    const ms = Date.parse(`${date}T00:00:00Z`);
    const day = ms / DAY_MS - FIRST_DAY;
    const isDay = day >= 0 && day < DAYS && new Date(ms).toISOString().startsWith(date);
    if (!isDay) return date.replace(/\d+/g, (digits) => this.#word(digits, isKept));
    return new Date((permuted(this.#key, 'day', DAYS, day) + FIRST_DAY) * DAY_MS).toISOString().slice(0, 10);
  }

  #uuid(uuid: string): string {
    const hex = hashOf(this.#key, `uuid ${uuid.toLowerCase()}`).toString('hex');
    let at = 0;
    // Its version and variant stay, so that it is one for whoever checks.
    const made = uuid
      .toLowerCase()
      .replace(/[0-9a-f]/g, (char, place) => (place === 14 || place === 19 ? char : (hex[at++] ?? '0')));
    return uuid === uuid.toUpperCase() ? made.toUpperCase() : made;
  }

  #cached(word: string, make: () => string): string {
    let made = this.#cache.get(word);
    if (made === undefined) {
      made = make();
      if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
      this.#cache.set(word, made);
    }
    return made;
  }
}

function foldCase(word: string): string {
  return word.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Capitals where the word had them, letter by letter. */
function inCaseOf(word: string, made: string): string {
  return Array.from(made, (char, index) => (/[A-Z]/.test(word[index] ?? '') ? char.toUpperCase() : char)).join('');
}

function radixOf(char: string): number {
  return /\d/.test(char) ? 10 : 26;
}

function charOf(shape: string, value: number): string {
  return /\d/.test(shape) ? String(value) : String.fromCharCode(97 + value);
}

function digitOf(char: string): number {
  return /\d/.test(char) ? Number(char) : char.charCodeAt(0) - 97;
}

function indexOf(word: string): number {
  return Array.from(word).reduce((index, char) => index * radixOf(char) + digitOf(char), 0);
}

function spelled(index: number, shape: string): string {
  let rest = index;
  const chars = Array.from(shape).reverse();
  const made = chars.map((char) => {
    const radix = radixOf(char);
    const value = rest % radix;
    rest = Math.floor(rest / radix);
    return charOf(char, value);
  });
  return made.reverse().join('');
}
