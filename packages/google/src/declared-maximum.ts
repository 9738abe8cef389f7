import type { GoogleMeterOptions } from './google-meter-options.js';

/** Cap of output that a hard budget sets where a request has none. */
export const DEFAULT_OUTPUT_TOKENS = 4096;

/**
 * Why attachments have no bound, where the options declare no maximum; `undefined` where they do.
 *
 * @param attachments how many parts say nothing of their tokens
 */
export function whyUndeclared(attachments: number, { maxAttachmentTokens }: GoogleMeterOptions): string | undefined {
  if (attachments > 0 && maxAttachmentTokens === undefined)
    return (
      'it names a file or a cache, or holds a sound, a video or a PDF: say the most tokens that one can be with the option ' +
      'maxAttachmentTokens'
    );
  return undefined;
}
