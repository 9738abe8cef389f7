import { playActs } from './play-acts.js';
import { demoServer } from './server.js';

const HOW_TO = `This needs a Redis or Valkey server, and there is none on PATH.
Install one: "apt-get install redis-server" or "brew install valkey".
Or name one that runs: REDIS_URL=redis://localhost:6379 npm run example:two-workers`;

try {
  const server = await demoServer(process.env['REDIS_URL']);
  if (server === undefined) console.log(HOW_TO);
  else if (!(await playActs(server))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
