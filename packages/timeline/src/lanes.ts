/** The lines of a page, first and last, that something reaches over. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/**
 * Gives each span a lane of its own, as few lanes as possible, each again as soon as it is free.
 *
 * @returns for each span its lane from 0, or `undefined` where all lanes were taken
 */
export function lanesFor(spans: readonly Span[], maxLanes: number): (number | undefined)[] {
  const lanes: (number | undefined)[] = spans.map(() => undefined);
  const takenUntil: number[] = [];
  const order = spans.map((_, index) => index).sort((one, other) => startOf(spans, one) - startOf(spans, other));
  for (const index of order) {
    const { first, last } = spans[index] as Span;
    const free = takenUntil.findIndex((until) => until < first);
    const lane = free >= 0 ? free : takenUntil.length;
    if (lane >= maxLanes) continue;
    takenUntil[lane] = last;
    lanes[index] = lane;
  }
  return lanes;
}

function startOf(spans: readonly Span[], index: number): number {
  return spans[index]?.first ?? 0;
}
