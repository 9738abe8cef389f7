/** Where a trace was found: what it is called unless it says so itself. */
export interface TracePlace {
  /** File name and line number, such as `support.jsonl:12`. */
  readonly id: string;
  /** The file's name without its extension. */
  readonly suite: string;
}
