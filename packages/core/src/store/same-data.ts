/**
 * Whether two values of plain data are equal, whatever the order of their names: exactly where their canonical texts are,
 * without writing them.
 */
export function sameData(a: unknown, b: unknown): boolean {
  // `-0` is `0`, and `NaN` is itself: that is how they are written.
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && sameList(a, b);
  if (a instanceof Date) return b instanceof Date && Object.is(a.getTime(), b.getTime());
  return !Array.isArray(b) && !(b instanceof Date) && sameRecord(a, b);
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!sameData(a[index], b[index])) return false;
  return true;
}

function sameRecord(a: object, b: object): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  for (const name of names) {
    if (!Object.hasOwn(b, name)) return false;
    if (!sameData((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name])) return false;
  }
  return true;
}
