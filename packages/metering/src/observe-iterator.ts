/** How a stream ended: by itself, left early by its consumer, or with an error. */
export type StreamEnd =
  /** All was read, or the consumer left before the end. */
  | { readonly how: 'end' | 'left' }
  /** What the stream, or its consumer, threw. */
  | { readonly how: 'error'; readonly error: unknown };

/**
 * An iterator that passes everything on and tells what goes by and how it ended, once. Nothing is buffered or pulled ahead.
 *
 * @param see gets each item; answering `false` hides it from the consumer
 * @param ended is told how it ended
 * @param begin is told when the consumer asks for an item
 */
export function observeIterator<Item>(
  inner: AsyncIterator<Item>,
  see: (item: Item) => boolean,
  ended: (end: StreamEnd) => void,
  begin: () => void = () => {},
): AsyncIterableIterator<Item> {
  let isOver = false;
  const tell = (end: StreamEnd): void => {
    if (isOver) return;
    isOver = true;
    ended(end);
  };
  return {
    async next(...input: [] | [undefined]) {
      begin();
      for (;;) {
        let result: IteratorResult<Item>;
        try {
          result = await inner.next(...input);
        } catch (error) {
          tell({ how: 'error', error });
          throw error;
        }
        if (result.done) {
          tell({ how: 'end' });
          return result;
        }
        if (see(result.value)) return result;
      }
    },
    async return(value?: unknown) {
      try {
        return (await inner.return?.(value)) ?? { done: true, value };
      } finally {
        tell({ how: 'left' });
      }
    },
    async throw(error?: unknown) {
      try {
        if (inner.throw !== undefined) return await inner.throw(error);
        throw error;
      } finally {
        tell({ how: 'error', error });
      }
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
