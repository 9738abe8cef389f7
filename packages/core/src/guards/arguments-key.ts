import { createHash } from 'node:crypto';
import { canonicalText } from '../store/canonical-text.js';

/**
 * `key` of `@Idempotent`: the same arguments are the same action, so that the model need not invent keys. A SHA-256 over
 * the arguments as text with sorted names.
 */
export function argumentsKey(args: unknown): string {
  return createHash('sha256').update(canonicalText(args)).digest('base64url');
}
