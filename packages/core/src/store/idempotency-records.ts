import { Alarm } from './alarm.js';
import type { IdempotencyBegin, IdempotencyFinish, StoreAnswers } from './operations.js';
import { sameData } from './same-data.js';
import { LATE, TurnLanes } from './turn-lanes.js';

/** An execution under a key. It expires only once its method has ended. */
export interface IdempotencyRecord {
  readonly key: string;
  /** The owner's text, up to the number of its call where that is told apart: joining them costs as much as a guard. */
  readonly owner: string;
  readonly ownerNumber: number | undefined;
  readonly args: unknown;
  state: 'inProgress' | 'done' | 'unknown';
  running: boolean;
  result: { readonly value: unknown } | undefined;
  lastError: string | undefined;
  /** Infinite until its method has ended. */
  expiresAt: number;
  /** The record that this execution replaced; it is back if the execution is refused. */
  replaced: IdempotencyRecord | undefined;
  /** Where it is found; absent while it is not. */
  home: ToolRecords | undefined;
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
  readonly #expiry: TurnLanes<IdempotencyRecord>;
  readonly #maxRecords: number;
  #size = 0;
  /** Where the last record was looked for: calls of one tool in one run follow each other. */
  #lastHome: ToolRecords | undefined;

  constructor(maxRecords: number, alarm = new Alarm()) {
    this.#maxRecords = maxRecords;
    this.#expiry = new TurnLanes((record, now) => this.#takeTurn(record, now), alarm, LATE);
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
    const record = newRecord(key, owner, undefined, args, known);
    if (known !== undefined) this.#forget(known);
    this.#put(record, this.#homeOf(scope, tool));
    return { admitted: true };
  }

  /** Starts an execution under a key of which nothing is known; `undefined` where `begin` has to decide. */
  tryBegin(
    scope: string,
    tool: string,
    key: string,
    owner: { readonly ownerPrefix: string; readonly number: number },
    args: unknown,
  ): IdempotencyRecord | undefined {
    if (this.#size >= this.#maxRecords) return undefined;
    const home = this.#homeOf(scope, tool);
    // One that has expired included.
    if (home.byKey.has(key)) return undefined;
    const record = newRecord(key, owner.ownerPrefix, owner.number, args, undefined);
    this.#put(record, home);
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
        this.#put(record.replaced, this.#homeOf(scope, tool));
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
    this.#expiry.add(record, record.expiresAt, ttlMs);
  }

  /** Forgets all keys of a run. */
  dropRun(scope: string): void {
    for (const { byKey } of this.#scopes.get(scope)?.values() ?? []) {
      this.#size -= byKey.size;
      // Those that wait for their turn must not be forgotten a second time.
      for (const record of byKey.values()) record.home = undefined;
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
        const { replaced: _, ownerNumber: __, home, key, ...record } = each;
        const id = `${home?.tool}\u0000${key}`;
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
    this.#lastHome = home;
    return home;
  }

  #takeTurn(record: IdempotencyRecord, now: number): number {
    if (record.expiresAt > now) return record.expiresAt;
    this.#forget(record);
    return Number.POSITIVE_INFINITY;
  }

  /** Of a key that nothing is known of. */
  #put(record: IdempotencyRecord, home: ToolRecords): void {
    record.home = home;
    home.byKey.set(record.key, record);
    this.#size++;
  }

  #forget(record: IdempotencyRecord): void {
    const { home } = record;
    if (home === undefined) return;
    const { scope, tool, byKey } = home;
    record.home = undefined;
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
    replaced,
    home: undefined,
  };
}
