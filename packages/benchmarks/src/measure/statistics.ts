/** Median, lowest and highest of what was measured several times. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly count: number;
}

/** The value below which the share `q` of the values lies, interpolated between neighbours. `NaN` of no values. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const lower = sorted[below] as number;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return lower + (upper - lower) * (position - below);
}

/** The middle value: one slow sample, or one pause of the garbage collector, does not move it. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function spread(values: readonly number[]): Spread {
  return {
    median: median(values),
    lowest: Math.min(...values),
    highest: Math.max(...values),
    count: values.length,
  };
}

/**
 * How each value compares with each of its two neighbours in time: drift of the machine cancels out. With each alone and not
 * with their mean, which slow samples pull up, so that equal things would seem to differ.
 */
export function pairedRatios(values: readonly number[], before: readonly number[], after: readonly number[]): number[] {
  return values.flatMap((value, index) => [value / (before[index] as number), value / (after[index] as number)]);
}

/** By how much each value exceeds each of its two neighbours in time. */
export function pairedDifferences(
  values: readonly number[],
  before: readonly number[],
  after: readonly number[],
): number[] {
  return values.flatMap((value, index) => [value - (before[index] as number), value - (after[index] as number)]);
}

/** The least-squares slope of `values` over `at`: what one more costs, once what is constant is taken out. */
export function slope(at: readonly number[], values: readonly number[]): number {
  const meanAt = at.reduce((sum, each) => sum + each, 0) / at.length;
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  let above = 0;
  let below = 0;
  for (const [index, each] of at.entries()) {
    above += (each - meanAt) * ((values[index] as number) - mean);
    below += (each - meanAt) ** 2;
  }
  return above / below;
}

/** The items in a random order. */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): T[] {
  const order = [...items];
  for (let index = order.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other] as T, order[index] as T];
  }
  return order;
}
