import { type FactsView, type Rule, rule } from '@actguard/core';
import { centsIn, toCents } from './amounts.js';
import { PAYING } from './asked.js';
import { isFileOfUser, isSentFor } from './files.js';
import { accountsIn, compact } from './ibans.js';
import { MANY } from './long-lists.js';
import { addressesIn, folded } from './names.js';
import { hostOf } from './sites.js';
import { linksIn } from './web.js';
import { userSaid } from './words.js';

/**
 * What a document may ask for that the user sent the agent to fetch: a bill says where to pay, a handout where to read on.
 *
 * Whoever wrote the document is trusted with that one thing, and only as long as it is one: a second account number, or a
 * second link, and nobody can tell which one the user's business is and which was slipped in. Then neither is a fact.
 * Against somebody who wrote the whole document this does not help, as it does not help a person with a forged bill.
 */

/** Kind of the facts: the one account in a document, about where that came from. */
const PAYEE = 'payee';
/** Kind of the facts: an amount in a document, in cents, about where that came from. */
const SUM = 'sum';
/** Kind of the facts: the one link in a document, about where that came from. */
const READ_ON = 'read_on';
/** Kind of the facts: the one address in a document, behind a label, about where that came from. */
const CONTACT = 'contact';

/** What reading a file proves about its path. */
export const documentFacts = [
  { kind: PAYEE, about: 'path' as const, extract: onlyAccount },
  { kind: SUM, about: 'path' as const, extract: sums, ...MANY },
  { kind: READ_ON, about: 'path' as const, extract: onlyLink },
  { kind: CONTACT, about: 'path' as const, extract: onlyAddress },
];

/** What a site proves that answers a form with a mail. */
export const answerFacts = [
  { kind: PAYEE, about: 'url' as const, extract: (mail: unknown) => onlyAccount(partOf(mail, 'body')) },
  { kind: SUM, about: 'url' as const, extract: (mail: unknown) => sums(partOf(mail, 'body')), ...MANY },
  { kind: CONTACT, about: 'url' as const, extract: (mail: unknown) => folded(partOf(mail, 'sender')) },
];

interface Payment {
  readonly recipient: string;
  readonly amount: number | string;
}

/** A payment that the user asked for: to an account that they said, or account and sum from one document. */
export function billedPayment(): Rule<Payment> {
  return rule<Payment>(
    'billed payment',
    ({ recipient, amount }, facts) => {
      if (userSaid(facts, recipient)) return true;
      if (!PAYING.some((word) => userSaid(facts, word))) return 'The user asked for no payment.';
      const cents = String(toCents(Number(amount)));
      const billed = facts
        .list(PAYEE)
        .filter(({ value, about = '' }) => value === compact(recipient) && isFetched(facts, about))
        .some(({ about }) => facts.list(SUM).some((sum) => sum.about === about && sum.value === cents));
      return billed || 'No bill that the user asked for says this account and this amount.';
    },
    { hint: 'Pay what one bill says, to whom it says, or ask the user for account and amount.' },
  );
}

/** Whether an address is the one link of a document that the user sent the agent to fetch. */
export function isReadOn(facts: FactsView, url: string): boolean {
  return facts.list(READ_ON).some(({ value, about = '' }) => hostOf(value) === hostOf(url) && isFetched(facts, about));
}

/** Whether an address is the only one in a file that the user named, behind a label, or that of a site that answered a form of this task. */
export function isContact(facts: FactsView, address: string): boolean {
  return facts
    .list(CONTACT)
    .some(
      ({ value, about = '' }) => value === folded(address) && (!about.startsWith('/') || isFileOfUser(facts, about)),
    );
}

/** The document is a file for which the user sent, or the answer of a site where the task was allowed to go. */
function isFetched(facts: FactsView, source: string): boolean {
  return source.startsWith('/') ? isSentFor(facts, source) : true;
}

function onlyAccount(text: unknown): string[] {
  return only(accountsIn(textOf(text)));
}

function onlyLink(text: unknown): string[] {
  return only(linksIn(textOf(text)));
}

// Behind a label, as in a profile: “Send all to …” is an order, and no contact.
function onlyAddress(text: unknown): string[] {
  return only(addressesIn(text)).filter((address) =>
    Array.from(textOf(text).matchAll(LABELLED), ([, labelled = '']) => folded(labelled)).some((labelled) =>
      labelled.startsWith(address),
    ),
  );
}

const LABELLED = /\b(?:e-?mail|mail|contact)(?:[ \t]+address)?[ \t"*]*(?::|=|[ \t]is[ \t])[ \t"*<]*(\S+@\S+)/gi;

function sums(text: unknown): number[] {
  return centsIn(textOf(text));
}

function only(found: readonly string[]): string[] {
  const different = new Set(found);
  return different.size === 1 ? [...different] : [];
}

function textOf(text: unknown): string {
  return typeof text === 'string' ? text : '';
}

function partOf(mail: unknown, part: 'sender' | 'body'): string {
  return typeof mail === 'object' && mail !== null ? textOf((mail as Record<string, unknown>)[part]) : '';
}
