/**
 * Bytes of a value as JSON in UTF-8. Tokenizers cut text into pieces of a byte at least, so no text has more tokens than bytes;
 * the syntax of JSON pays for the few tokens that providers put around messages.
 */
export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

/** Longest way into a request: what lies deeper is no request of a provider. */
const MAX_DEPTH = 32;

/**
 * Counts parts of a request that name something without holding it, so that the size of the request says nothing about them.
 *
 * @param isAttachment whether an object is such a part; what lies inside it is not looked at
 */
export function attachmentsIn(
  value: unknown,
  isAttachment: (part: Readonly<Record<string, unknown>>) => boolean,
): number {
  return count(value, isAttachment, 0);
}

function count(
  value: unknown,
  isAttachment: (part: Readonly<Record<string, unknown>>) => boolean,
  depth: number,
): number {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return 0;
  if (!Array.isArray(value) && isAttachment(value as Readonly<Record<string, unknown>>)) return 1;
  let found = 0;
  for (const part of Object.values(value)) found += count(part, isAttachment, depth + 1);
  return found;
}
