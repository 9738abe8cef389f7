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

/** What the system says of a file, as an error of ours. */
export function unreadable(path: string, error: unknown): TraceFileError {
  if (error instanceof TraceFileError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new TraceFileError(path, code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`, {
    cause: error,
  });
}
