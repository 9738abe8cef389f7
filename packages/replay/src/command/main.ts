import { readFileSync } from 'node:fs';
import { TraceFileError } from '../format/trace-file-error.js';
import { printableLines } from '../report/terminal-text.js';
import { CommandError, WrongUsageError } from './command-error.js';
import { type Command, parseCommand } from './options.js';
import type { Outputs } from './output.js';
import { runDiff } from './run-diff.js';
import { runReplay } from './run-replay.js';
import { USAGE } from './usage.js';

const HINT = 'How to use it: actguard-replay --help';

/** Runs the command line of `actguard-replay`. @returns the exit code of the process */
export async function actguardReplay(args: readonly string[], outputs: Outputs): Promise<number> {
  const { err } = outputs;
  try {
    return await run(parseCommand(args), outputs);
  } catch (error) {
    if (error instanceof WrongUsageError) err.write(`error: ${printableLines(error.message)}\n${HINT}\n`);
    else err.write(`error: ${printableLines(textOf(error))}\n`);
    // The code 1 says something about the agents, so it must not be that of a defect.
    return 2;
  }
}

function textOf(error: unknown): string {
  if (error instanceof CommandError || error instanceof TraceFileError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function run(command: Command, outputs: Outputs): Promise<number> {
  switch (command.command) {
    case 'help':
      outputs.out.write(USAGE);
      return 0;
    case 'version':
      outputs.out.write(`${version()}\n`);
      return 0;
    case 'diff':
      return runDiff(command, outputs);
    case 'replay':
      return runReplay(command, outputs);
  }
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
