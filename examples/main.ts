import { runDemo } from './runner/run-demo.js';
import { scenarios } from './scenarios.js';

process.exitCode = await runDemo(process.argv.slice(2), scenarios);
