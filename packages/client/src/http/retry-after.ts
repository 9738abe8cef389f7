/** Milliseconds that a `Retry-After` header asks to wait (RFC 9110, 10.2.3): seconds, or a date. `undefined` where it is neither. */
export function retryAfterMs(header: string | null, wallMs: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Only the form of the standard: `Date.parse` takes almost anything for a date.
  if (!/^[A-Z][a-z]{2,8},? .* GMT$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - wallMs);
}
