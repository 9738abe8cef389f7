/** Longest text that can be an id, in UTF-16 code units. */
export const MAX_ID_LENGTH = 1024;

// The smallest number with more digits than an id may have: comparing is cheap, writing a huge bigint out is not.
const BIGINT_BOUND = 10n ** BigInt(MAX_ID_LENGTH - 1);

/**
 * The text by which two ids are compared, so that `5`, `5n` and `'5'` are one id.
 *
 * Ids are non-empty strings of at most `MAX_ID_LENGTH` characters, safe integers (`-0` is `0`) and bigints of that size.
 *
 * @returns undefined for everything else (`''`, `NaN`, fractions, booleans, `null`, objects, symbols): it can neither be
 * proven nor satisfy a rule. Never throws.
 */
export function idText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.length > 0 && value.length <= MAX_ID_LENGTH ? value : undefined;
    case 'number':
      return Number.isSafeInteger(value) ? String(value) : undefined;
    case 'bigint':
      return value < BIGINT_BOUND && value > -BIGINT_BOUND ? String(value) : undefined;
    default:
      return undefined;
  }
}
