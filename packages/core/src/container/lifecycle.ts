/** A singleton that wants to know when the host is ready to serve. */
export interface OnHostInit {
  /** Called, and awaited, once everything is constructed, in that order. An error stops the creation of the host. */
  onHostInit(): void | PromiseLike<void>;
}

/** A singleton that wants to know when the host closes. */
export interface OnHostClose {
  /**
   * Called, and awaited, when the host closes, in reverse order of construction, before the instance is disposed. Also
   * called if the host could not be created after all.
   */
  onHostClose(): void | PromiseLike<void>;
}

type Hook = 'onHostInit' | 'onHostClose' | typeof Symbol.asyncDispose | typeof Symbol.dispose;

/** Calls a method of an instance if it has it, and waits for it. */
export async function callHook(instance: object, hook: Hook): Promise<void> {
  const method: unknown = (instance as Record<Hook, unknown>)[hook];
  if (typeof method === 'function') await Reflect.apply(method, instance, []);
}

/** Whether an instance has something to close. */
export function isDisposable(instance: unknown): instance is object {
  return isObject(instance) && (has(instance, Symbol.asyncDispose) || has(instance, Symbol.dispose));
}

/** Closes an instance: `Symbol.asyncDispose`, or `Symbol.dispose` where there is only that. */
export function dispose(instance: object): Promise<void> {
  return callHook(instance, has(instance, Symbol.asyncDispose) ? Symbol.asyncDispose : Symbol.dispose);
}

/** Runs all steps, one after the other, whatever fails. */
export async function runAll(steps: Iterable<() => Promise<void>>): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}

/** Throws what `runAll` collected, all together. */
export function throwTogether(errors: readonly unknown[], what: string): void {
  if (errors.length > 0) throw new AggregateError(errors, `${what}: ${errors.length} failed`);
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function has(instance: object, key: symbol): boolean {
  return typeof (instance as Record<symbol, unknown>)[key] === 'function';
}
