import { stripVTControlCharacters, styleText } from 'node:util';

/** How something looks on a terminal that can. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Text on its way to a terminal. */
export interface Page {
  /** In columns. */
  readonly width: number;
  /** The text in a style, or as it is where there are no colours. */
  paint(text: string, ...styles: readonly Style[]): string;
  /** Writes lines. */
  print(...lines: readonly string[]): void;
}

/** Wider lines are hard to read. */
const MAX_WIDTH = 100;
const MIN_WIDTH = 40;

/** The terminal of the process: colours where it has them and NO_COLOR is not set, at most 100 columns. */
export function terminalPage(stream: NodeJS.WriteStream): Page {
  return {
    width: Math.max(MIN_WIDTH, Math.min(stream.columns || MAX_WIDTH, MAX_WIDTH)),
    // Looks at the stream and at NO_COLOR by itself.
    paint: (text, ...styles) => styleText([...styles], text, { stream }),
    print: (...lines) => void stream.write(`${lines.join('\n')}\n`),
  };
}

/** Breaks a text into lines of at most `width` columns: between words, within a word only where it is too long. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of stripVTControlCharacters(text).split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (longer.length <= width) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      line = word;
      for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
    }
    lines.push(line);
  }
  return lines;
}
