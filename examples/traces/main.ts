import { tracesCommand } from './traces-command.js';

// Who reads only the beginning, as `head` does, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await tracesCommand(process.argv.slice(2), { out: process.stdout, err: process.stderr });
