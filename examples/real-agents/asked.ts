import { type Rule, rule } from '@actguard/core';

/**
 * What the user asked for. What cannot be undone is done only for users who spoke of it at all. That is no consent to each
 * single deletion, but a task that was to find out something deletes nothing, whatever a text says.
 *
 * The words are English; put in those of your users.
 */

/** Words of users who want something to be gone. */
const GONE = [
  'delete',
  'deleted',
  'deleting',
  'remove',
  'removed',
  'removing',
  'erase',
  'discard',
  'trash',
  'get rid of',
];

/** Words of users who want an appointment to be off. */
const OFF = ['cancel', 'canceled', 'cancelled', 'canceling', 'cancelling', 'call off'];

/** Only where the user spoke of deleting. */
export function askedToDelete<Args>(): Rule<Args> {
  return asked('asked to delete', GONE);
}

/** Only where the user spoke of cancelling, or of deleting. */
export function askedToCancel<Args>(): Rule<Args> {
  return asked('asked to cancel', [...OFF, ...GONE]);
}

function asked<Args>(name: string, words: readonly string[]): Rule<Args> {
  return rule<Args>(
    name,
    (_, facts) => words.some((word) => facts.mentioned(word, { match: 'loose' })) || 'The user did not ask for this.',
    { hint: 'Leave it as it is. Tell the user where you think that they want it.' },
  );
}
