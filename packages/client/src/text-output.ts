/** Where lines can go: `process.stderr` is one. */
export interface TextOutput {
  /** Writes a text. */
  write(text: string): unknown;
  /** Whether it is a terminal. */
  readonly isTTY?: boolean | undefined;
}
