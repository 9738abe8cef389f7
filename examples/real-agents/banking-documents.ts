/**
 * What a bill or a form that the user pointed at may prove: what stands behind a label, alone on its line, and only where the
 * document says one thing. An order that somebody slipped into the text is prose, so it proves nothing; and a second account
 * number anywhere makes the document ambiguous, so that it proves none. Against somebody who wrote the whole document this
 * does not help, as it does not help a person who pays a forged bill.
 */

/** Letters and digits of one account number, in groups of four or in one piece. */
const IBAN = String.raw`[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?`;
const ANY_IBAN = new RegExp(String.raw`(?<![A-Z\d])${IBAN}(?![A-Z\d])`, 'g');
const IBAN_LINE = new RegExp(String.raw`^[ \t]*IBAN[ \t]*:[ \t]*(${IBAN})[ \t]*$`, 'gm');

/** The account that a bill asks to be paid to, as printed and without spaces; empty where it names none, or two. */
export function accountOnBill(text: string): string[] {
  const labelled = Array.from(text.matchAll(IBAN_LINE), ([, printed = '']) => printed);
  const everywhere = new Set(Array.from(text.matchAll(ANY_IBAN), ([printed]) => compact(printed)));
  return everywhere.size === 1 ? labelled.flatMap((printed) => [printed, compact(printed)]) : [];
}

const ADDRESS_LINE =
  /^[ \t]*(?:[-*•][ \t]*)?(?!old|previous|former)(?:\p{L}+[ \t]+){0,2}(address|street|city)[ \t]*:[ \t]*(\S[^\r\n]*)$/gimu;

/** Street and city that a form states: each labelled line as a whole, and its parts between commas. No label may come twice. */
export function addressOnForm(text: string): string[] {
  const lines = Array.from(text.matchAll(ADDRESS_LINE), ([, label = '', value = '']) => ({
    label,
    value: value.trim(),
  }));
  const labels = new Set(lines.map(({ label }) => label.toLowerCase()));
  if (labels.size < lines.length) return [];
  return lines.flatMap(({ value }) => [value, ...value.split(',').map((part) => part.trim())]);
}

function compact(iban: string): string {
  return iban.replaceAll(' ', '');
}
