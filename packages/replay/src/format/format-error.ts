import type * as v from 'valibot';

/** A value is of a known format, and not as that format says. Its message is the rest of a sentence, free of the content. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

/** What is wrong first, by its place and not by its content. */
export function wrongShape(issues: readonly v.BaseIssue<unknown>[]): FormatError {
  const [issue] = issues;
  const path = (issue?.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  const place = path === '' ? 'the value' : `"${path.replace(/^\./, '')}"`;
  return new FormatError(`is wrong in ${place}: ${issue?.expected ?? 'another shape'} was expected`);
}
