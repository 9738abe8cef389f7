import { type FactsView, type Rule, rule } from '@actguard/core';
import { holds, linesOf, userSaid, userSaidExactly } from './words.js';

/**
 * Whom the user relies on.
 *
 * Some tasks cannot be done without the instructions of somebody else: “Bob wrote to me what he needs, please do it.” Then
 * the user has delegated to Bob, and what stands in Bob's mails counts as said, literally: the address there may be visited,
 * the key there may be added. What stands in anybody else's mail, or on a page, counts for nothing.
 *
 * Who Bob is, is told by the sender's address, which a mail server vouches for: the part before the `@` holds his name, and the
 * user wrote it in a capital. Where two people have that name, nobody can tell whom the user meant, so neither counts. What
 * this cannot tell apart is Bob's own text and a stranger's that he forwards. An application that has an address book
 * should ask that instead.
 */

/** Kind of the facts: a line of a mail, behind the address of its sender. */
const MAIL_LINE = 'mail_line';
/** Kind of the facts: the address of a person, as a mail, a file or a page shows it. That makes it real, not good. */
export const SEEN_ADDRESS = 'seen_address';
/** Kind of the facts: an address of the user. */
export const OWN_ADDRESS = 'own_address';

/** Long lists are read as far as this; what is behind it counts for nothing. */
export const MANY = { maxItems: 2000, onTooMany: 'truncate' as const };

/** A mail of the inbox. Only what somebody reads is spelled out. */
export interface ReceivedMail {
  readonly id_: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly attachments: readonly (string | number)[];
}

export interface Recipients {
  readonly recipients: readonly string[];
  readonly cc?: readonly string[] | null | undefined;
  readonly bcc?: readonly string[] | null | undefined;
}

/** What every tool proves that returns mails of the user's inbox. */
export const inboxFacts = [
  { kind: MAIL_LINE, extract: linesBySender, ...MANY },
  { kind: SEEN_ADDRESS, extract: '[].sender', ...MANY },
  { kind: OWN_ADDRESS, extract: ownerOf },
  { kind: 'attachment', extract: '[].attachments[]', ...MANY },
];

/** Mail addresses in a text. */
export function addressesIn(text: unknown): string[] {
  return typeof text === 'string' ? (text.match(MAIL_ADDRESS) ?? []) : [];
}

/** The one address in a text, as facts hold it: where there are two, nobody can tell whose the text is about. */
export function onlyAddress(text: unknown): string[] {
  const found = new Set(addressesIn(text));
  return found.size === 1 ? [...found] : [];
}

/** What a tool proves that returns a text in which addresses may stand: a file, a page. */
export const addressFacts = { kind: SEEN_ADDRESS, extract: addressesIn, ...MANY };

/** Whether the user said a text, or somebody on whom they rely wrote it. */
export function isVouchedFor(facts: FactsView, text: string): boolean {
  return userSaid(facts, text) || delegatedLines(facts).some((line) => holds(line, text));
}

/** Lines of mails whose senders the user named. */
export function delegatedLines(facts: FactsView): string[] {
  const named = new Map<string, boolean>();
  const lines: string[] = [];
  for (const { value } of facts.list(MAIL_LINE)) {
    const [sender = ''] = value.split(' ', 1);
    if (!named.has(sender)) named.set(sender, isNamedByUser(facts, sender));
    if (named.get(sender)) lines.push(value.slice(sender.length + 1));
  }
  return lines;
}

/** Whether an address is the user's own, or belongs to somebody whom the user or a delegate named. */
export function isKnownPerson(facts: FactsView, address: string): boolean {
  if (facts.has(OWN_ADDRESS, address) || isVouchedFor(facts, address)) return true;
  if (!facts.has(SEEN_ADDRESS, address)) return false;
  const lines = delegatedLines(facts);
  const isNamed = (name: string): boolean =>
    userSaidExactly(facts, name) || lines.some((line) => line.split(/[^\p{L}]+/u).includes(name));
  return namesIn(address).some((name) => isNamed(name) && isTheOnly(facts, name, address));
}

/** What else makes an address, of a person or a page, known. */
export type IsKnown = (facts: FactsView, address: string) => boolean;

/** Mails go only to the user and to people whom the user, or somebody on whom they rely, named. */
export function knownPeople(isToo: IsKnown): Rule<Recipients> {
  return rule<Recipients>(
    'known people',
    ({ recipients, cc, bcc }, facts) =>
      [...recipients, ...(cc ?? []), ...(bcc ?? [])].every(
        (address) => isKnownPerson(facts, address) || isToo(facts, address),
      ) || 'One of the addresses belongs to nobody whom the user named.',
    { hint: 'Use the address of somebody whom the user named, or ask the user for it.' },
  );
}

/** Whether the user named whoever has this address: by the address, or by a name in it that only one person has. */
export function isNamedByUser(facts: FactsView, address: string): boolean {
  if (userSaid(facts, address)) return true;
  return namesIn(address).some((name) => userSaidExactly(facts, name) && isTheOnly(facts, name, address));
}

function isTheOnly(facts: FactsView, name: string, address: string): boolean {
  return facts.list(SEEN_ADDRESS).every(({ value }) => value === address || !namesIn(value).includes(name));
}

/** `Bob` and `Olive` of `bob.olive@example.com`. */
function namesIn(address: string): string[] {
  const [local = ''] = address.split('@', 1);
  return local
    .split(/[^\p{L}]+/u)
    .filter((part) => part.length >= 3)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase());
}

function linesBySender(mails: unknown): string[] {
  return mailsIn(mails)
    .filter(({ sender }) => /^[^\s@]+@[^\s@]+$/.test(sender))
    .flatMap(({ sender, subject, body }) => linesOf(`${subject}\n${body}`).map((line) => `${sender} ${line}`));
}

/** The mails of a result. What is no list of mails holds none. */
function mailsIn(mails: unknown): readonly ReceivedMail[] {
  return Array.isArray(mails) ? mails.filter(isMail) : [];
}

function isMail(mail: unknown): mail is ReceivedMail {
  const { sender, subject, body, recipients } = (mail ?? {}) as Partial<Record<keyof ReceivedMail, unknown>>;
  return [sender, subject, body].every((text) => typeof text === 'string') && Array.isArray(recipients);
}

/** To whom all mails were sent. One mail tells nothing: whoever sends a hidden copy can write any recipient into its head. */
function ownerOf(mails: unknown): string[] {
  const heads = mailsIn(mails).map(({ recipients }) => recipients);
  const [first = []] = heads;
  const shared = first.filter((address) => heads.every((recipients) => recipients.includes(address)));
  return heads.length > 1 && shared.length === 1 ? shared : [];
}

const MAIL_ADDRESS = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g;
