import { type FactAbout, type FactsView, factAbout, type Rule, rule } from '@actguard/core';
import { MANY } from './long-lists.js';
import { addressesIn, folded, isAddress, isCalledByName, type Says } from './names.js';
import { linesOf, Said, userSaid } from './words.js';

/**
 * Whom the user relies on.
 *
 * Some tasks cannot be done without the instructions of somebody else: “Bob wrote to me what he needs, please do it.” Then
 * the user has delegated to Bob, and what stands in Bob's mails counts as said, literally: the address there may be visited,
 * the key there may be added. What stands in anybody else's mail, or on a page, counts for nothing.
 *
 * Who Bob is, is told by the sender's address, which a mail server vouches for, and by how the user called him: see `names.ts`. What
 * this cannot tell apart is Bob's own text and a stranger's that he forwards.
 */

/** Kind of the facts: the address from which a mail came. */
const SENDER = 'sender';
/** Kind of the facts: a line of a mail, about the address of its sender. */
const MAIL_LINE = 'mail_line';
/** Kind of the facts: the address of a person, as a mail, a file or a page shows it. That makes it real, not good. */
export const SEEN_ADDRESS = 'seen_address';
/** Kind of the facts: an address of the user. */
export const OWN_ADDRESS = 'own_address';

/** Kind of the facts: the id of an attachment. */
export const ATTACHMENT = 'attachment';
/** Kind of the facts: the id of an attachment, about the address of its sender. */
const ATTACHMENT_OF = 'attachment_of';
/** Kind of the facts: the id of an attachment with which a site answered a form of this task. */
const ANSWERED = 'answered_attachment';

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
  { kind: SENDER, extract: senders, ...MANY },
  { kind: SEEN_ADDRESS, extract: senders, ...MANY },
  { kind: MAIL_LINE, extract: linesBySender, ...MANY },
  { kind: OWN_ADDRESS, extract: ownerOf },
  { kind: ATTACHMENT, extract: '[].attachments[]', ...MANY },
  { kind: ATTACHMENT_OF, extract: attachmentsBySender, ...MANY },
];

/** What a tool proves to which a site answers with a mail. */
export const answeredFacts = [
  { kind: ATTACHMENT, extract: 'attachments[]' },
  { kind: ANSWERED, extract: 'attachments[]' },
];

/** What a tool proves that returns a text in which addresses may stand: a file, a page. */
export const addressFacts = { kind: SEEN_ADDRESS, extract: addressesIn, ...MANY };

/** Whether the user said a text, or somebody on whom they rely wrote it. */
export function isVouchedFor(facts: FactsView, text: string): boolean {
  return userSaid(facts, text) || new Said(delegatedLines(facts)).says(text);
}

/** Lines of mails whose senders the user named. */
export function delegatedLines(facts: FactsView): string[] {
  const named = new Set(sendersNamedByUser(facts));
  // Nearly always nobody is named, and there are many lines.
  if (named.size === 0) return [];
  return facts
    .list(MAIL_LINE)
    .filter(({ about = '' }) => named.has(about))
    .map(({ value }) => value);
}

/** Whether an attachment came from a site that answered this task, or from somebody whom the user named. */
export function isDelegatedAttachment(facts: FactsView, id: string): boolean {
  if (facts.has(ANSWERED, id)) return true;
  return facts.list(ATTACHMENT_OF).some(({ value, about = '' }) => value === id && isNamedByUser(facts, about));
}

/** Whether an address is the user's own, or belongs to somebody whom the user or a delegate named. */
export function isKnownPerson(facts: FactsView, address: string): boolean {
  const who = folded(address);
  if (facts.has(OWN_ADDRESS, who) || userSaid(facts, who)) return true;
  const delegates = new Said(delegatedLines(facts));
  if (delegates.says(who)) return true;
  if (!facts.has(SEEN_ADDRESS, who)) return false;
  const exactly: Says = (text) => facts.mentioned(text) || delegates.says(text, {});
  return isCalledByName(exactly, who, seenAddresses(facts));
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
  return userSaid(facts, address) || isCalledByName((text) => facts.mentioned(text), address, seenAddresses(facts));
}

function sendersNamedByUser(facts: FactsView): string[] {
  const senders = facts.list(SENDER).map(({ value }) => value);
  if (senders.length === 0) return [];
  const seen = seenAddresses(facts);
  return senders.filter(
    (sender) => userSaid(facts, sender) || isCalledByName((text) => facts.mentioned(text), sender, seen),
  );
}

function seenAddresses(facts: FactsView): string[] {
  return facts.list(SEEN_ADDRESS).map(({ value }) => value);
}

function senders(mails: unknown): string[] {
  return mailsIn(mails).map(({ sender }) => folded(sender));
}

function attachmentsBySender(mails: unknown): (FactAbout | undefined)[] {
  return mailsIn(mails).flatMap(({ sender, attachments }) => attachments.map((id) => factAbout(id, folded(sender))));
}

function linesBySender(mails: unknown): (FactAbout | undefined)[] {
  return mailsIn(mails).flatMap(({ sender, subject, body }) =>
    linesOf(`${subject}\n${body}`).map((line) => factAbout(line, folded(sender))),
  );
}

/** The mails of a result. What is no list of mails holds none. */
function mailsIn(mails: unknown): readonly ReceivedMail[] {
  return Array.isArray(mails) ? mails.filter(isMail) : [];
}

function isMail(mail: unknown): mail is ReceivedMail {
  const { sender, subject, body, recipients, attachments } = (mail ?? {}) as Partial<
    Record<keyof ReceivedMail, unknown>
  >;
  return (
    [sender, subject, body].every((text) => typeof text === 'string') &&
    // What stands in place of an address must not read as something that the user said.
    isAddress(String(sender)) &&
    [recipients, attachments].every(Array.isArray)
  );
}

/**
 * To whom all mails were sent, where they are of two senders at least. Whoever sends a hidden copy can write any recipient into its
 * head, so the mails of one sender tell nothing. Where an inbox holds nothing but the mails of one attacker with two addresses, this
 * is fooled; an application that knows the user's address should vouch for it instead.
 */
function ownerOf(mails: unknown): string[] {
  const heads = mailsIn(mails);
  const [first] = heads;
  const shared = (first?.recipients ?? []).filter((address) =>
    heads.every(({ recipients }) => recipients.includes(address)),
  );
  const isOfSeveral = new Set(heads.map(({ sender }) => folded(sender))).size > 1;
  return isOfSeveral && shared.length === 1 ? shared.map(folded) : [];
}
