import type { Effect } from './world.js';

/** What the demo tells a worker. */
export type Order =
  | { readonly is: 'call'; readonly id: number; readonly tool: string; readonly args: Readonly<Record<string, string>> }
  | { readonly is: 'repair' };

/** What a worker tells the demo. */
export type Report =
  | { readonly is: 'ready' }
  | { readonly is: 'effect'; readonly effect: Effect }
  | { readonly is: 'answer'; readonly id: number; readonly answer: Answer };

/** How a call ended: with a result, by a refusal, or with an error of the method. */
export type Answer =
  | { readonly is: 'done'; readonly result: string }
  | { readonly is: 'refused'; readonly code: string; readonly retryAfterMs?: number | undefined }
  | { readonly is: 'failed'; readonly message: string };
