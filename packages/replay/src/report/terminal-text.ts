import { styleText } from 'node:util';

/** Styles that a terminal text uses. */
export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

// Control, format and line-separating characters: a recording must not be able to steer the terminal.
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A text of a recording as it may be printed: on one line, cut with an ellipsis where it is longer than that. */
export function printable(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  // Nothing is looked at that could not be shown, however long the text is.
  const near = maxLength === Number.POSITIVE_INFINITY ? text : text.slice(0, maxLength * 8);
  const characters = [...near.replace(/\s+/g, ' ').replace(INVISIBLE, '')];
  return characters.length <= maxLength ? characters.join('') : `${characters.slice(0, maxLength - 1).join('')}…`;
}

/** A text of several lines, of which some may be of a recording, or name a file. */
export function printableLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/\t/g, ' ').replace(INVISIBLE, ''))
    .join('\n');
}

/** A whole number with its thousands apart. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A count with its noun: `1 call`, `2 calls`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Words broken into lines, with the second and later ones under the text of the first. */
export function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${indent}${word}`;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Puts styles around texts, where the output has colours. */
export class Painter {
  readonly #hasColours: boolean;

  constructor(hasColours: boolean) {
    this.#hasColours = hasColours;
  }

  paint(style: Style, text: string): string {
    return this.#hasColours && text !== '' ? styleText(style, text, { validateStream: false }) : text;
  }
}
