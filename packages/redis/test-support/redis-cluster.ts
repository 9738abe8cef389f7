import { infoOf } from './ask.js';
import { RedisServer } from './redis-server.js';
import { until } from './until.js';

const MASTERS = 3;
const SLOTS = 16_384;
const CONFIG = ['cluster-enabled yes', 'cluster-node-timeout 2000', 'cluster-announce-ip 127.0.0.1'];

/** Three masters without replicas, each with a third of the slots. Where one is down, the whole cluster is. */
export class RedisCluster implements AsyncDisposable {
  /** In the order of their slots. */
  readonly servers: readonly RedisServer[];

  private constructor(servers: readonly RedisServer[]) {
    this.servers = servers;
  }

  /** Starts the masters and waits until each of them knows all, and that all slots are served. */
  static async start(): Promise<RedisCluster> {
    const servers = await RedisServer.startAll(Array.from({ length: MASTERS }, () => ({ config: CONFIG })));
    const cluster = new RedisCluster(servers);
    try {
      await cluster.#form();
      await cluster.healthy();
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** Where a client may start from. */
  get nodes(): { host: string; port: number }[] {
    return this.servers.map(({ host, port }) => ({ host, port }));
  }

  /** Resolves when every master says that the cluster is well. */
  async healthy(): Promise<void> {
    await Promise.all(this.servers.map((server) => until('the cluster is well', () => isHealthy(server))));
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #form(): Promise<void> {
    const [first, ...others] = this.servers;
    for (const [index, server] of this.servers.entries()) {
      await server.ask('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      await server.ask('CLUSTER', 'ADDSLOTS', ...slotsOf(index));
    }
    for (const { host, port } of others) await first!.ask('CLUSTER', 'MEET', host, port);
  }
}

function slotsOf(index: number): number[] {
  const start = Math.ceil((SLOTS * index) / MASTERS);
  const end = Math.ceil((SLOTS * (index + 1)) / MASTERS);
  return Array.from({ length: end - start }, (_, offset) => start + offset);
}

async function isHealthy(server: RedisServer): Promise<boolean> {
  const info = infoOf(await server.ask('CLUSTER', 'INFO'));
  return (
    info.get('cluster_state') === 'ok' &&
    info.get('cluster_slots_ok') === String(SLOTS) &&
    info.get('cluster_known_nodes') === String(MASTERS)
  );
}
