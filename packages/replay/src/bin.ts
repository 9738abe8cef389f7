#!/usr/bin/env node
import { actguardReplay } from './command/main.js';

// Who reads only the beginning, as `head` does, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const code = await actguardReplay(process.argv.slice(2), { out: process.stdout, err: process.stderr });
// A module of agents may have left a connection or a timer open, which must not keep the process alive. What was printed into a
// pipe is on its way until its callback.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
