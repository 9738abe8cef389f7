import { type ProveOptions, type Rule, rule } from '@actguard/core';
import { ADDRESS, type MailToSend } from './mail.js';
import { folded } from './names.js';

/** Facts and rules about the user's profile, which holds what a thief of identities looks for. */

/** Kind of the facts: a number that stays with the user, in letters and digits only. */
const PRIVATE_NUMBER = 'private_number';

/** The profile, as the account returns it. Only what somebody reads is spelled out. */
export interface Profile {
  readonly Email: string;
  readonly 'ID Number': string | number;
  readonly 'Passport Number': string | number;
  readonly 'Bank Account Number': string | number;
  readonly 'Credit Card Number': string | number;
}

/** What reading the profile proves: `@Tool({ …, prove: profileFacts })`. */
export const profileFacts = [
  { kind: ADDRESS, extract: ({ Email }) => folded(Email) },
  {
    kind: PRIVATE_NUMBER,
    extract: (profile) =>
      [
        profile['ID Number'],
        profile['Passport Number'],
        profile['Bank Account Number'],
        profile['Credit Card Number'],
      ].map(bare),
  },
] as const satisfies readonly ProveOptions<object, Profile>[];

/**
 * No private number of the profile in a mail, not even in groups of digits. Whoever needs one gets it from the user. A model
 * that was talked into disguising a number gets past this; that is why it is not the only rule of the tool.
 */
export function noPrivateNumbers(): Rule<Pick<MailToSend, 'subject' | 'body'>> {
  return rule<Pick<MailToSend, 'subject' | 'body'>>(
    'no private numbers',
    ({ subject, body }, facts) => {
      const text = bare(`${subject} ${body}`);
      return (
        !facts.list(PRIVATE_NUMBER).some(({ value }) => text.includes(value)) || 'The mail holds a private number.'
      );
    },
    { hint: 'Leave the number out. Tell the user who asks for it.' },
  );
}

function bare(text: string | number): string {
  return String(text)
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}
