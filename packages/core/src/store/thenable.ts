/** Whether a value has to be awaited. */
export function isThenable<T>(value: T): value is T & PromiseLike<Awaited<T>> {
  if (value instanceof Promise) return true;
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
