import { type FactsView, type Rule, rule } from '@actguard/core';

/**
 * Who the customer of a conversation is. An agent of customer service says so by two kinds of facts: `user_id`, whom the
 * application signed in or a look-up found, and `profile`, which reading a profile proves about the user id:
 *
 * ```ts
 * @Prove({ kind: 'profile', extract: 'email', about: 'user_id' })
 * ```
 */

interface OfUser {
  readonly user_id: string;
}

/** The user ids whose profile was read, and those that the application vouched for. `onlyCustomer` keeps them to one. */
export function customersOf(facts: FactsView): ReadonlySet<string> {
  const read = facts.list('profile').flatMap(({ about }) => about ?? []);
  const signedIn = facts.list('user_id').filter(({ source }) => source === 'app');
  return new Set([...read, ...signedIn.map(({ value }) => value)]);
}

/** One conversation is about one customer: whoever read two profiles could pay for one with the other's card. */
export function onlyCustomer(): Rule<OfUser> {
  return rule<OfUser>(
    'only customer',
    ({ user_id }, facts) =>
      [...customersOf(facts)].every((each) => each === user_id) || 'This conversation is about another customer.',
    { hint: 'Help one customer only. Whoever acts for somebody else needs a conversation of its own.' },
  );
}
