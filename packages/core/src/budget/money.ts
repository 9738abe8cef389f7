/**
 * Money is counted in whole picodollars (10⁻¹² USD): a price in USD per million tokens with six decimals is a whole number of
 * them per token, so nothing is rounded until somebody looks.
 */
const PICOS_PER_USD = 1_000_000_000_000n;
const PICOS_PER_MICRO = 1_000_000n;
const DECIMALS = 12;

/** Picodollars of an amount in USD; what is smaller is rounded. */
export function picosOf(usd: number): bigint {
  const [whole = '0', fraction = ''] = usd.toFixed(DECIMALS).split('.');
  return BigInt(`${whole}${fraction.padEnd(DECIMALS, '0')}`);
}

/** USD, for reading. */
export function usdOf(picos: bigint): number {
  return Number(picos) / Number(PICOS_PER_USD);
}

/** Micro-dollars, rounded half up: the unit of the wire format. */
export function microsOf(picos: bigint): number {
  return Number((picos + PICOS_PER_MICRO / 2n) / PICOS_PER_MICRO);
}

/** A text such as `USD 0.0125`, with as many decimals as there are, two at least and six at most. */
export function usdText(picos: bigint): string {
  const [whole = '0', fraction = ''] = (microsOf(picos) / 1_000_000).toFixed(6).split('.');
  return `USD ${whole}.${fraction.replace(/0{1,4}$/, '')}`;
}
