import type { StreamEnd } from './observe-iterator.js';

/** Longest event or body that is looked at, in characters: what is longer passes through unread. */
const MAX_LENGTH = 64 * 1024 * 1024;

/**
 * The same response with a body that tells what goes by while it is read: each event of an event stream, or the whole JSON
 * document. The source is not touched before somebody reads. What is longer than 64 Mi characters, or no JSON, passes unseen.
 *
 * @param see gets each event, or the document, parsed
 * @param ended is told how the body ended, once
 */
export function observeResponse(
  response: Response,
  see: (data: unknown) => void,
  ended: (end: StreamEnd) => void,
): Response {
  const source = response.body;
  if (source === null) {
    ended({ how: 'end' });
    return response;
  }
  // Another implementation of fetch may have bodies of its own kind: they are left alone.
  if (typeof source.getReader !== 'function') return response;
  const reader = readerFor(response.headers.get('content-type') ?? '', see);
  let isOver = false;
  const tell = (end: StreamEnd): void => {
    if (isOver) return;
    isOver = true;
    ended(end);
  };
  // Locked when it is first read: SDKs hand the response out beside a body that they parse themselves.
  let lock: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const locked = (): ReadableStreamDefaultReader<Uint8Array> => {
    lock ??= source.getReader();
    return lock;
  };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await locked().read();
          if (done) {
            reader?.end();
            tell({ how: 'end' });
            controller.close();
            return;
          }
          reader?.read(value);
          controller.enqueue(value);
        } catch (error) {
          tell({ how: 'error', error });
          controller.error(error);
        }
      },
      async cancel(reason) {
        tell({ how: 'left' });
        await locked().cancel(reason);
      },
    },
    // Nothing is pulled before the consumer asks.
    { highWaterMark: 0 },
  );
  const { status, statusText, headers, url, redirected } = response;
  const observed = new Response(body, { status, statusText, headers });
  Object.defineProperties(observed, { url: { value: url }, redirected: { value: redirected } });
  return observed;
}

// A sound or an image says nothing that could be read.
function readerFor(contentType: string, see: (data: unknown) => void): PayloadReader | undefined {
  if (contentType.includes('text/event-stream')) return new PayloadReader(true, see);
  return contentType.includes('json') ? new PayloadReader(false, see) : undefined;
}

/** Finds the JSON in bytes that come in pieces. */
class PayloadReader {
  readonly #isEventStream: boolean;
  readonly #see: (data: unknown) => void;
  readonly #decoder = new TextDecoder();
  #text = '';
  #isTooLong = false;

  constructor(isEventStream: boolean, see: (data: unknown) => void) {
    this.#isEventStream = isEventStream;
    this.#see = see;
  }

  read(bytes: Uint8Array): void {
    this.#add(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.#add(this.#decoder.decode());
    if (this.#isTooLong) return;
    // Some servers leave out the empty line behind the last event.
    if (this.#isEventStream) this.#add('\n\n');
    else this.#parse(this.#text);
  }

  #add(text: string): void {
    if (this.#isTooLong) return;
    this.#text += text;
    if (this.#isEventStream) this.#takeEvents();
    if (this.#text.length <= MAX_LENGTH) return;
    this.#isTooLong = true;
    this.#text = '';
  }

  #takeEvents(): void {
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.#text);
      if (end === null) return;
      const event = this.#text.slice(0, end.index);
      this.#text = this.#text.slice(end.index + end[0].length);
      const data = event
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice('data:'.length).trimStart())
        .join('\n');
      if (data !== '' && data !== '[DONE]') this.#parse(data);
    }
  }

  #parse(text: string): void {
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      // No JSON says nothing about usage.
      return;
    }
    this.#see(data);
  }
}
