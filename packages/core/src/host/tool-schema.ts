import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { JsonSchema } from '../agent/schema-names.js';

/** JSON Schema (draft-07) of a tool's arguments, or why there is none. */
export type JsonSchemaOrReason =
  | { readonly schema: JsonSchema }
  | { readonly schema: undefined; readonly reason: string };

const ANY_OBJECT = Object.freeze({ type: 'object', properties: {}, additionalProperties: true });

interface JsonSchemaConverter {
  readonly jsonSchema?: { readonly input?: (options: { target: string }) => unknown };
}

/** Describes the arguments of a tool for a model. A schema without a converter makes no error before it is asked for. */
export async function describeInput(input: StandardSchemaV1 | undefined): Promise<JsonSchemaOrReason> {
  if (input === undefined) return { schema: ANY_OBJECT };
  const standard = input['~standard'] as StandardSchemaV1['~standard'] & JsonSchemaConverter;
  try {
    if (typeof standard.jsonSchema?.input === 'function')
      return { schema: withoutDialect(standard.jsonSchema.input({ target: 'draft-07' })) };
    if (standard.vendor === 'valibot') return { schema: withoutDialect(await fromValibot(input)) };
  } catch (error) {
    return {
      schema: undefined,
      reason: `its schema has no JSON Schema: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  return { schema: undefined, reason: `schemas of ${standard.vendor} do not describe themselves as JSON Schema` };
}

// Every model reads the same dialect, and each tool would pay for its address.
function withoutDialect(described: unknown): Record<string, unknown> {
  const { $schema: _, ...schema } = described as Record<string, unknown>;
  return schema;
}

async function fromValibot(input: StandardSchemaV1): Promise<unknown> {
  let converter: typeof import('@valibot/to-json-schema');
  try {
    converter = await import('@valibot/to-json-schema');
  } catch {
    throw new Error('install @valibot/to-json-schema to describe valibot schemas');
  }
  return converter.toJsonSchema(input as never, {
    errorMode: 'ignore',
    typeMode: 'input',
    // The converter writes a loose object as one that knows all of its properties.
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      valibotSchema.type === 'loose_object' ? { ...jsonSchema, additionalProperties: true } : undefined,
  });
}
