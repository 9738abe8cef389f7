import type { RecordedError } from '../trace/trace.js';

/** What a tool threw when it was recorded, thrown again. */
export class RecordedFailure extends Error {
  override readonly name: string;
  declare readonly code?: string | number;
  declare readonly status?: number;

  constructor({ message, name = 'RecordedFailure', code, status }: RecordedError) {
    // Nobody reads where it was made, and finding that out takes longer than all the rest of the call.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
    this.name = name;
    // Breakers tell kinds of failures by these.
    if (code !== undefined) this.code = code;
    if (status !== undefined) this.status = status;
  }
}
