/** Milliseconds since the epoch: from nanoseconds, ISO 8601, seconds with nanoseconds, or a number of any usual unit. */
export function epochMs(value: unknown): number | undefined {
  const ms = readMs(value);
  return ms !== undefined && ms > 0 && ms < MAX_TIME ? ms : undefined;
}

// What a clock can show: a few thousand years.
const MAX_TIME = 100_000_000_000_000;

function readMs(value: unknown): number | undefined {
  if (Array.isArray(value)) return pairMs(value);
  if (typeof value === 'number') return value > 0 && Number.isFinite(value) ? value / unitsPerMs(value) : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  if (/^\d+$/.test(value)) return readMs(Number(value));
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Milliseconds of a duration that stands beside a start in the same unit. */
export function durationMs(value: unknown, start: unknown): number | undefined {
  if (Array.isArray(value)) return pairMs(value);
  if (typeof value !== 'number' || typeof start !== 'number' || !Number.isFinite(value)) return undefined;
  return Math.min(value / unitsPerMs(start), MAX_TIME);
}

function pairMs([seconds, nanos]: readonly unknown[]): number | undefined {
  return typeof seconds === 'number' && typeof nanos === 'number' ? seconds * 1000 + nanos / 1e6 : undefined;
}

// No time since 1973 is ambiguous: nanoseconds have 18 digits or more, microseconds 15, milliseconds 12.
function unitsPerMs(epoch: number): number {
  if (epoch >= 1e17) return 1e6;
  if (epoch >= 1e14) return 1e3;
  return epoch >= 1e11 ? 1 : 1e-3;
}
