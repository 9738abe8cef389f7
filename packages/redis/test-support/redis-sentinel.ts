import { infoOf } from './ask.js';
import { RedisServer, type RedisServerOptions } from './redis-server.js';
import { until } from './until.js';

const NAME = 'actguard';
const SENTINELS = 3;
const QUORUM = 2;
const REPLICATION = ['repl-diskless-sync yes', 'repl-diskless-sync-delay 0'];

/** A master with one replica, and three sentinels who make the replica the master when the master is gone for half a second. */
export class RedisSentinel implements AsyncDisposable {
  /** What the sentinels call the master. */
  readonly name = NAME;
  readonly sentinels: readonly RedisServer[];
  /** The master first, as it was in the beginning. */
  readonly servers: readonly [RedisServer, RedisServer];

  private constructor(servers: readonly [RedisServer, RedisServer], sentinels: readonly RedisServer[]) {
    this.servers = servers;
    this.sentinels = sentinels;
  }

  /** Starts all five and waits until they know of one another, and the replica has what the master has. */
  static async start(): Promise<RedisSentinel> {
    const started: RedisServer[] = [];
    const start = async (options: RedisServerOptions): Promise<RedisServer> => {
      const server = await RedisServer.start(options);
      started.push(server);
      return server;
    };
    try {
      const master = await start({ config: REPLICATION });
      const replica = await start({ config: [...REPLICATION, `replicaof ${master.host} ${master.port}`] });
      const sentinels = await RedisServer.startAll(Array.from({ length: SENTINELS }, () => watching(master)));
      started.push(...sentinels);
      const all = new RedisSentinel([master, replica], sentinels);
      await all.inStep(replica);
      await Promise.all(sentinels.map((each) => until('the sentinels know all', () => knowsAll(each))));
      return all;
    } catch (error) {
      await Promise.all(started.map((server) => server.close()));
      throw error;
    }
  }

  /** Where a client asks for the master. */
  get nodes(): { host: string; port: number }[] {
    return this.sentinels.map(({ host, port }) => ({ host, port }));
  }

  /** The server that all sentinels call the master; `undefined` while they do not agree. */
  async master(): Promise<RedisServer | undefined> {
    const command = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME] as const;
    const ports = await Promise.all(this.sentinels.map(async (each) => ((await each.ask(...command)) as string[])[1]));
    return this.servers.find(({ port }) => ports.every((named) => named === String(port)));
  }

  /** Resolves when all sentinels name this server, and it takes writes. */
  async mastered(server: RedisServer): Promise<void> {
    await until(`the master is at port ${server.port}`, async () => {
      if ((await this.master()) !== server) return false;
      return infoOf(await server.ask('INFO', 'replication')).get('role') === 'master';
    });
  }

  /** Resolves when this server is a replica and has all that the master has. */
  async inStep(server: RedisServer): Promise<void> {
    await until(`the server at port ${server.port} is in step`, async () => {
      const info = infoOf(await server.ask('INFO', 'replication'));
      return info.get('role') === 'slave' && info.get('master_link_status') === 'up';
    });
  }

  /** Kills the master and waits until its replica is the master. @returns the new one */
  async failOver(): Promise<RedisServer> {
    const master = await until('the sentinels agree', () => this.master());
    const next = this.servers.find((server) => server !== master)!;
    await master.kill();
    await this.mastered(next);
    return next;
  }

  async close(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function watching({ host, port }: RedisServer): RedisServerOptions {
  return {
    sentinel: true,
    config: [
      `sentinel monitor ${NAME} ${host} ${port} ${QUORUM}`,
      `sentinel down-after-milliseconds ${NAME} 500`,
      `sentinel failover-timeout ${NAME} 3000`,
    ],
  };
}

async function knowsAll(sentinel: RedisServer): Promise<boolean> {
  const state = infoOf(await sentinel.ask('INFO', 'sentinel')).get('master0') ?? '';
  return state.includes('status=ok') && state.includes('slaves=1') && state.includes(`sentinels=${SENTINELS}`);
}
