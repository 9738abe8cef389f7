import { SENTENCE_OPENERS } from './sentence-openers.js';

/**
 * Who is meant when a user calls somebody by name.
 *
 * All that the agent knows of people are their addresses, and anybody can choose theirs: somebody who writes from an address that
 * is a common word would be called by every user who says it. So a name counts
 *
 * - only with a capital, as names are written and common words are not;
 * - only if it is no word with which sentences begin, because there any word has a capital. Some people are called Mark or Hope:
 *   there it must stand where a name does, behind “from”, “ask” and the like;
 * - only if nobody else there has it, or one of them may have chosen it for that.
 *
 * What this cannot see is somebody who guesses whom the user will name, before the real one has written. An application that has an
 * address book should ask that instead. The words are English; put in those of your users.
 */

/** Whether somebody said a text: the user, or somebody on whom they rely. In this very spelling, in whole words. */
export type Says = (text: string) => boolean;

/**
 * Whether somebody called whoever has an address by name.
 *
 * @param everybody all addresses that were seen, among which the name must be the only one
 */
export function isCalledByName(says: Says, address: string, everybody: readonly string[]): boolean {
  const names = namesIn(address).filter((name) => says(name));
  const isOnly = (...these: string[]): boolean =>
    everybody.every((other) => other === address || !these.every((name) => namesIn(other).includes(name)));
  return names.some(
    (name) =>
      (isUsedAsName(says, name) && isOnly(name)) ||
      names.some((last) => last !== name && says(`${name} ${last}`) && isOnly(name, last)),
  );
}

/** An address as it is compared: no provider tells capitals apart. */
export function folded(address: string): string {
  return address.trim().toLowerCase();
}

/** Whether a text is one mail address and nothing else. */
export function isAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text);
}

/** Mail addresses in a text, folded. */
export function addressesIn(text: unknown): string[] {
  if (typeof text !== 'string' || !text.includes('@')) return [];
  return (text.match(MAIL_ADDRESS) ?? []).map(folded);
}

const MAIL_ADDRESS = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g;

/** `Mina` and `Sol` of `mina.sol@example.com`. */
function namesIn(address: string): string[] {
  const [local = ''] = address.split('@', 1);
  return (local.match(/\p{L}{3,}/gu) ?? []).map((part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase());
}

function isUsedAsName(says: Says, name: string): boolean {
  const word = name.toLowerCase();
  if (!SENTENCE_OPENERS.has(word)) return true;
  return ALSO_NAMES.has(word) && BEFORE_NAMES.some((before) => says(`${before} ${name}`));
}

const ALSO_NAMES = new Set(['bill', 'grant', 'guy', 'hope', 'mark', 'pat', 'summer', 'will']);
const BEFORE_NAMES = [
  'from',
  'with',
  'to',
  'by',
  'for',
  'and',
  'that',
  'friend',
  'ask',
  'email',
  'invite',
  'send',
  'tell',
].flatMap((word) => [word, word.charAt(0).toUpperCase() + word.slice(1)]);
