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
  const passed = (result: IteratorResult<Item>): IteratorResult<Item> | Promise<IteratorResult<Item>> => {
    if (result.done) {
      tell({ how: 'end' });
      return result;
    }
    return see(result.value) ? result : pull();
  };
  const failed = (error: unknown): never => {
    tell({ how: 'error', error });
    throw error;
  };
  // No async function: its promise for each item would cost more than looking at the item.
  const pull = (): Promise<IteratorResult<Item>> => {
    let coming: Promise<IteratorResult<Item>>;
    try {
      coming = inner.next();
    } catch (error) {
      coming = Promise.reject(error);
    }
    return coming.then(passed, failed);
  };
  return {
    next() {
      begin();
      return pull();
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
