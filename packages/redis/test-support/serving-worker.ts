import { RedisServer } from './redis-server.js';
import { hear, say } from './worker-side.js';

// A worker of workers.test.ts: starts a server, freezes it, and never ends it.
const server = await RedisServer.start();
server.stop();
say(server.port);
await hear();
