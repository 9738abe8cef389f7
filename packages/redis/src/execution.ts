import { randomBytes, randomInt } from 'node:crypto';
import type { StoreAnswer, StoreOperation } from '@actguard/core';
import { type Answer, answerOf, turnsOf } from './answers.js';
import type { Connection } from './connection.js';
import { type Request, type RequestContext, requestsOf } from './requests.js';
import type { Mirror } from './session-mirrors.js';
import { RedisUnavailableError } from './unavailable-error.js';

/** What the script is told of the store's options. */
export interface ScriptLimits {
  readonly leaseMs: number;
  readonly runTtlMs: number;
  readonly maxFacts: number;
  readonly maxTokens: number;
}

/** A request that takes back what another one took. */
type Undo = Readonly<Record<string, unknown>> & { readonly op: string };

interface Reply {
  readonly now: string;
  readonly isLate?: boolean;
  /** Turns that this process has not seen: nothing was carried out. */
  readonly stale?: readonly (Exclude<Answer, false> & { readonly index: number })[];
  readonly answers?: readonly Answer[];
  /** Index of the request that was refused, from 1. */
  readonly refused?: number;
  readonly undos?: readonly (Undo | false)[];
}

/** What came of a list of operations. */
export interface Carried {
  readonly answers: readonly StoreAnswer[];
  readonly isRefused: boolean;
}

// While somebody keeps talking in another process, words may be missing again and again.
const MAX_ATTEMPTS = 5;

/**
 * Carries out lists of operations: each in one script where it can. On a cluster a list goes out in as many as it has hash tags,
 * one after the other, and what the earlier ones took is taken back when a later one refuses.
 */
export class Execution {
  readonly #connection: Connection;
  readonly #context: RequestContext;
  readonly #limits: ScriptLimits;
  readonly #process = randomBytes(9).toString('base64url');
  #scripts = 0;

  constructor(connection: Connection, context: RequestContext, limits: ScriptLimits) {
    this.#connection = connection;
    this.#context = context;
    this.#limits = limits;
  }

  /** @throws {RedisUnavailableError} */
  async carryOut(operations: readonly StoreOperation[]): Promise<Carried> {
    const requests = operations.flatMap((operation, index) => requestsOf(operation, index, this.#context));
    const progress = new Progress(operations, this.#context);
    // Nothing depends on the order of effects on different keys.
    if (this.#connection.isCluster && operations.every(isEffect)) {
      await Promise.all(byTag(requests).map((group) => this.#send(group, progress, false)));
    } else {
      await this.#inOrder(requests, progress);
    }
    return progress.end();
  }

  async #inOrder(requests: readonly Request[], progress: Progress): Promise<void> {
    for (let at = 0; at < requests.length && !progress.isRefused; ) {
      const end = this.#groupEnd(requests, at);
      const group = requests.slice(at, end).filter(({ operation }) => operation !== progress.skipped);
      at = end;
      if (group.length === 0) continue;
      try {
        await this.#send(group, progress, group.length < requests.length);
      } catch (error) {
        await this.#takeBack(progress.taken());
        throw error;
      }
      if (progress.isRefused) await this.#takeBack(progress.taken());
      else if (progress.skipped !== undefined) await this.#takeBack(progress.taken(progress.skipped));
    }
  }

  /** Renews what this process holds. @returns which requests found nothing to renew */
  async renew(requests: readonly Request[]): Promise<Request[]> {
    const groups = this.#connection.isCluster ? byTag(requests) : [requests];
    const gone = await Promise.all(
      groups.map(async (group) => {
        const { answers = [] } = await this.#run(group, true);
        return group.filter((_, index) => answers[index] === false || answers[index]?.['held'] !== true);
      }),
    );
    return gone.flat();
  }

  /** @param isPart others of the list go out apart: what is taken may have to be taken back from here */
  async #send(group: readonly Request[], progress: Progress, isPart: boolean): Promise<void> {
    const reply = await this.#run(group, progress.isDue, isPart);
    progress.add(group, reply);
    await this.#follow(group, reply);
  }

  async #run(group: readonly Request[], isDue: boolean, isPart = false): Promise<Reply> {
    const keepReplyMs = this.#connection.keepReplyMs(isDue);
    const number = ++this.#scripts;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const keys = [...new Set(group.flatMap((request) => request.keys))];
      const requests = group.map((request) => ({
        op: request.op,
        operation: request.operation,
        observe: request.observe,
        k: request.keys.map((key) => keys.indexOf(key) + 1),
        ...request.body(),
      }));
      const { isCluster } = this.#connection;
      const [first] = keys;
      if (keepReplyMs !== undefined && first !== undefined)
        keys.push(this.#context.names.beside(first, 'reply', `${this.#process}${number}`));
      const input = { keepReplyMs, epoch: String(randomInt(1, 2 ** 31)), isCluster, isPart, ...this.#limits, requests };
      const reply = await this.#connection.send<Reply>(keys, input, isDue);
      if (reply.stale === undefined) return reply;
      for (const { index, ...turns } of reply.stale) {
        const { asks, seen } = group[index - 1] ?? {};
        if (asks !== undefined && seen !== undefined) this.#context.mirrors.grow(asks, seen(), turnsOf(turns));
      }
    }
    throw new RedisUnavailableError(
      'redis.timeout',
      'the user of a session said something faster than it could be read',
    );
  }

  // What is to be done on a node that the script could not reach.
  async #follow(group: readonly Request[], { answers = [] }: Reply): Promise<void> {
    const told = answers.flatMap((answer, index) => {
      const request = group[index];
      if (answer === false || request === undefined || typeof answer['tell'] !== 'string') return [];
      const body = { claim: answer['claim'], idleMs: answer['idleMs'] };
      const owner = String(answer['owner']);
      return [{ ...request, op: answer['tell'], tag: owner, keys: [owner], body: () => body }];
    });
    // Where that fails it expires by itself.
    await Promise.all(byTag(told).map((each) => this.#run(each, true).catch(() => {})));
  }

  // What cannot be taken back now goes with its lease, or its window.
  async #takeBack(undos: readonly Request[]): Promise<void> {
    await Promise.all(byTag(undos).map((group) => this.#run(group, true).catch(() => {})));
  }

  #groupEnd(requests: readonly Request[], start: number): number {
    const said = new Set<string>();
    let at = start;
    for (; at < requests.length; at++) {
      const { tag, says, asks } = requests[at] as Request;
      if (this.#connection.isCluster && tag !== requests[start]?.tag) break;
      // Whether the user said something is looked for here, so it must have been told before.
      if (asks !== undefined && said.has(asks)) break;
      if (says !== undefined) said.add(says);
    }
    return at;
  }
}

/** What has come of a list so far. */
class Progress {
  readonly #operations: readonly StoreOperation[];
  readonly #context: RequestContext;
  readonly #answers: Answer[][];
  readonly #seen: (Mirror | undefined)[] = [];
  #undos: Request[] = [];
  #now = '0';
  /** Operation whose remaining requests are left out: it was refused, which is only told. */
  skipped: number | undefined;
  #refusedAt: number | undefined;
  /** Its effects are wanted however late. */
  readonly isDue: boolean;

  constructor(operations: readonly StoreOperation[], context: RequestContext) {
    this.#operations = operations;
    this.#context = context;
    this.#answers = operations.map(() => []);
    this.isDue = operations.every(isEffect);
  }

  get isRefused(): boolean {
    return this.#refusedAt !== undefined;
  }

  add(group: readonly Request[], { now, answers = [], refused, undos = [] }: Reply): void {
    this.#now = now;
    this.skipped = undefined;
    group.forEach((request, index) => {
      const answer = answers[index] ?? false;
      const parts = this.#answers[request.operation];
      if (parts !== undefined) parts[request.part] = answer;
      this.#seen[request.operation] = request.seen?.();
      const undo = undos[index];
      if (undo) this.#undos.push({ ...request, op: undo.op, body: () => undo });
      if (request.observe && answer !== false && answer['admitted'] === false) this.skipped = request.operation;
    });
    if (refused !== undefined) this.#refusedAt = group[refused - 1]?.operation;
  }

  /** What takes back what was taken for all operations or for one, last first. */
  taken(operation?: number): Request[] {
    const isMeant = (request: Request): boolean => operation === undefined || request.operation === operation;
    const taken = this.#undos.filter(isMeant).reverse();
    this.#undos = this.#undos.filter((request) => !isMeant(request));
    return taken;
  }

  end(): Carried {
    const length = this.#refusedAt === undefined ? this.#operations.length : this.#refusedAt + 1;
    const answers = this.#operations.slice(0, length).map((operation, index) => {
      const { mirrors } = this.#context;
      const reading = { mirrors, seen: this.#seen[index], now: Number(this.#now) };
      return answerOf(operation, this.#answers[index] ?? [], reading);
    });
    return { answers, isRefused: this.isRefused };
  }
}

function isEffect(operation: StoreOperation): boolean {
  return !('observe' in operation) && operation.op !== 'fact.read';
}

function byTag(requests: readonly Request[]): Request[][] {
  const groups = new Map<string, Request[]>();
  for (const request of requests) {
    const group = groups.get(request.tag);
    if (group === undefined) groups.set(request.tag, [request]);
    else group.push(request);
  }
  return [...groups.values()];
}
