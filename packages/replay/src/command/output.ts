/** A terminal, a pipe, or what a test collects. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  /** Width of a terminal in characters. */
  readonly columns?: number | undefined;
  hasColors?(): boolean;
  write(text: string): unknown;
}

/** What is printed where: the report to `out`; progress, warnings and errors to `err`. */
export interface Outputs {
  readonly out: Output;
  readonly err: Output;
}

/** How text is laid out for an output: colours only where somebody looks at them. */
export function layoutOf(output: Output): { readonly hasColours: boolean; readonly width?: number } {
  const hasColours = output.isTTY === true && (output.hasColors?.() ?? true);
  return { hasColours, ...(output.isTTY && output.columns !== undefined && { width: output.columns }) };
}
