import { MAX_ID_LENGTH } from './fact-value.js';
import { foldLoosely } from './loose-match.js';

/** How a value is looked for in what the user said. */
export interface MentionOptions {
  /** Values of fewer characters don't count: a short number turns up in any text. @default 3 */
  readonly minLength?: number;
  /** Forgive what `foldLoosely` forgives, and punctuation between words. @default false: exactly as written */
  readonly loose?: boolean;
}

/** How a rule asks whether the user said something. */
export interface SaidOptions {
  /**
   * `exact`: as written, in whole words. `loose`: forgiving what `foldLoosely` forgives, and punctuation between words. `start`: a
   * word begins with it, so that `mina@` is found in `mina@example.com`; of a single word only. @default 'exact'
   */
  readonly match?: 'exact' | 'loose' | 'start';
  /** Values of fewer characters don't count: a short one turns up in any text. @default 3 */
  readonly minLength?: number;
}

/** Limits of a `UserTextIndex`. */
export interface UserTextIndexOptions {
  /** Tokens that are kept. A turn costs one per token, but at least one, and one per 64 characters. @default 100_000 */
  readonly maxTokens?: number;
}

/** Values of fewer characters are not looked for, unless an option says otherwise. */
const DEFAULT_MIN_LENGTH = 3;
const DEFAULT_MAX_TOKENS = 100_000;
const CHARS_PER_TOKEN = 64;
const MAX_GAP_LENGTH = 32;

// Besides letters and digits: marks (accents, vowel signs) and everything invisible. Were these taken as separators, the
// end of `ev<zero width>il.com` would pass for a word that the user said. Matched in pieces, because one long run of
// characters beyond the basic plane overflows the regular expression's stack.
const TOKEN_CHARS = /[\p{L}\p{M}\p{N}\p{Cf}\p{Cs}\p{Co}\p{DI}_\-.@/:#+]{1,4096}/gu;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

// In place of a token: no value is found across two turns. In place of a long text without words (a real one has no
// letters): no value is found across it either.
const TURN_END = '';
const BARRIER = 'x';

/**
 * Splits a text into the words by which ids are recognised in it.
 *
 * A token is a maximal run of letters, digits and `_-.@/:#+` (and of marks and invisible characters, which are never
 * dropped), with at least one letter or digit, without the `.` and `:` that end a sentence. The other signs of that set
 * stay at the end, because they tell names apart: `C++`, `C#`, `/data/`, and the `12-` of a number that goes on in the
 * next line. So `bob@evil.com`, `12-34` and `o1` are one token each, and `o1, o2.` is two.
 */
export function tokenize(text: string): string[] {
  return scan(text, Number.POSITIVE_INFINITY)?.tokens ?? [];
}

/**
 * What the user said in all turns so far, for the question whether a value occurs in it.
 *
 * A look-up costs as much as the first token of the value occurs in the text, however many turns there are. Nothing is
 * folded away: zero-width characters and look-alike letters make another word.
 */
export class UserTextIndex {
  readonly #maxTokens: number;
  #used = 0;
  /** The text in front of the token of the same index. */
  readonly #gaps: string[] = [];
  readonly #exact = new Occurrences();
  // Made at the first loose look-up: most runs never ask for one.
  #loose: Occurrences | undefined;

  /** @param options how much is kept */
  constructor(options: UserTextIndexOptions = {}) {
    this.#maxTokens = options.maxTokens ?? DEFAULT_MAX_TOKENS;
  }

  /** Tokens that the turns so far have cost, of the `maxTokens`. */
  get tokensUsed(): number {
    return this.#used;
  }

  /**
   * Adds one turn of the user.
   *
   * @returns false if the turn does not fit any more. Then nothing of it is kept, so nothing in it counts as mentioned.
   */
  add(text: string): boolean {
    const turn = scan(text, this.#maxTokens - this.#used);
    if (turn === undefined) return false;
    this.#used += turn.cost;
    turn.tokens.forEach((token, index) => {
      this.#append(token, turn.gaps[index] ?? '');
    });
    this.#append(TURN_END, turn.gaps.at(-1) ?? '');
    return true;
  }

  /**
   * The value as the user wrote it, or undefined if no turn mentions it.
   *
   * All tokens of the value must follow each other in one turn, as whole tokens, with the same signs between and around
   * them; space may be of any width. `evil.com` is not mentioned by `bob@evil.com`, nor `*.txt` by `a.txt`. A loose
   * look-up returns undefined also where the user wrote it in more than one way, none of them the value's: which is meant
   * cannot be told.
   */
  mentions(value: string, options: MentionOptions = {}): string | undefined {
    const { minLength = DEFAULT_MIN_LENGTH, loose = false } = options;
    if (typeof value !== 'string' || value.length > MAX_ID_LENGTH) return undefined;
    if (isShorter(loose ? foldLoosely(value) : value, minLength)) return undefined;
    return this.#findExact(value) ?? (loose ? this.#findLoose(value) : undefined);
  }

  /**
   * Whether a turn says the value, in whichever spelling `match` forgives. With `match: 'start'` it costs as much as there are
   * different words.
   */
  says(value: string, { match = 'exact', minLength = DEFAULT_MIN_LENGTH }: SaidOptions = {}): boolean {
    if (match !== 'loose') {
      if (match === 'exact') return this.mentions(value, { minLength }) !== undefined;
      return match === 'start' && !isShorter(value, minLength) && this.#exact.someStartsWith(value);
    }
    if (this.mentions(value, { minLength }) !== undefined) return true;
    if (typeof value !== 'string' || value.length > MAX_ID_LENGTH) return false;
    if (isShorter(foldLoosely(value), minLength)) return false;
    const [place] = this.#loosePlaces(value)?.places ?? [];
    return place !== undefined;
  }

  #append(token: string, gap: string): void {
    this.#exact.add(token);
    this.#gaps.push(gap);
  }

  #findExact(value: string): string | undefined {
    const phrase = value === value.trim() ? phraseOf(value) : undefined;
    if (phrase === undefined) return undefined;
    const { value: found } = this.#places(this.#exact, phrase, sameGap).next();
    return found === undefined ? undefined : value;
  }

  #findLoose(value: string): string | undefined {
    const { phrase, places } = this.#loosePlaces(value) ?? {};
    if (phrase === undefined || places === undefined) return undefined;
    let found: string | undefined;
    for (const at of places) {
      const spelling = this.#spelling(phrase, at);
      if (found !== undefined && found !== spelling) return undefined;
      found = spelling;
    }
    return found;
  }

  #loosePlaces(value: string): { readonly phrase: Phrase; readonly places: Iterable<number> } | undefined {
    const exact = phraseOf(value);
    if (exact === undefined) return undefined;
    const { tokens, gaps, head, tail } = exact;
    const phrase = {
      tokens: tokens.map(foldLoosely),
      gaps,
      head: head.trimStart(),
      tail: withoutPunctuation(tail).trimEnd(),
    };
    return { phrase, places: this.#places(this.#foldedOccurrences(), phrase, sameGapLoosely) };
  }

  #foldedOccurrences(): Occurrences {
    this.#loose ??= new Occurrences();
    for (let at = this.#loose.size; at < this.#exact.size; at++) this.#loose.add(foldLoosely(this.#exact.token(at)));
    return this.#loose;
  }

  *#places(
    words: Occurrences,
    phrase: Phrase,
    sameGap: (written: string, wanted: string) => boolean,
  ): Generator<number> {
    const { tokens, gaps, head, tail } = phrase;
    for (let at = words.last(tokens[0] ?? ''); at !== -1; at = words.before(at)) {
      const end = at + tokens.length;
      let next = at + 1;
      while (next < end && words.token(next) === tokens[next - at] && sameGap(this.#gap(next), gaps[next - at] ?? ''))
        next++;
      if (next < end) continue;
      if (head !== '' && !endsWithSigns(this.#gap(at), head, words.token(at - 1) === TURN_END)) continue;
      if (tail !== '' && !startsWithSigns(this.#gap(end), tail, words.token(end) === TURN_END)) continue;
      yield at;
    }
  }

  #spelling({ tokens, head, tail }: Phrase, at: number): string {
    let text = head + this.#exact.token(at);
    for (let i = at + 1; i < at + tokens.length; i++) text += singleSpaced(this.#gap(i)) + this.#exact.token(i);
    return text + tail;
  }

  #gap(at: number): string {
    return this.#gaps[at] ?? '';
  }
}

/** Where each token occurs: the last place of each, and for each place the one before. No list per token. */
class Occurrences {
  readonly #tokens: string[] = [];
  readonly #last = new Map<string, number>();
  readonly #before: number[] = [];

  get size(): number {
    return this.#tokens.length;
  }

  add(token: string): void {
    this.#before.push(this.last(token));
    if (token !== TURN_END) this.#last.set(token, this.#tokens.length);
    this.#tokens.push(token);
  }

  token(at: number): string {
    return this.#tokens[at] ?? TURN_END;
  }

  last(token: string): number {
    return this.#last.get(token) ?? -1;
  }

  someStartsWith(start: string): boolean {
    for (const token of this.#last.keys()) if (token.startsWith(start)) return true;
    return false;
  }

  before(at: number): number {
    return this.#before[at] ?? -1;
  }
}

/** A value to look for: its tokens, and the signs between and around them. */
interface Phrase {
  readonly tokens: readonly string[];
  readonly gaps: readonly string[];
  readonly head: string;
  readonly tail: string;
}

// Most values are one plain word, which need not be scanned: what `scan` takes for a token, of ASCII letters and signs alone.
const PLAIN_WORD = /^[A-Za-z0-9](?:[\w\-.@/:#+]*[\w\-@/#+])?$/;
const NO_GAPS: readonly string[] = ['', ''];

function phraseOf(value: string): Phrase | undefined {
  if (PLAIN_WORD.test(value)) return { tokens: [value], gaps: NO_GAPS, head: '', tail: '' };
  const phrase = scan(value, Number.POSITIVE_INFINITY);
  if (phrase === undefined || phrase.tokens.length === 0 || phrase.gaps.includes(BARRIER)) return undefined;
  const { tokens, gaps } = phrase;
  return { tokens, gaps, head: gaps[0] ?? '', tail: gaps.at(-1) ?? '' };
}

function sameGap(written: string, wanted: string): boolean {
  return written === wanted || singleSpaced(written) === wanted;
}

function sameGapLoosely(written: string, wanted: string): boolean {
  return written === wanted || singleSpaced(withoutPunctuation(written)) === singleSpaced(withoutPunctuation(wanted));
}

// Signs count as said only if the user's run of signs is not stuck to the next word: `a*b` does not mention `a*`.
function endsWithSigns(gap: string, head: string, isTurnStart: boolean): boolean {
  if (!gap.endsWith(head)) return false;
  return isTurnStart || /\s/.test(gap.slice(0, gap.length - head.length));
}

function startsWithSigns(gap: string, tail: string, isTurnEnd: boolean): boolean {
  if (!gap.startsWith(tail)) return false;
  return isTurnEnd || /\s/.test(gap.slice(tail.length));
}

interface Scan {
  readonly tokens: string[];
  /** Text before each token, and after the last one. */
  readonly gaps: string[];
  readonly cost: number;
}

/** The tokens of a text, or undefined if they cost more than `budget`, or if it is no text. */
function scan(text: string, budget: number): Scan | undefined {
  if (typeof text !== 'string') return undefined;
  const byLength = Math.ceil(text.length / CHARS_PER_TOKEN);
  if (byLength > budget) return undefined;
  const tokens: string[] = [];
  const gaps: string[] = [];
  let gapStart = 0;
  for (const [start, end] of runs(text)) {
    const token = tokenOf(text, start, end);
    if (token === '') continue;
    if (tokens.length >= budget) return undefined;
    tokens.push(token);
    gaps.push(keptGap(text.slice(gapStart, start)));
    gapStart = start + token.length;
  }
  gaps.push(keptGap(text.slice(gapStart)));
  const cost = Math.max(1, tokens.length, byLength);
  return cost > budget ? undefined : { tokens, gaps, cost };
}

function* runs(text: string): Generator<[start: number, end: number]> {
  let start = 0;
  let end = -1;
  for (const piece of text.matchAll(TOKEN_CHARS)) {
    if (piece.index !== end) {
      if (end !== -1) yield [start, end];
      start = piece.index;
    }
    end = piece.index + piece[0].length;
  }
  if (end !== -1) yield [start, end];
}

function tokenOf(text: string, start: number, end: number): string {
  let last = end;
  while (last > start && (text[last - 1] === '.' || text[last - 1] === ':')) last--;
  const token = text.slice(start, last);
  return LETTER_OR_DIGIT.test(token) ? token : '';
}

function keptGap(gap: string): string {
  if (gap.length <= MAX_GAP_LENGTH) return gap;
  return gap.trim() === '' ? ' ' : BARRIER;
}

function singleSpaced(gap: string): string {
  return gap.replace(/\s+/g, ' ');
}

function withoutPunctuation(gap: string): string {
  return gap.replace(/[.,;:!?]/g, '');
}

function isShorter(text: string, minLength: number): boolean {
  return text.length < minLength || (text.length < 2 * minLength && [...text].length < minLength);
}
