import { printableLines } from '../report/terminal-text.js';
import { actguardReplay } from './main.js';

const FAILED = 2;

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Who reads only the beginning, as `head` does, has seen enough; what was found still decides the exit code.
    if (error.code !== 'EPIPE') process.exit(FAILED);
  });
}

// What a module of agents left going on may fail at any time. The code 1, that of Node, would say that a call newly passes.
process.on('uncaughtException', (error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`error: ${printableLines(text)}\n`, () => process.exit(FAILED));
});
// So that what is only half written is removed; the codes are those of a shell.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
// Nothing is left that could go on, and the command has not ended.
process.once('beforeExit', () => {
  process.stderr.write('error: a guard waits for something that never comes.\n', () => process.exit(FAILED));
});

const code = await actguardReplay(process.argv.slice(2), { out: process.stdout, err: process.stderr });
// A module of agents may have left a connection or a timer open, which must not keep the process alive. What was printed into a
// pipe is on its way until its callback.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
