// Control, format (zero-width, bidirectional), surrogate, private-use and separator characters, but not line breaks.
const INVISIBLE = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu;
/** More marks than this over one letter would paint over the lines above and below. */
const PILED_MARKS = /(\p{M}{3})\p{M}+/gu;
const HALF_AT_END = /[\uD800-\uDBFF]$/;

/** A text that nobody can hide anything in: without control, zero-width and bidirectional characters. Line breaks stay. */
export function visibleText(text: string): string {
  return text.replaceAll('\t', ' ').replace(INVISIBLE, '').replace(PILED_MARKS, '$1');
}

/** A text cut to a length, with an ellipsis where something was left out. Half a character is never left over. */
export function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).replace(HALF_AT_END, '')}…`;
}

/** A number of milliseconds for people: `12 ms`, `1.2 s`, `2 min 5 s`. */
export function shownDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '?';
  const rounded = Math.round(ms);
  if (Math.abs(rounded) < 1000) return `${rounded} ms`;
  if (Math.abs(rounded) < 59_950) return `${Math.round(rounded / 100) / 10} s`;
  const seconds = Math.round(rounded / 1000);
  const [minutes, rest] = [Math.trunc(seconds / 60), Math.abs(seconds % 60)];
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** A time for people, in UTC. */
export function shownTime(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? '?' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A count with its noun: `1 call`, `2 calls`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
