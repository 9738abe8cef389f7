// What stands before the @ of an e-mail address. Bounded, so that a long text takes no longer than its length.
const EMAIL = /(?<![\w.+-])([\w.+-]{1,64})@[\w-]{1,63}\.\w/g;

/**
 * Account names that a customer typed as part of an e-mail address. Who forgot their user id gives their e-mail address
 * instead; the part before the `@` is then as much in the customer's own words as a user id that they type.
 */
export function accountNamesIn(text: string): string[] {
  return Array.from(text.matchAll(EMAIL), ([, name]) => name ?? '');
}
