import type { GoogleMeterOptions } from './google-meter-options.js';

/** Cap of output that a hard budget sets where a request has none. */
export const DEFAULT_OUTPUT_TOKENS = 4096;

/**
 * Why a request has no bound, where the options declare no maximum for what it needs one for; `undefined` where they do.
 *
 * @param serverTool what the provider runs in the course of the request, if anything
 * @param attachments how many parts say nothing of their tokens
 */
export function whyUndeclared(
  serverTool: string | undefined,
  attachments: number,
  { maxAttachmentTokens, maxServerToolUsd }: GoogleMeterOptions,
): string | undefined {
  if (serverTool !== undefined && maxServerToolUsd === undefined)
    return `the provider runs ${serverTool}: say the most that it can cost in a call with the option maxServerToolUsd`;
  if (attachments > 0 && maxAttachmentTokens === undefined)
    return (
      'it names a file or a cache, or holds a sound, a video or a PDF: say the most tokens that one can be with the option ' +
      'maxAttachmentTokens'
    );
  return undefined;
}
