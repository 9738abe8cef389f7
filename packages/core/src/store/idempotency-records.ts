import { canonicalText } from './canonical-text.js';
import { type Expiring, ExpiryQueue } from './expiry-queue.js';
import type { IdempotencyBegin, IdempotencyFinish, StoreAnswers } from './operations.js';

/** An execution under a key. It expires only once its method has ended. */
export interface IdempotencyRecord extends Expiring {
  readonly scope: string;
  /** Tool and key. */
  readonly id: string;
  readonly owner: string;
  readonly args: unknown;
  state: 'inProgress' | 'done' | 'unknown';
  running: boolean;
  result?: { readonly value: unknown } | undefined;
  lastError?: string | undefined;
  /** The record that this execution replaced; it is back if the execution is refused. */
  replaced: IdempotencyRecord | undefined;
}

/** Records of executions, by scope, tool and key. */
export class IdempotencyRecords {
  readonly #scopes = new Map<string, Map<string, IdempotencyRecord>>();
  readonly #expiry = new ExpiryQueue<IdempotencyRecord>((record) => this.#forget(record));
  readonly #maxRecords: number;
  #size = 0;

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords;
  }

  /** Starts an execution, or says what is known of an earlier one. */
  begin(operation: IdempotencyBegin, now: number): StoreAnswers['idempotency.begin'] {
    const { scope, tool, key, ttlMs, owner, args, replaces, concludes } = operation;
    if (concludes !== undefined)
      this.finish({ op: 'idempotency.finish', scope, tool, key, ttlMs, state: 'done', ...concludes }, now);
    const id = recordId(tool, key);
    const known = this.#live(scope, id, now);
    const isReplaced = known !== undefined && known.state === 'unknown' && !known.running && known.owner === replaces;
    if (known !== undefined && !isReplaced) {
      const { state, running, result, lastError } = known;
      const sameArguments = canonicalText(known.args) === canonicalText(args);
      return { admitted: false, state, sameArguments, owner: known.owner, running, result, lastError };
    }
    if (known === undefined && this.#size >= this.#maxRecords) {
      this.#expiry.sweep(now, Number.POSITIVE_INFINITY);
      if (this.#size >= this.#maxRecords) return { admitted: false, full: true };
    }
    this.#put(newRecord(scope, id, owner, args, known));
    return { admitted: true };
  }

  /** Starts an execution under a key of which nothing is known; `undefined` where `begin` has to decide. */
  tryBegin(
    scope: string,
    tool: string,
    key: string,
    owner: string,
    args: unknown,
    now: number,
  ): IdempotencyRecord | undefined {
    const id = recordId(tool, key);
    if (this.#size >= this.#maxRecords || this.#live(scope, id, now) !== undefined) return undefined;
    const record = newRecord(scope, id, owner, args, undefined);
    this.#put(record);
    return record;
  }

  /** Ends an execution that went well, and that nobody else has ended. */
  succeed(record: IdempotencyRecord, result: IdempotencyFinish['result'], ttlMs: number, now: number): void {
    if (record.state === 'done') return;
    record.result = result;
    record.lastError = undefined;
    this.#conclude(record, 'done', ttlMs, now);
  }

  /** Ends an execution, if the record is still that of its owner and not settled for good. */
  finish(operation: IdempotencyFinish, now: number): void {
    const { scope, tool, key, owner, state, result, lastError, running = false, ttlMs } = operation;
    const record = this.#live(scope, recordId(tool, key), now);
    if (record === undefined || record.owner !== owner || record.state === 'done') return;
    if (state === 'refused' || state === 'free') {
      this.#forget(record);
      // One that expired meanwhile would stay for good: its turn in the queue is over.
      if (state === 'refused' && record.replaced !== undefined && record.replaced.expiresAt > now)
        this.#put(record.replaced);
      return;
    }
    record.result = result;
    record.lastError = lastError;
    if (!running) return this.#conclude(record, state, ttlMs, now);
    record.state = state;
    record.replaced = undefined;
  }

  #conclude(record: IdempotencyRecord, state: 'done' | 'unknown', ttlMs: number, now: number): void {
    record.state = state;
    record.running = false;
    record.replaced = undefined;
    record.expiresAt = now + ttlMs;
    this.#expiry.add(record, ttlMs);
  }

  /** Forgets all keys of a run. */
  dropRun(scope: string): void {
    this.#size -= this.#scopes.get(scope)?.size ?? 0;
    this.#scopes.delete(scope);
  }

  /** Forgets the keys of a session. Those of methods that are still running stay, so that none runs twice. */
  dropSession(scope: string): void {
    for (const record of [...(this.#scopes.get(scope)?.values() ?? [])]) if (!record.running) this.#forget(record);
  }

  /** Drops records that have expired. */
  sweep(now: number): void {
    this.#expiry.sweep(now);
  }

  /** What is recorded, by scope, tool and key. */
  snapshot(): Record<string, unknown> {
    const scopes = [...this.#scopes].map(([scope, records]) => {
      const entries = [...records].map(([id, { replaced: _, queuedFor: __, expiresAt, ...record }]) => [
        id,
        { ...record, expiresAt: String(expiresAt) },
      ]);
      return [scope, Object.fromEntries(entries)];
    });
    return Object.fromEntries(scopes);
  }

  #live(scope: string, id: string, now: number): IdempotencyRecord | undefined {
    const record = this.#scopes.get(scope)?.get(id);
    if (record === undefined || record.expiresAt > now) return record;
    this.#forget(record);
    return undefined;
  }

  #put(record: IdempotencyRecord): void {
    let records = this.#scopes.get(record.scope);
    if (records === undefined) this.#scopes.set(record.scope, (records = new Map()));
    if (!records.has(record.id)) this.#size++;
    records.set(record.id, record);
  }

  #forget(record: IdempotencyRecord): void {
    const records = this.#scopes.get(record.scope);
    if (records?.get(record.id) !== record) return;
    records.delete(record.id);
    this.#size--;
    if (records.size === 0) this.#scopes.delete(record.scope);
  }
}

// A tool's id holds no control character, so the pair cannot be mistaken for another.
function recordId(tool: string, key: string): string {
  return `${tool}\u0000${key}`;
}

// Written out in full, so that all records have one shape.
function newRecord(
  scope: string,
  id: string,
  owner: string,
  args: unknown,
  replaced: IdempotencyRecord | undefined,
): IdempotencyRecord {
  return {
    scope,
    id,
    owner,
    args,
    state: 'inProgress',
    running: true,
    result: undefined,
    lastError: undefined,
    expiresAt: Number.POSITIVE_INFINITY,
    queuedFor: undefined,
    replaced,
  };
}
