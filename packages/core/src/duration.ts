/** A length of time: milliseconds, or a text such as `'250ms'`, `'30s'`, `'10m'`, `'2h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const TEXT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** What a duration must be, for errors. */
export const DURATION_RULE =
  "must be milliseconds above 0 or a text such as '30s' (a number and ms, s, m, h or d), at most 366 days";

/** The longest duration: 366 days. */
export const MAX_DURATION_MS = 366 * UNIT_MS.d;

/** Milliseconds of a duration, or `undefined` where it is none: not positive, not finite, unreadable, over 366 days. */
export function durationMs(duration: unknown): number | undefined {
  const ms = typeof duration === 'string' ? textMs(duration) : duration;
  return typeof ms === 'number' && ms > 0 && ms <= MAX_DURATION_MS ? ms : undefined;
}

const WORDS = { d: 'day', h: 'hour', m: 'minute', s: 'second' } as const;

/** A length of time in words, such as `15 minutes`: in the largest unit that leaves no fraction. */
export function durationText(ms: number): string {
  for (const [unit, word] of Object.entries(WORDS)) {
    const count = ms / UNIT_MS[unit as keyof typeof WORDS];
    if (Number.isInteger(count)) return `${count} ${word}${count === 1 ? '' : 's'}`;
  }
  return `${ms} ms`;
}

function textMs(text: string): number | undefined {
  const [, amount, unit] = TEXT.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
