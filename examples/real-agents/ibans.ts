/** Numbers of bank accounts (IBAN) in texts. */

/** Source of a pattern: one number, in groups of four or in one piece. */
export const IBAN = String.raw`[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?`;

/** The account numbers in a text, each once, without spaces. */
export function accountsIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(ANY_IBAN), ([printed]) => compact(printed)))];
}

/** An account number without the spaces with which it is printed. */
export function compact(iban: string): string {
  return iban.replace(/\s/g, '');
}

const ANY_IBAN = new RegExp(String.raw`(?<![A-Z\d])${IBAN}(?![A-Z\d])`, 'g');
