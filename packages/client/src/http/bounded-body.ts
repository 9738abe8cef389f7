/** A body was longer than anything that we expect. */
export class OversizeBody extends Error {}

/** The text of a body, read no further than `maxBytes`. */
export async function boundedText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(parts).toString('utf8');
    size += value.byteLength;
    if (size > maxBytes) {
      // Not awaited: a server that goes on sending must not keep us.
      reader.cancel().catch(() => {});
      throw new OversizeBody(`more than ${maxBytes} bytes`);
    }
    parts.push(value);
  }
}
