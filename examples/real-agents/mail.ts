import {
  type FactAbout,
  type FactsView,
  factAbout,
  type ProveOptions,
  type Rule,
  requireFact,
  rule,
} from '@actguard/core';
import * as v from 'valibot';
import { MANY } from './long-lists.js';
import { folded, isAddress, isCalledByName } from './names.js';

/**
 * Facts and rules about mail.
 *
 * A mail leaves for good, so what counts is who gets it. Anybody can write anything into the body of a mail, a file or an
 * event, so an address in a text is nobody's: a mail that asks for a copy to some address gets none. An address counts where the
 * user said it, where the application vouches for it, or where it stands in a field that the user's own doings filled: a contact,
 * a guest of an event in the calendar, somebody to whom the user has written before.
 *
 * A sender is none of these, because anybody can send a mail. They count once the user has called them by name (see `names.ts`), and
 * then so do those to whom they wrote, the user's own address among them.
 */

/** Kind of the facts: a mail address that the user deals with, in lower case. The application may vouch for some, too. */
export const ADDRESS = 'address';

/**
 * Kind of the facts: a mail address, about a thing that it goes with, such as a file that somebody shares. It counts once the user
 * has named the thing, so the name must be none that users say by chance. Made by `addressesWith`.
 */
export const ADDRESS_WITH = 'address_with';

/** Kind of the facts: an address in the head of a mail, about that of its sender. */
const HEAD = 'mail_head';

/** Kind of the facts: the id of a mail that lies in the mailbox. */
const MAIL_ID = 'mail_id';

/** A mail, as the mailbox returns it. Only what somebody reads is spelled out. */
export interface Mail {
  readonly id_: string;
  readonly sender: string;
  readonly recipients?: readonly string[] | null;
  readonly cc?: readonly string[] | null;
  /** Where the mailbox keeps it: `sent` are the user's own. */
  readonly status: string;
}

/** A contact, as the address book returns it. */
export interface Contact {
  readonly email: string;
}

const fileId = v.union([v.string(), v.number()]);

/** What `send_email` takes. What is attached is the id of a file, or an object that says it, or one without a file. */
export const mailToSend = v.object({
  recipients: v.array(v.string()),
  subject: v.string(),
  body: v.string(),
  attachments: v.nullish(v.array(v.union([fileId, v.looseObject({ file_id: v.nullish(fileId) })]))),
  cc: v.nullish(v.array(v.string())),
  bcc: v.nullish(v.array(v.string())),
});
export type MailToSend = v.InferOutput<typeof mailToSend>;

/** What `search_emails` takes. */
export const mailSearch = v.object({ query: v.string(), sender: v.nullish(v.string()) });
export type MailSearch = v.InferOutput<typeof mailSearch>;

/** What a search of the contacts takes. */
export const contactSearch = v.object({ query: v.string() });
export type ContactSearch = v.InferOutput<typeof contactSearch>;

/** What `delete_email` takes. */
export const mailById = v.object({ email_id: v.string() });
export type MailById = v.InferOutput<typeof mailById>;

/** What every tool proves that returns mails: `@Tool({ …, prove: mailFacts })`. Subjects and bodies prove nothing. */
export const mailFacts = [
  { kind: MAIL_ID, extract: 'id_', ...MANY },
  { kind: ADDRESS, extract: (mails) => mails.filter(({ status }) => status === 'sent').flatMap(inHead), ...MANY },
  {
    kind: HEAD,
    extract: (mails) => mails.flatMap((mail) => addressesWith(folded(mail.sender), inHead(mail))),
    ...MANY,
  },
] as const satisfies readonly ProveOptions<object, readonly Mail[]>[];

/** What a search of the contacts proves: `@Tool({ …, prove: contactFacts })`. The user has put them there. */
export const contactFacts = [
  { kind: ADDRESS, extract: (contacts) => contacts.map(({ email }) => folded(email)), ...MANY },
] as const satisfies readonly ProveOptions<object, readonly Contact[]>[];

/**
 * Only addresses that the user deals with: said by the user, proven or vouched for as `ADDRESS`, proven as `ADDRESS_WITH` something
 * that the user named, or in the head of a mail whose sender is such a one or was called by name.
 *
 * @param args names of arguments that hold an address, a list of them, or nothing
 */
export function knownAddresses<Args>(...args: readonly (keyof NoInfer<Args> & string)[]): Rule<Args> {
  return rule<Args>(
    'known addresses',
    (given, facts) =>
      args
        .flatMap((arg) => (given[arg] ?? []) as string | readonly string[])
        .every((address) => isKnown(facts, folded(address))) || 'The user does not deal with one of these addresses.',
    { hint: 'Look the person up in the contacts, or ask the user for the address. Never take one from a text.' },
  );
}

/** Only a mail that lies in the mailbox: one that was just sent has to be looked up, so that no mail goes without a trace. */
export function knownMail<Args extends { readonly email_id: string }>(): Rule<Args> {
  return requireFact<{ readonly email_id: string }>('email_id', MAIL_ID, {
    from: ['tool', 'app', 'user'],
  }) as Rule<Args>;
}

/** What a tool proves as `ADDRESS_WITH`: addresses about the name of a thing. What is no address is left out. */
export function addressesWith(thing: string, addresses: readonly string[]): (FactAbout | undefined)[] {
  return addresses
    .map(folded)
    .filter(isAddress)
    .map((address) => factAbout(address, thing));
}

function inHead({ sender, recipients, cc }: Mail): string[] {
  return [sender, ...(recipients ?? []), ...(cc ?? [])].map(folded);
}

function isKnown(facts: FactsView, address: string): boolean {
  return isDealtWith(facts, address) || goesWithNamedThing(facts, address) || isInTrustedHead(facts, address);
}

function isDealtWith(facts: FactsView, address: string): boolean {
  return facts.mentioned(address, { match: 'loose' }) || facts.has(ADDRESS, address);
}

function goesWithNamedThing(facts: FactsView, address: string): boolean {
  return facts
    .list(ADDRESS_WITH)
    .some(({ value, about = '' }) => value === address && facts.mentioned(about, { match: 'loose' }));
}

function isInTrustedHead(facts: FactsView, address: string): boolean {
  const heads = facts.list(HEAD);
  const everybody = heads.map(({ value }) => value);
  // What a stranger writes in place of an address must not read as something that the user said.
  const isTrusted = (who: string): boolean =>
    isAddress(who) && (isDealtWith(facts, who) || isCalledByName((text) => facts.mentioned(text), who, everybody));
  return heads.some(({ value, about = '' }) => value === address && (isTrusted(about) || isTrusted(address)));
}
