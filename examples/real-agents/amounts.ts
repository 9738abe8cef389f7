/** Amounts of money in texts, as people and bills write them: `1235.6`, `1,235.60`, `1.235,60`, `1'235.60`. */

/** The amounts that a text says, in cents. What can be read in two ways, as `1.235`, is read in both. */
export function centsIn(text: string): number[] {
  return (text.match(/\d+(?:[.,'’]\d+)*/g) ?? [])
    .map((printed) => printed.replace(/['’]/g, ''))
    .flatMap((printed) => [
      ...(WITH_POINT.test(printed) ? [printed.replaceAll(',', '')] : []),
      ...(WITH_COMMA.test(printed) ? [printed.replaceAll('.', '').replace(',', '.')] : []),
    ])
    .map((plain) => toCents(Number(plain)))
    .filter(Number.isSafeInteger);
}

const WITH_POINT = /^\d+(?:,\d{3})*(?:\.\d+)?$/;
const WITH_COMMA = /^\d+(?:\.\d{3})*(?:,\d+)?$/;

/** An amount in cents: whole numbers can be compared, and be facts. */
export function toCents(amount: number): number {
  return Math.round(amount * 100);
}

/** How a user may have written an amount. */
export function spellingsOf(amount: number): string[] {
  const grouped = amount.toLocaleString('en-US');
  const cents = amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const english = [String(amount), amount.toFixed(2), grouped, cents];
  return [...english, ...english.map((text) => text.replace(/[.,]/g, (sign) => (sign === '.' ? ',' : '.')))];
}
