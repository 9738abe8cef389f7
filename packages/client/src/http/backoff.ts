/** How long to wait between attempts. */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

/** The wait before a retry, from 0 on: doubled with each, and up to one base more so that clients do not knock together. */
export function backoffMs({ baseMs, maxMs, random }: Backoff, retry: number): number {
  return Math.min(baseMs * 2 ** retry + random() * baseMs, maxMs);
}
