/**
 * Measures `@actguard/redis` on servers that it starts, and prints the tables of docs/distributed.md: what a call costs in
 * round trips and in time, and what state costs in memory.
 */
import os from 'node:os';
import { infoOf } from '../packages/redis/test-support/ask.js';
import { RedisServer } from '../packages/redis/test-support/redis-server.js';
import { serverBinary } from '../packages/redis/test-support/server-binary.js';
import { measureEntries, measureUsers } from './measure-redis/memory.js';
import { measureOperations } from './measure-redis/operations.js';
import { printTable } from './measure-redis/table.js';
import { measureTrips } from './measure-redis/trips.js';

if (serverBinary() === undefined) {
  console.error('There is no valkey-server or redis-server on PATH.');
  process.exit(1);
}

await using server = await RedisServer.start();
const version = infoOf(await server.ask('INFO', 'server'));
const [cpu] = os.cpus();
console.log(
  `${version.get('server_name') ?? 'redis'} ${version.get('valkey_version') ?? version.get('redis_version')},`,
  `Node ${process.versions.node}, ${os.cpus().length} × ${cpu?.model ?? 'CPU'}, server and client on one machine`,
);

printTable('Round trips', ['what', 'a server', 'a cluster'], await measureTrips(server.url));
printTable(
  'Time',
  ['what', 'one after the other, each (µs)', '64 at a time (per s)', 'of the server, each (µs)'],
  await measureOperations(server),
);
printTable('Memory', ['what', 'keys', 'bytes'], await measureEntries(server));
const users = await measureUsers(server);
console.log(`\n${users.count} users: ${users.bytesEach} bytes and ${users.keysEach} keys each, by used_memory`);
