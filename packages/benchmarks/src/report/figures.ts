import type { Spread } from '../measure/statistics.js';

/** A number with three digits that say something, and separators: `0.12`, `4.57`, `12.3`, `1,234`. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const text = value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return text.replace('-', '−');
}

/** A time in the largest unit that leaves a digit before the point. */
export function time(ns: number): string {
  const size = Math.abs(ns);
  if (size >= 1e6) return `${figure(ns / 1e6)} ms`;
  if (size >= 1e3) return `${figure(ns / 1e3)} µs`;
  return `${figure(Math.round(ns))
    .replace(/\.00?$/, '')
    .replace(/\.0$/, '')} ns`;
}

export function bytes(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${figure(value / 1e6)} MB`;
  if (size >= 1e4) return `${figure(value / 1e3)} kB`;
  return `${Math.round(value).toLocaleString('en-GB').replace('-', '−')} B`;
}

export function percent(share: number): string {
  return `${figure(share * 100)} %`;
}

/** The median, and behind it the lowest and highest of the rounds. */
export function withRange({ median, lowest, highest, count }: Spread, show: (value: number) => string): string {
  return count < 2 ? show(median) : `${show(median)} (${show(lowest)}…${show(highest)})`;
}
