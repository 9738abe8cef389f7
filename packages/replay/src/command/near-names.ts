const MAX_NEAR = 2;

/** Names that may have been meant: the same words written otherwise (`get_user`, `getUser`), or a typing error away. */
export function nearNames(name: string, candidates: Iterable<string>): string[] {
  const wanted = bare(name);
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: distanceOf(wanted, bare(candidate)) }))
    .filter(({ distance }) => distance <= (wanted.length < 5 ? 1 : 2))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, MAX_NEAR)
    .map(({ candidate }) => candidate);
}

// Longer names are not compared: they come from recordings, and comparing takes time that grows with their product.
const MAX_LENGTH = 100;

function bare(name: string): string {
  return name
    .slice(0, MAX_LENGTH)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function distanceOf(a: string, b: string): number {
  if (a === b) return 0;
  if (Math.min(a.length, b.length) > 4 && (a.includes(b) || b.includes(a))) return 1;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
