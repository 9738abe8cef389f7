import type { Clock, Duration } from '@actguard/core';
import type { RedactionOptions } from '../redaction/redactor.js';

/** Which events are sent: none, those that matter to whoever watches, or also what explains them. */
export type EventMode = 'off' | 'significant' | 'verbose';

/** What a client does while the gateway is out of reach: lets runs go on without a reservation, or refuses them. */
export type OnUnavailable = 'open' | 'closed';

/** Content of calls that may leave the process with events. Nothing of it does by default. */
export interface EventContent {
  /** Arguments of calls. Without it they are masked in error messages too. @default false */
  readonly arguments?: boolean | undefined;
  /** What tools returned. @default false */
  readonly results?: boolean | undefined;
  /** What users said, `run.user_said`, with `eventMode: 'verbose'`. @default false */
  readonly userText?: boolean | undefined;
}

/** Where settlements wait that could not be delivered. */
export interface OutboxOptions {
  /**
   * A folder of the application's own, made where it is missing, with one small file a settlement. Several processes may share
   * it. What lies there is delivered at the next start.
   *
   * @default in memory: lost with the process
   */
  readonly path?: string | undefined;
  /** Most settlements that wait; beyond it the oldest is given up, and counted. 1 to 1,000,000. @default 10_000 */
  readonly maxEntries?: number | undefined;
}

/** How a client reaches its gateway, and what it tells it. */
export interface ClientOptions {
  /** The agent key. It is sent to the gateway alone, and printed nowhere. @default none: offline, together with `gatewayUrl` */
  readonly apiKey?: string | undefined;
  /** Address of the gateway, `https` except to this machine. No other host is ever called. @default none: offline */
  readonly gatewayUrl?: string | undefined;
  /** What to do while the gateway is out of reach. @default 'open' */
  readonly onUnavailable?: OnUnavailable | undefined;

  /** For one reservation, settlement or tariff: all attempts, headers and body together. At most 10 minutes. @default '3s' */
  readonly budgetTimeout?: Duration | undefined;
  /** Attempts after the first one, 0 to 100. @default 1 */
  readonly budgetMaxRetries?: number | undefined;
  /** Where settlements wait that could not be delivered. @default in memory, at most 10,000 */
  readonly outbox?: OutboxOptions | undefined;

  /** Which events are sent. @default 'verbose' */
  readonly eventMode?: EventMode | undefined;
  /** Sends `tool.invoke`, one a call that succeeded. @default the environment variable `ACTGUARD_EMIT_ALL_TOOL_RUNS`, read when an event comes */
  readonly emitAllToolRuns?: boolean | undefined;
  /** Content of calls that may leave the process. @default none */
  readonly eventContent?: EventContent | undefined;
  /** For one attempt to deliver a batch of events. At most 10 minutes. @default '5s' */
  readonly eventTimeout?: Duration | undefined;
  /** Attempts after the first one, 0 to 100. @default 8 */
  readonly eventMaxRetries?: number | undefined;
  /** How long an event waits for others to be sent with. At most an hour. @default '1s' */
  readonly flushInterval?: Duration | undefined;
  /** Most events of one request, 1 to 10,000. @default 100 */
  readonly maxBatchEvents?: number | undefined;
  /** Most bytes of one request, 1,024 to 10,000,000; a single larger event is sent by itself. @default 256_000 */
  readonly maxBatchBytes?: number | undefined;
  /** Most events that wait, 1 to 1,000,000; beyond it the oldest of little value is dropped, and counted. @default 10_000 */
  readonly maxQueueEvents?: number | undefined;

  /** Wait before the first retry, doubled with each; up to as much again is added at random. @default '200ms' */
  readonly backoffBase?: Duration | undefined;
  /** Longest wait between attempts. Not below `backoffBase`, at most an hour. @default '10s' */
  readonly backoffMax?: Duration | undefined;

  /** What is kept out of events, traces and messages, beyond what always is. @default nothing more */
  readonly redact?: RedactionOptions | undefined;
  /** Prints every request and answer to stderr, without secrets. @default false */
  readonly debug?: boolean | undefined;
  /** Sends what is waiting when the process runs out of work or gets SIGINT, SIGTERM or SIGHUP. @default true */
  readonly flushOnExit?: boolean | undefined;

  /** Where time comes from. @default the clock of the system */
  readonly clock?: Clock | undefined;
  /** Numbers from 0 up to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Sends requests: for a proxy, or certificates of your own. @default the global `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
}
