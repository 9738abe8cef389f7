/** A settlement that waits. */
export interface OutboxEntry {
  /** Names the settlement: the gateway takes it once, however often it is sent. */
  readonly key: string;
  /** The body to send, JSON. */
  readonly body: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Keeps settlements beyond the life of a process. Every method may reject. */
export interface OutboxStorage {
  /** All that is kept, oldest first. */
  load(): Promise<OutboxEntry[]>;
  /** Keeps an entry; resolves when it would survive the end of the process. */
  add(entry: OutboxEntry): Promise<void>;
  /** Forgets an entry. */
  remove(key: string): Promise<void>;
}
