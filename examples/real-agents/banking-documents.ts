import { accountsIn, compact, IBAN } from './ibans.js';

/**
 * What a bill or a form that the user pointed at may prove: what stands behind a label, alone on its line, and only where the
 * document says one thing. An order that somebody slipped into the text is prose, so it proves nothing; and a second account
 * number anywhere makes the document ambiguous, so that it proves none. Against somebody who wrote the whole document this
 * does not help, as it does not help a person who pays a forged bill.
 */

const ACCOUNT_LINE = new RegExp(
  String.raw`^[ \t]*(?:[-*•][ \t]*)?(?:[A-Za-z]+[ \t]+){0,2}(?:IBAN|[Aa]ccount(?:[ \t]+[Nn](?:umber|o\.?))?)[ \t]*:[ \t]*(${IBAN})[ \t]*$`,
  'gm',
);

/** The account that a bill asks to be paid to, as printed and without spaces; empty where it names none, or two. */
export function accountOnBill(text: string): string[] {
  if (accountsIn(text).length !== 1) return [];
  return Array.from(text.matchAll(ACCOUNT_LINE), ([, printed = '']) => printed).flatMap((printed) => [
    printed,
    compact(printed),
  ]);
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
