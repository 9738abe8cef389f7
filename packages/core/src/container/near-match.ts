/** The candidates that may have been meant by a name, best first: other case, a part, or up to two typing errors. */
export function nearMatches(name: string, candidates: Iterable<string>, limit = 3): string[] {
  const wanted = name.toLowerCase();
  const scored: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const given = candidate.toLowerCase();
    const allowed = wanted.length < 5 ? 1 : 2;
    const isPart = Math.min(given.length, wanted.length) > 3 && (given.includes(wanted) || wanted.includes(given));
    const distance = isPart ? 1 : editDistance(wanted, given, allowed);
    if (distance <= allowed) scored.push({ candidate, distance });
  }
  return scored
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** Insertions, deletions and replacements between two texts; any number above `limit` once it is exceeded. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return limit + 1;
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[to.length]!;
}
