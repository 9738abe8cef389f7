import type { RequestBody } from '@actguard/metering';
import { isRecord, recordOf } from './usage.js';

/** An object of a request that has a type. */
export type Part = Readonly<Record<string, unknown>>;

/** Deepest that blocks hold blocks: an image of a document of a result. What lies deeper is no request of the API. */
const MAX_DEPTH = 8;

/**
 * The content blocks of a request, with those that results and documents hold. Inputs of tools, schemas and texts are not looked
 * at: they are words of others, whatever they look like.
 */
export function blocksIn(body: RequestBody): readonly Part[] {
  return [body['system'], ...contentsOf(body)].flatMap((content) => nestedIn(content, 0));
}

/** Tools that messages add on the way. One that the request has defined already, and a message only names, is left out. */
export function addedTools(body: RequestBody): readonly Part[] {
  return contentsOf(body)
    .flatMap(listOf)
    .filter(({ type }) => type === 'tool_addition')
    .map(({ tool }) => recordOf(tool))
    .filter(({ type }) => type !== 'tool_reference')
    .map((tool) => (tool['type'] === 'tool_definition' ? recordOf(tool['definition']) : tool));
}

function contentsOf({ messages }: RequestBody): readonly unknown[] {
  return listOf(messages).map(({ content }) => content);
}

function nestedIn(content: unknown, depth: number): readonly Part[] {
  if (depth > MAX_DEPTH) return [];
  return listOf(content).flatMap((block) => [
    block,
    ...[block['content'], recordOf(block['source'])['content']].flatMap((inner) => nestedIn(inner, depth + 1)),
  ]);
}

function listOf(value: unknown): readonly Part[] {
  if (isRecord(value)) return [value];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
