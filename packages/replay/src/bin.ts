#!/usr/bin/env node
// Nothing is imported before this: an older Node fails at the imports, with an error that says something else.
const OLDEST = 22;
const { node } = process.versions;
if (Number.parseInt(node, 10) < OLDEST) {
  process.stderr.write(`error: actguard-replay needs Node ${OLDEST} or later; this is Node ${node}.\n`);
  process.exitCode = 2;
} else await import('./command/program.js');

export {};
