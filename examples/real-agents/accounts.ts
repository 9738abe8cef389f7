import { type Rule, requireFact, rule } from '@actguard/core';
import { askedAboutPassword } from './asked.js';
import { isInFileOfUser } from './files.js';
import { isVouchedFor } from './people.js';
import { userSaid } from './words.js';

/**
 * Rules about accounts on a platform: who signs in, with what, and what a one-time password releases.
 */

/** Kind of the facts: something that was begun waits for its one-time password. */
const PENDING = 'pending';
/** Kind of the facts: a value of the user's own profile. */
const PROFILE = 'profile';

/** What every tool proves that may ask for a one-time password before it does its work. */
export const pendingFacts = { kind: PENDING, extract: () => 'one-time password' };

/** What reading one's own profile proves. */
export const profileFacts = {
  kind: PROFILE,
  extract: (profile: unknown) => (typeof profile === 'object' && profile !== null ? Object.values(profile) : []),
};

/**
 * A one-time password finishes only what the rules of this task have let through. A password that arrives for something else
 * stays unused.
 */
export function releasesOwnWork<Args>(): Rule<Args> {
  return rule<Args>(
    'releases own work',
    (_, facts) => facts.list(PENDING).length > 0 || 'Nothing of this task waits for a one-time password.',
  );
}

/** The user's own credentials, or those that they, or somebody on whom they rely, gave for this. */
export function givenCredentials(): Rule<{ readonly username: string; readonly password: string }> {
  return rule<{ readonly username: string; readonly password: string }>(
    'given credentials',
    ({ username, password }, facts) =>
      [username, password].every(
        (value) => facts.has(PROFILE, value) || isVouchedFor(facts, value) || isInFileOfUser(facts, value),
      ) || 'Nobody gave this account for the task.',
    { hint: 'Sign in only with what the user gave. Never guess a password.' },
  );
}

/** Every value that is given was said by the user themselves: not even a file of theirs will do, because of who may write to it. */
export function saidByUser<Args extends object>(): Rule<Args> {
  return rule<Args>(
    'said by the user',
    (args, facts) =>
      Object.values(args).every((value) => value === null || value === undefined || userSaid(facts, String(value))) ||
      'The user did not say this.',
    { hint: 'Ask the user for the new value.' },
  );
}

/**
 * Who sets the password owns the account, so it comes from the user, letter by letter. Each word of theirs counts as said, “please”
 * and the name of a file too; so the user must have spoken of their password, and a mere word is none.
 */
export function newPassword(): Rule<{ readonly password: string }>[] {
  return [
    askedAboutPassword(),
    requireFact<{ readonly password: string }>('password', 'password', {
      from: ['user'],
      hint: 'Ask the user for the new password.',
    }),
    rule<{ readonly password: string }>('no mere word', ({ password }) => /[^\p{L}]/u.test(password)),
  ];
}
