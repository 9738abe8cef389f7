/** A share with its uncertainty, both from 0 to 1. */
export interface Interval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

// The 97.5 % quantile of the normal distribution.
const Z = 1.959963984540054;

/**
 * The 95 % interval of a share after Wilson, which stays within 0 and 1 and holds for small counts too.
 *
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209–212.
 *
 * @returns undefined where nothing was counted
 */
export function wilsonInterval(count: number, total: number): Interval | undefined {
  if (total <= 0) return undefined;
  const share = count / total;
  const z2 = (Z * Z) / total;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = (Z / (1 + z2)) * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
