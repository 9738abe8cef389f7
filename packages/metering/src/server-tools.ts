import type { MeterOptions } from './meter-options.js';

/** What tools that the provider runs can add to a call. */
export interface ServerToolBound {
  /** Most tokens that their results add to the input. */
  readonly inputTokens: number;
  /** Most USD that they cost besides tokens; `undefined` where nothing is declared. */
  readonly extraUsd: number | undefined;
  /** Why there is no bound; `undefined` where there is one. */
  readonly unbounded: string | undefined;
}

/**
 * The bound of tools that the provider runs: what the options declare, since the request says nothing about it.
 *
 * @param tool what the provider runs in the course of the call; `undefined` where it runs nothing
 */
export function serverToolBound(
  tool: string | undefined,
  { maxServerToolUsd, maxServerToolTokens }: MeterOptions,
): ServerToolBound {
  if (tool === undefined) return { inputTokens: 0, extraUsd: undefined, unbounded: undefined };
  const missing = Object.entries({ maxServerToolUsd, maxServerToolTokens })
    .filter(([, most]) => most === undefined)
    .map(([option]) => option);
  return {
    inputTokens: maxServerToolTokens ?? 0,
    extraUsd: maxServerToolUsd,
    unbounded:
      missing.length === 0
        ? undefined
        : `the provider runs ${tool}: declare the most that it can use in a call (${missing.join(', ')})`,
  };
}
