import { tracesCommand } from './traces-command.js';

process.exitCode = await tracesCommand(process.argv.slice(2), { out: process.stdout, err: process.stderr });
