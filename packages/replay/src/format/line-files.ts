import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The file cannot be read, or only up to a point. */
export class TraceFileError extends Error {
  override readonly name = 'TraceFileError';
  /** The file. */
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path} ${message}`, options);
    this.path = path;
  }
}

/**
 * The lines of a file, unzipped where its name ends in `.gz`. Holds no more of it than it must.
 *
 * @throws {TraceFileError} if it is missing, no file, or damaged
 */
export async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  assertFile(path);
  const source = createReadStream(path);
  let failure: unknown;
  const fail = (error: unknown): void => {
    failure ??= error ?? undefined;
  };
  const input = path.endsWith('.gz') ? pipeline(source, createGunzip(), fail) : source.on('error', fail);
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    fail(error);
  }
  // Not every Node throws what went wrong with its input; some only end the lines there.
  if (failure !== undefined) throw unreadable(path, failure);
}

function assertFile(path: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new TraceFileError(path, 'is no file');
}

function unreadable(path: string, error: unknown): TraceFileError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new TraceFileError(path, code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`, {
    cause: error,
  });
}
