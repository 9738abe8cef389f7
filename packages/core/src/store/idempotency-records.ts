import { type Expiring, ExpiryQueue } from './expiry-queue.js';
import type { IdempotencyBegin, IdempotencyFinish, StoreAnswers } from './operations.js';
import { sameData } from './same-data.js';

/** An execution under a key. It expires only once its method has ended. */
export interface IdempotencyRecord extends Expiring {
  readonly key: string;
  /** The owner's text, up to the number of its call where that is told apart: joining them costs as much as a guard. */
  readonly owner: string;
  readonly ownerNumber: number | undefined;
  readonly args: unknown;
  state: 'inProgress' | 'done' | 'unknown';
  running: boolean;
  result: { readonly value: unknown } | undefined;
  lastError: string | undefined;
  /** The record that this execution replaced; it is back if the execution is refused. */
  replaced: IdempotencyRecord | undefined;
  /** Where it is found. */
  home: ToolRecords;
}

/** The records of one tool in one scope. */
interface ToolRecords {
  readonly scope: string;
  readonly tool: string;
  readonly byKey: Map<string, IdempotencyRecord>;
}

/** Records of executions, by scope, tool and key: never joined texts, which would have to be made and hashed for every call. */
export class IdempotencyRecords {
  readonly #scopes = new Map<string, Map<string, ToolRecords>>();
  readonly #expiry = new ExpiryQueue<IdempotencyRecord>((record) => this.#forget(record));
  readonly #maxRecords: number;
  #size = 0;
  /** Where the last record was looked for: calls of one tool in one run follow each other. */
  #lastHome: ToolRecords | undefined;

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords;
  }

  /** Starts an execution, or says what is known of an earlier one. */
  begin(operation: IdempotencyBegin, now: number): StoreAnswers['idempotency.begin'] {
    const { scope, tool, key, ttlMs, owner, args, replaces, concludes } = operation;
    if (concludes !== undefined)
      this.finish({ op: 'idempotency.finish', scope, tool, key, ttlMs, state: 'done', ...concludes }, now);
    const known = this.#live(scope, tool, key, now);
    const isReplaced =
      known !== undefined && known.state === 'unknown' && !known.running && ownerOf(known) === replaces;
    if (known !== undefined && !isReplaced) {
      const { state, running, result, lastError } = known;
      const sameArguments = sameData(known.args, args);
      return { admitted: false, state, sameArguments, owner: ownerOf(known), running, result, lastError };
    }
    if (known === undefined && this.#size >= this.#maxRecords) {
      this.#expiry.sweep(now, Number.POSITIVE_INFINITY);
      if (this.#size >= this.#maxRecords) return { admitted: false, full: true };
    }
    this.#put(newRecord(this.#homeOf(scope, tool), key, owner, undefined, args, known));
    return { admitted: true };
  }

  /** Starts an execution under a key of which nothing is known; `undefined` where `begin` has to decide. */
  tryBegin(
    scope: string,
    tool: string,
    key: string,
    owner: { readonly ownerPrefix: string; readonly number: number },
    args: unknown,
    now: number,
  ): IdempotencyRecord | undefined {
    if (this.#size >= this.#maxRecords || this.#live(scope, tool, key, now) !== undefined) return undefined;
    const record = newRecord(this.#homeOf(scope, tool), key, owner.ownerPrefix, owner.number, args, undefined);
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
    const record = this.#live(scope, tool, key, now);
    if (record === undefined || ownerOf(record) !== owner || record.state === 'done') return;
    if (state === 'refused' || state === 'free') {
      this.#forget(record);
      // One that expired meanwhile would stay for good: its turn in the queue is over.
      if (state === 'refused' && record.replaced !== undefined && record.replaced.expiresAt > now) {
        record.replaced.home = this.#homeOf(scope, tool);
        this.#put(record.replaced);
      }
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
    for (const { byKey } of this.#scopes.get(scope)?.values() ?? []) {
      this.#size -= byKey.size;
      // Records of it wait in the queue, and must not find themselves.
      byKey.clear();
    }
    this.#scopes.delete(scope);
    this.#lastHome = undefined;
  }

  /** Forgets the keys of a session. Those of methods that are still running stay, so that none runs twice. */
  dropSession(scope: string): void {
    const tools = [...(this.#scopes.get(scope)?.values() ?? [])];
    for (const record of tools.flatMap(({ byKey }) => [...byKey.values()])) if (!record.running) this.#forget(record);
  }

  /** Drops records that have expired. */
  sweep(now: number): void {
    this.#expiry.sweep(now);
  }

  /** What is recorded, by scope, tool and key. */
  snapshot(): Record<string, unknown> {
    const scopes = [...this.#scopes].map(([scope, tools]) => {
      const records = [...tools.values()].flatMap(({ byKey }) => [...byKey.values()]);
      const entries = records.map((each) => {
        const { replaced: _, queuedFor: __, ownerNumber: ___, home, key, ...record } = each;
        const id = `${home.tool}\u0000${key}`;
        return [id, { scope, id, ...record, owner: ownerOf(each), expiresAt: String(each.expiresAt) }] as const;
      });
      return [scope, Object.fromEntries(entries)] as const;
    });
    return Object.fromEntries(scopes.filter(([, records]) => Object.keys(records).length > 0));
  }

  #live(scope: string, tool: string, key: string, now: number): IdempotencyRecord | undefined {
    const record = this.#knownHome(scope, tool)?.byKey.get(key);
    if (record === undefined || record.expiresAt > now) return record;
    this.#forget(record);
    return undefined;
  }

  #knownHome(scope: string, tool: string): ToolRecords | undefined {
    const last = this.#lastHome;
    if (last !== undefined && last.tool === tool && last.scope === scope) return last;
    const home = this.#scopes.get(scope)?.get(tool);
    if (home !== undefined) this.#lastHome = home;
    return home;
  }

  #homeOf(scope: string, tool: string): ToolRecords {
    const known = this.#knownHome(scope, tool);
    if (known !== undefined) return known;
    let tools = this.#scopes.get(scope);
    if (tools === undefined) this.#scopes.set(scope, (tools = new Map()));
    const home = { scope, tool, byKey: new Map<string, IdempotencyRecord>() };
    tools.set(tool, home);
    return home;
  }

  #put(record: IdempotencyRecord): void {
    const { byKey } = record.home;
    const before = byKey.size;
    byKey.set(record.key, record);
    if (byKey.size > before) this.#size++;
  }

  #forget(record: IdempotencyRecord): void {
    const { scope, tool, byKey } = record.home;
    if (byKey.get(record.key) !== record) return;
    byKey.delete(record.key);
    this.#size--;
    if (byKey.size > 0) return;
    this.#lastHome = undefined;
    const tools = this.#scopes.get(scope);
    tools?.delete(tool);
    if (tools?.size === 0) this.#scopes.delete(scope);
  }
}

function ownerOf({ owner, ownerNumber }: IdempotencyRecord): string {
  return ownerNumber === undefined ? owner : owner + ownerNumber;
}

// Written out in full, so that all records have one shape.
function newRecord(
  home: ToolRecords,
  key: string,
  owner: string,
  ownerNumber: number | undefined,
  args: unknown,
  replaced: IdempotencyRecord | undefined,
): IdempotencyRecord {
  return {
    key,
    owner,
    ownerNumber,
    args,
    state: 'inProgress',
    running: true,
    result: undefined,
    lastError: undefined,
    expiresAt: Number.POSITIVE_INFINITY,
    queuedFor: undefined,
    replaced,
    home,
  };
}
