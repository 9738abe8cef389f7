/** Whether a value has to be awaited. */
export function isThenable<T>(value: T): value is T & PromiseLike<Awaited<T>> {
  if (value instanceof Promise) return true;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}
