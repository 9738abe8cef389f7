import { idText } from './fact-value.js';

// A registered symbol, which no JSON holds: what a tool returns must not pass for what an extractor says of it.
const BRAND = Symbol.for('actguard.fact-about.v1');

/** A value of an extractor with what it holds for: made by `factAbout`. */
export interface FactAbout {
  /** The value, as text. */
  readonly value: string;
  /** What it holds for, as text. */
  readonly about: string;
}

/**
 * For the function `extract` of `@Prove`: a value that holds for something that the result itself says, such as the id of a mail for
 * its sender. Rules find it as the `about` of the fact; `requireFact` with `about` compares it with an argument.
 *
 * @param value what is proven: a text of 1 to 1,024 characters or a whole number
 * @param about what it holds for, of the same kinds
 * @returns `undefined` where one of the two is no id, which mints nothing
 */
export function factAbout(value: unknown, about: unknown): FactAbout | undefined {
  const [text, aboutText] = [idText(value), idText(about)];
  if (text === undefined || aboutText === undefined) return undefined;
  return Object.freeze({ value: text, about: aboutText, [BRAND]: true });
}

/** Whether `factAbout` made a value, of this copy of the package or of another. */
export function isFactAbout(value: unknown): value is FactAbout {
  return typeof value === 'object' && value !== null && BRAND in value;
}
