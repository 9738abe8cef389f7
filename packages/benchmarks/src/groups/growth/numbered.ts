/** A number of things: `1 key`, `1,000 keys`. */
export function numbered(count: number, thing: string): string {
  return `${count.toLocaleString('en-GB')} ${thing}${count === 1 ? '' : 's'}`;
}
