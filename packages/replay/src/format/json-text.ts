/** A text as what it says where it is JSON, as it is where it is not. */
export function readJsonText(text: string): unknown {
  const start = text.trimStart()[0];
  if (start === undefined || !/["[{\d\-tfn]/.test(start)) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  // `007` is no JSON, but a long number is, and would come out as another one.
  return typeof value === 'number' && String(value) !== text.trim() ? text : value;
}

/** Arguments as a model sent them: an object, or its JSON text. An empty text stands for no arguments, as for `run.tools()`. */
export function readArguments(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? {};
  return value.trim() === '' ? {} : readJsonText(value);
}

/** Whether a value is an object with names, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether something lies deeper than so many levels. Goes no deeper itself. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((each) => isDeeperThan(each, levels - 1));
  for (const name in value) if (isDeeperThan((value as Record<string, unknown>)[name], levels - 1)) return true;
  return false;
}
