/** A client of `ioredis`: `new Redis(…)`, with Sentinel too, or `new Cluster(…)`. */
export interface IoRedisClient {
  /** Such as `ready`, `connecting`, `reconnecting`, `wait` or `end`. */
  readonly status: string;
  /** Whether it is a client of a cluster. */
  readonly isCluster?: boolean;
  /** What it was made with. */
  readonly options?: {
    readonly autoResendUnfulfilledCommands?: boolean | undefined;
    readonly keyPrefix?: string | undefined;
  };
  /** Runs a script by its digest. */
  evalsha(sha: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Runs a script. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Connects, where it was made with `lazyConnect`. */
  connect(): Promise<unknown>;
  /** Listens for `ready`. */
  on(event: string, listener: () => void): unknown;
  /** Listens no longer. */
  off(event: string, listener: () => void): unknown;
}

/** Keys and arguments of a script, as `redis` takes them. */
export interface NodeRedisScriptOptions {
  /** The keys. */
  keys: string[];
  /** The arguments. */
  arguments: string[];
}

/** A client of `redis` (node-redis): `createClient(…)`, `createSentinel(…)` or `createCluster(…)`, connected by you. */
export interface NodeRedisClient {
  /** Whether commands go out at once. */
  readonly isReady: boolean;
  /** Whether it is connected or connecting. */
  readonly isOpen: boolean;
  /** Runs a script by its digest. */
  evalSha(sha: string, options: NodeRedisScriptOptions): Promise<unknown>;
  /** Runs a script. */
  eval(script: string, options: NodeRedisScriptOptions): Promise<unknown>;
}

/** A connected client of `ioredis` or of `redis`, to a server, a cluster, or through Sentinel. It stays yours: you close it. */
export type RedisClient = IoRedisClient | NodeRedisClient;

/** What the store needs of a client, whichever it is. */
export interface Commands {
  /** Keys of one script must have one hash tag. */
  readonly isCluster: boolean;
  /** It may send a command again where the connection broke before the answer. */
  readonly resends: boolean;
  /** Whether a command goes out at once. Where it does not, none is given to the client: it would queue it. */
  readonly isReady: boolean;
  /** Nobody will connect it any more. */
  readonly isClosed: boolean;
  /** Calls back once it may have become ready. @returns stops that */
  onceReady(listener: () => void): () => void;
  evalSha(sha: string, keys: string[], argument: string): Promise<unknown>;
  eval(script: string, keys: string[], argument: string): Promise<unknown>;
}

/** The commands of a client; `undefined` where it is none that we know. */
export function commandsOf(client: unknown): Commands | undefined {
  if (typeof client !== 'object' || client === null) return undefined;
  if ('evalsha' in client && typeof client.evalsha === 'function') return new IoRedisCommands(client as IoRedisClient);
  if ('evalSha' in client && typeof client.evalSha === 'function')
    return new NodeRedisCommands(client as NodeRedisClient);
  return undefined;
}

class IoRedisCommands implements Commands {
  readonly #client: IoRedisClient;
  readonly isCluster: boolean;
  readonly resends: boolean;

  constructor(client: IoRedisClient) {
    this.#client = client;
    this.isCluster = client.isCluster === true;
    this.resends = this.isCluster || client.options?.autoResendUnfulfilledCommands !== false;
  }

  get isReady(): boolean {
    return this.#client.status === 'ready';
  }

  get isClosed(): boolean {
    return this.#client.status === 'end';
  }

  onceReady(listener: () => void): () => void {
    const client = this.#client;
    // Its own commands would connect a lazy client; ours wait until it is connected.
    if (client.status === 'wait') client.connect().catch(() => {});
    client.on('ready', listener);
    return () => void client.off('ready', listener);
  }

  evalSha(sha: string, keys: string[], argument: string): Promise<unknown> {
    return this.#client.evalsha(sha, keys.length, ...keys, argument);
  }

  eval(script: string, keys: string[], argument: string): Promise<unknown> {
    return this.#client.eval(script, keys.length, ...keys, argument);
  }
}

const POLL_MS = 10;

class NodeRedisCommands implements Commands {
  readonly #client: NodeRedisClient;
  readonly isCluster: boolean;
  readonly resends: boolean;

  constructor(client: NodeRedisClient) {
    this.#client = client;
    this.isCluster = 'getSlotRandomNode' in client;
    // A single client never does; one that looks for its servers itself may.
    this.resends = this.isCluster || 'getSentinelNode' in client;
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  get isClosed(): boolean {
    return !this.#client.isOpen;
  }

  // Clients, sentinels and clusters tell it by different events, some by none.
  onceReady(listener: () => void): () => void {
    const timer = setInterval(() => {
      if (this.isReady) listener();
    }, POLL_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  evalSha(sha: string, keys: string[], argument: string): Promise<unknown> {
    return this.#client.evalSha(sha, { keys, arguments: [argument] });
  }

  eval(script: string, keys: string[], argument: string): Promise<unknown> {
    return this.#client.eval(script, { keys, arguments: [argument] });
  }
}
