import { hear, say } from './worker-side.js';

// A worker of workers.test.ts: fails, waits for ever, or counts as far as it is told.
const [task, text] = process.argv.slice(2);
say({ ready: text });
const told = (await hear()) as number;
if (task === 'fail') throw new Error('this worker fails');
for (let count = 1; count <= told || task === 'forever'; count++) {
  say(count);
  await new Promise((resolve) => setTimeout(resolve, 1));
}
