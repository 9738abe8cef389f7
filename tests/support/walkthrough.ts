import { fencesOf } from './fences.js';

/** One thing that a reader of a walkthrough does, in the order of the page. */
export type Step =
  | { readonly do: 'write'; readonly line: number; readonly file: string; readonly text: string }
  | {
      readonly do: 'run';
      readonly line: number;
      readonly commands: readonly Command[];
      readonly output: Output | undefined;
    };

/** A command as a shell takes it. */
export interface Command {
  readonly line: number;
  readonly text: string;
}

/** What a block of commands must print. */
export interface Output {
  readonly line: number;
  readonly text: string;
}

const FILES = ['ts', 'json'];

/**
 * The steps of a page on which every block is to be followed: ` ```ts file=NAME ` and ` ```json file=NAME ` are files to write,
 * ` ```sh ` are commands to run, and a ` ```text ` right after commands is what they print.
 *
 * @throws {Error} naming the line of a block that is none of these, so that nothing is left out silently
 */
export function stepsOf(document: string, markdown: string): Step[] {
  const fences = fencesOf(document, markdown);
  return fences.flatMap((fence, index): Step[] => {
    const { language, words, line, code } = fence;
    if (FILES.includes(language)) {
      const file = words.find((word) => word.startsWith('file='))?.slice('file='.length);
      if (file === undefined) throw new Error(`${document}:${line}: this block has no file=NAME`);
      if (!/^[\w-]+(\.[\w-]+)+$/.test(file)) throw new Error(`${document}:${line}: bad file name: ${file}`);
      return [{ do: 'write', line, file, text: code }];
    }
    if (language === 'sh') {
      const next = fences[index + 1];
      const output = next?.language === 'text' && next.followsAtOnce ? { line: next.line, text: next.code } : undefined;
      return [{ do: 'run', line, commands: commandsOf(code, line), output }];
    }
    const isOutput = language === 'text' && fence.followsAtOnce && fences[index - 1]?.language === 'sh';
    if (!isOutput)
      throw new Error(`${document}:${line}: nobody can follow a block of ${language || 'no language'} here`);
    return [];
  });
}

// A line that ends with a backslash goes on in the next one.
function commandsOf(code: string, firstLine: number): Command[] {
  const commands: Command[] = [];
  let begun: Command | undefined;
  for (const [index, text] of code.split('\n').entries()) {
    const command: Command = begun
      ? { line: begun.line, text: `${begun.text}\n${text}` }
      : { line: firstLine + index, text };
    begun = text.endsWith('\\') ? command : undefined;
    if (begun === undefined && !/^\s*(#|$)/.test(command.text)) commands.push(command);
  }
  return commands;
}
