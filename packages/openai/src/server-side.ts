import type { RequestBody } from '@actguard/metering';
import { isRecord } from './usage.js';

/** Tools that the application runs, or the model merely writes to. What is not listed may run at the provider. */
const CLIENT_TOOLS: ReadonlySet<unknown> = new Set(['function', 'custom', 'local_shell', 'apply_patch']);

/** Fields that bring in what the request does not hold. */
const STATE = ['previous_response_id', 'conversation', 'prompt', 'background', 'context_management'];

/** Tools of a request that the provider runs, and bills. */
export function serverToolsOf(body: RequestBody): readonly string[] {
  const found = toolsIn(body['tools']);
  if (isRecord(body['web_search_options'])) found.push('web_search');
  // These models search for every question.
  if (typeof body['model'] === 'string' && /-search-(?:preview|api)/.test(body['model'])) found.push(body['model']);
  // Tools can come with the input too.
  if (Array.isArray(body['input']))
    for (const item of body['input']) if (isRecord(item) && 'tools' in item) found.push(...toolsIn(item['tools']));
  return found;
}

function toolsIn(tools: unknown): string[] {
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool) => {
    if (!isRecord(tool)) return [];
    if (tool['type'] === 'namespace') return toolsIn(tool['tools']);
    return CLIENT_TOOLS.has(tool['type']) ? [] : [String(tool['type'])];
  });
}

/** Why the size of a request for the Responses API says nothing about its input; `undefined` where it does. */
export function whyNotStateless(body: RequestBody): string | undefined {
  const field = STATE.find((name) => body[name] !== undefined && body[name] !== null && body[name] !== false);
  if (field !== undefined) return `${field} brings in what the request does not hold`;
  const { input } = body;
  if (!Array.isArray(input)) return undefined;
  for (const item of input) {
    const reference = referenceIn(item);
    if (reference !== undefined) return `${reference} brings in what the request does not hold`;
  }
  return undefined;
}

/** What an item of the input is, where it stands for what the provider keeps. */
function referenceIn(item: unknown): string | undefined {
  if (!isRecord(item)) return undefined;
  const { type, role, content, encrypted_content: encrypted } = item;
  if (type === 'item_reference') return 'item_reference';
  // Without a type it is a message, if it has what a message has; else it is a reference.
  if (type === undefined || type === null)
    return isGiven(role) && isGiven(content) ? undefined : 'item_reference (an item without type)';
  // Thoughts that the request does not hold are looked up by their id.
  if (type === 'reasoning' && (typeof encrypted !== 'string' || encrypted === ''))
    return 'reasoning without encrypted_content';
  return undefined;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
