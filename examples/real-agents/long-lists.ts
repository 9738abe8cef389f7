/** Of a long list the first ones are facts: whoever needs another one can search for it. */
export const MANY = { maxItems: 2000, onTooMany: 'truncate' } as const;
