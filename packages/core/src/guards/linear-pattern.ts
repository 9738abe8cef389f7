import { RE2JS, RE2JSSyntaxException } from 're2js';

/** Longest text that a `LinearPattern` tests, in UTF-16 code units. Matching it takes milliseconds, whatever the pattern. */
export const MAX_PATTERN_INPUT = 65_536;

/** What testing a text found. `'too-long'`: it was not tested, so a policy must refuse it. */
export type PatternVerdict = 'match' | 'no-match' | 'too-long';

/**
 * A regular expression that takes time in proportion to the text, so that no text can stall the process.
 *
 * Means what it means in JavaScript, except that `.` also matches `\r` and the Unicode line separators, that characters
 * beyond U+FFFF are one character and letter case is Unicode's, as with the `u` flag, and that `^` and `$` under `m` know
 * other line ends than `\n` only by the form described at `test`. The flags `i`, `m`, `s`, `u` and `v` count, `g`, `y` and
 * `d` are dropped. A string is a pattern without flags, in which `\p{…}` and `\u{…}` work.
 *
 * @throws {Error} from the constructor, for what cannot be matched in linear time (lookahead, lookbehind, backreferences)
 * or is not supported (set operations of the `v` flag, repetitions above 1000); the message names it and what to use instead
 */
export class LinearPattern {
  /** The pattern as given, without flags. */
  readonly source: string;
  readonly #engine: RE2JS;

  constructor(pattern: RegExp | string) {
    const { source, flags } = typeof pattern === 'string' ? parse(pattern) : pattern;
    this.source = typeof pattern === 'string' ? pattern : source;
    this.#engine = compile(source, flags);
  }

  /**
   * Whether the pattern occurs anywhere in the text, or in what the text looks like: its compatibility form (NFKC, so that
   * full-width and other variants of a character count as the character) without invisible characters (Unicode property
   * Default_Ignorable_Code_Point, control characters, half characters, U+2800, and U+FFF9 to U+FFFB), with every line separator as `\n`.
   *
   * @returns `'too-long'` if the text, or that form of it, has more than `MAX_PATTERN_INPUT` characters
   */
  test(text: string): PatternVerdict {
    if (text.length > MAX_PATTERN_INPUT) return 'too-long';
    if (this.#engine.test(text)) return 'match';
    const seen = visibleForm(text);
    if (seen === text) return 'no-match';
    if (seen.length > MAX_PATTERN_INPUT) return 'too-long';
    return this.#engine.test(seen) ? 'match' : 'no-match';
  }
}

// U+2800 is a braille cell without dots. Of the control characters, those that break lines or words stay.
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cs}\u2800\uFFF9-\uFFFB]|[^\P{Cc}\s\u0085]/gu;
const OTHER_LINE_END = /\r\n?|[\u0085\u2028\u2029]/g;

function visibleForm(text: string): string {
  return text.replace(INVISIBLE, '').normalize('NFKC').replace(OTHER_LINE_END, '\n');
}

function parse(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    // What the stricter grammar of `u` rejects is fine without it: `\-`, a lone `{`.
    return new RegExp(pattern);
  }
}

function compile(source: string, flags: string): RE2JS {
  let engineFlags = 0;
  if (flags.includes('i')) engineFlags |= RE2JS.CASE_INSENSITIVE;
  if (flags.includes('m')) engineFlags |= RE2JS.MULTILINE;
  if (flags.includes('s')) engineFlags |= RE2JS.DOTALL;
  const translated = RE2JS.translateRegExp(translate(source, flags));
  try {
    return RE2JS.compile(translated, engineFlags);
  } catch (cause) {
    const what =
      cause instanceof RE2JSSyntaxException ? `${cause.getDescription()}: ${cause.getPattern()}` : String(cause);
    throw unsupported(source, what, { cause });
  }
}

function unsupported(source: string, what: string, options?: ErrorOptions): Error {
  const advice = 'Only patterns that match in linear time are allowed here; for anything else use rule(name, check).';
  return new Error(`/${source}/ cannot be used: ${what}. ${advice}`, options);
}

// White space is more in JavaScript (ECMA-262, WhiteSpace and LineTerminator) than in RE2. The lists start and end with an
// escape that RE2 has in common, so that a `-` beside one stays a `-`.
const SPACE = '\\s\\v\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}\\s';
const NOT_SPACE =
  '\\d\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}' +
  '\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}\\d';

// One piece of a pattern that may need translation; everything else passes character by character.
const PIECE = new RegExp(
  [
    String.raw`\\u(?<high>d[89ab][\da-f]{2})\\u(?<low>d[c-f][\da-f]{2})`,
    String.raw`\\[pP]\{[^}]*\}|\\u\{[\da-f]+\}|\\u[\da-f]{4}|\\x[\da-f]{2}|\\c[a-z]|\\[^]`,
    String.raw`\(\?<?[=!]|--|&&|[^]`,
  ].join('|'),
  'gi',
);

const LOOKAROUND: ReadonlyMap<string, string> = new Map([
  ['(?=', 'a lookahead'],
  ['(?!', 'a negative lookahead'],
  ['(?<=', 'a lookbehind'],
  ['(?<!', 'a negative lookbehind'],
]);

/** Rewrites what JavaScript and RE2 both accept but read differently, and rejects what RE2 would misread. */
function translate(source: string, flags: string): string {
  const unicode = /[uv]/.test(flags);
  let inClass = false;
  return source.replace(PIECE, (piece: string, high?: string, low?: string) => {
    if (high !== undefined && low !== undefined) return codePoint(high, low);
    if (piece.startsWith('\\')) return translateEscape(source, piece, inClass, unicode);
    if (inClass) {
      if (piece === ']') inClass = false;
      if (flags.includes('v') && (piece === '[' || piece === '--' || piece === '&&')) {
        throw unsupported(source, `the set operation ${piece} of the v flag is not supported`);
      }
      // A bare one could begin [:alpha:], which JavaScript does not have.
      return piece === '[' ? '\\[' : piece;
    }
    inClass = piece === '[';
    const lookaround = LOOKAROUND.get(piece);
    if (lookaround !== undefined) throw unsupported(source, `${lookaround} ${piece}…) needs backtracking`);
    return piece;
  });
}

function codePoint(high: string, low: string): string {
  const offset = (Number.parseInt(high, 16) - 0xd800) * 0x400 + (Number.parseInt(low, 16) - 0xdc00);
  return `\\x{${(0x10000 + offset).toString(16)}}`;
}

function translateEscape(source: string, piece: string, inClass: boolean, unicode: boolean): string {
  const letter = piece[1] ?? '';
  if (letter === 's' || letter === 'S') {
    if (inClass) return letter === 's' ? SPACE : NOT_SPACE;
    return letter === 's' ? `[${SPACE}]` : `[^${SPACE}]`;
  }
  if (letter === 'b' && inClass) return '\\x08';
  if (/[1-9]/.test(letter) || letter === 'k')
    throw unsupported(source, `the backreference ${piece} needs backtracking`);
  if (/^\\u(?:d[89a-f]|\{d[89a-f]..\})/i.test(piece)) {
    throw unsupported(source, `${piece} is half a character; write the whole one as \\u{…} with the u flag`);
  }
  if (letter === 'p' || letter === 'P') {
    if (!unicode) throw unsupported(source, `${piece} needs the u flag`);
    return piece.replace(/\{(?:Script|sc|General_Category|gc)=/, '{');
  }
  const isBare = piece.length === 2 && /[A-Za-z]/.test(letter) && !'bBdDfnrtvwW'.includes(letter);
  const isRepeatedU = piece.startsWith('\\u{') && !unicode;
  // Without the u flag a backslash before any other letter means nothing; RE2 would read \A, \z or \Q…\E as its own.
  return isBare || isRepeatedU ? piece.slice(1) : piece;
}
