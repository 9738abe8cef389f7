import { stripVTControlCharacters, styleText } from 'node:util';

/** How something looks on a terminal that can. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Where a report is written to. */
export interface Page {
  /** In columns. */
  readonly width: number;
  /** The text in these styles, or as it is where there are no colours. */
  paint(text: string, ...styles: readonly Style[]): string;
  print(line: string): void;
}

/** Wider lines are hard to read, and much narrower ones hold nothing. */
const [MIN_WIDTH, MAX_WIDTH] = [50, 100];
const LABEL_WIDTH = 13;
/** Control, format and unassigned characters, but line feeds and the joiners of emoji. */
const INVISIBLE = /(?![\n\u200D])\p{C}/gu;

/** A terminal or a pipe: colours where it has them and NO_COLOR is not set. */
export function pageOn(stream: NodeJS.WriteStream): Page {
  return {
    width: Math.max(MIN_WIDTH, Math.min(stream.columns || MAX_WIDTH, MAX_WIDTH)),
    // Looks at the stream and at NO_COLOR by itself.
    paint: (text, ...styles) => styleText([...styles], text, { stream }),
    print: (line) => void stream.write(`${line}\n`),
  };
}

/** A label and beside it a text, which wraps under itself. */
export function printRow(page: Page, label: string, text: string, ...styles: readonly Style[]): void {
  wrap(text, page.width - LABEL_WIDTH - 2).forEach((line, index) => {
    const margin = (index === 0 ? label : '').padEnd(LABEL_WIDTH);
    page.print(`  ${page.paint(margin, 'dim')}${page.paint(line, ...styles)}`);
  });
}

/** A title with a line through the page. */
export function printTitle(page: Page, title: string, ...styles: readonly Style[]): void {
  const [first = '', ...rest] = wrap(title, page.width - 6);
  for (const line of [
    `── ${first} ${'─'.repeat(page.width - first.length - 4)}`,
    ...rest.map((line) => `   ${line}`),
  ]) {
    page.print(page.paint(line, ...styles));
  }
}

/**
 * Breaks a text into lines of at most `width` columns: between words, inside a word only where it is longer than that. What
 * could move the cursor or turn the text around is taken out, since models and tools may have written it.
 */
export function wrap(text: string, width: number): string[] {
  return stripVTControlCharacters(text)
    .replaceAll('\t', ' ')
    .replaceAll(INVISIBLE, '')
    .split('\n')
    .flatMap((paragraph) => wrapParagraph(paragraph, width));
}

function wrapParagraph(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  return [...lines, line];
}
