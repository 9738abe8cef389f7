/** A JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A name in a path that the schema does not know. */
export interface UnknownName {
  readonly name: string;
  /** The path up to it. */
  readonly within: string;
  /** Names that the schema has there. */
  readonly known: readonly string[];
}

// What may add properties that `properties` does not list.
const OPENING = ['anyOf', 'oneOf', 'allOf', '$ref', 'patternProperties', 'if', 'dependencies', 'dependentSchemas'];

/** Names of the properties, where a schema knows all of them. */
export function namesIn(schema: unknown): ReadonlySet<string> | undefined {
  if (!isRecord(schema) || OPENING.some((keyword) => Object.hasOwn(schema, keyword))) return undefined;
  const { properties, additionalProperties } = schema;
  if (!isRecord(properties) || (additionalProperties !== undefined && additionalProperties !== false)) return undefined;
  return new Set(Object.keys(properties));
}

/** The first name in a path that the schema does not know; `undefined` where there is none, or where the schema is open. */
export function unknownName(schema: JsonSchema | undefined, path: string): UnknownName | undefined {
  let here: unknown = schema;
  let within = '';
  for (const segment of path.split('.')) {
    const [name = '', ...lists] = segment.split('[]');
    const names = namesIn(here);
    if (names === undefined) return undefined;
    if (!names.has(name)) return { name, within, known: [...names] };
    here = ((here as JsonSchema)['properties'] as JsonSchema)[name];
    for (const _ of lists) here = isRecord(here) ? here['items'] : undefined;
    within = within === '' ? segment : `${within}.${segment}`;
  }
  return undefined;
}

function isRecord(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
