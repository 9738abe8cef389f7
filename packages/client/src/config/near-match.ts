/** The candidate that may have been meant by a name: another case, another spelling, or up to two typing errors. */
export function nearMatch(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(name);
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, fold(candidate));
    if (distance > 2 || distance >= wanted.length) continue;
    // Of two spellings of one name, the one that is closer as it is written.
    const written = distance + editDistance(name.slice(0, 40), candidate) / 100;
    if (best === undefined || written < best.distance) best = { candidate, distance: written };
  }
  return best?.candidate;
}

function fold(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 40);
}

function editDistance(from: string, to: string): number {
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
