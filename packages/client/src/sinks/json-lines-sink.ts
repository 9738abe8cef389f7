import { createWriteStream } from 'node:fs';
import type { ActGuardEvent, EventListener } from '@actguard/core';
import { type SinkOptions, sinkWriter, wrong } from './sink-options.js';

/** Where a sink of JSON lines writes. */
export interface JsonLinesSinkOptions extends SinkOptions {
  /** A file; made where it is missing, and appended to. Only its owner can read a new one. */
  readonly path: string;
  /** Most bytes that wait for the disk; beyond it events are dropped, and counted. @default 10_000_000 */
  readonly maxWaitingBytes?: number | undefined;
}

/** A listener that writes to a file. */
export interface JsonLinesSink extends EventListener, AsyncDisposable {
  /** Lines that were written or wait for the disk. */
  readonly written: number;
  /** Events that were not: the disk was too slow or failed, or they held what cannot be read. */
  readonly dropped: number;
  /** Resolves when all lines are written, and ends the sink. Never rejects. */
  close(): Promise<void>;
}

/**
 * Writes one line of JSON an event, in the form in which a gateway gets them: `host.on(jsonLinesSink({ path }))`. A file that
 * cannot be written is reported once, as a warning of the process.
 *
 * @throws {UsageError} `usage.sink_configuration` for a wrong option
 */
export function jsonLinesSink(options: JsonLinesSinkOptions): JsonLinesSink {
  const writer = sinkWriter('jsonLinesSink', options, ['path', 'maxWaitingBytes']);
  const { path, maxWaitingBytes = 10_000_000 } = options;
  if (typeof path !== 'string' || path === '') throw wrong('jsonLinesSink', 'path', 'must be the path of a file');
  if (!Number.isSafeInteger(maxWaitingBytes) || maxWaitingBytes < 1)
    throw wrong('jsonLinesSink', 'maxWaitingBytes', 'must be an integer from 1');
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  let written = 0;
  let dropped = 0;
  let isOver = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    isOver = true;
    const message = `events cannot be written to ${path} (${error.code ?? 'error'})`;
    process.emitWarning(message, { type: 'ActGuardWarning', code: 'ACTGUARD_SINK' });
  });

  const listener = (event: ActGuardEvent): void => {
    let line: string;
    try {
      const envelope = writer.write(event);
      if (envelope === undefined) return;
      line = `${JSON.stringify(envelope)}\n`;
    } catch {
      dropped++;
      return;
    }
    if (isOver || stream.writableLength + line.length > maxWaitingBytes) {
      dropped++;
      return;
    }
    written++;
    stream.write(line);
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= new Promise<void>((resolve) => {
      if (isOver) return resolve();
      isOver = true;
      stream.once('error', () => resolve());
      stream.end(() => resolve());
    });
    return closed;
  };
  return Object.defineProperties(listener, {
    written: { get: () => written },
    dropped: { get: () => dropped },
    close: { value: close },
    [Symbol.asyncDispose]: { value: close },
  }) as JsonLinesSink;
}
