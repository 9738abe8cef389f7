/**
 * Fields of an answer by their names in camelCase. Gateways write `reserve_id`, or `ReserveID`; where both are there, the latter
 * counts.
 */
export function answerFields<Name extends string>(body: unknown, names: readonly Name[]): { [N in Name]?: unknown } {
  const fields: { [N in Name]?: unknown } = {};
  if (typeof body !== 'object' || body === null) return fields;
  for (const name of names) {
    const found = spellingsOf(name).find((spelling) => Object.hasOwn(body, spelling) && !isNothing(body, spelling));
    if (found !== undefined) fields[name] = (body as Record<string, unknown>)[found];
  }
  return fields;
}

function isNothing(body: object, name: string): boolean {
  const value = (body as Record<string, unknown>)[name];
  return value === null || value === '';
}

function spellingsOf(camelCase: string): string[] {
  const words = camelCase.split(/(?=[A-Z])/);
  const capital = words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  const initials = capital.map((word) => (word === 'Id' || word === 'Url' ? word.toUpperCase() : word));
  return [initials.join(''), capital.join(''), words.join('_').toLowerCase(), camelCase];
}
