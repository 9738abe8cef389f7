const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const TEXT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Milliseconds of a duration such as `'3s'` or `250`; `undefined` where it is none. */
export function durationMs(duration: unknown): number | undefined {
  const ms = typeof duration === 'string' ? textMs(duration) : duration;
  return typeof ms === 'number' && Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

function textMs(text: string): number | undefined {
  const [, amount, unit] = TEXT.exec(text) ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
}
