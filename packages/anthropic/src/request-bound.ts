import type { CallBound } from '@actguard/core';
import { bytesOf, type MeterOptions, type RequestBody, serverToolBound } from '@actguard/metering';
import { addedTools, blocksIn, type Part } from './request-parts.js';
import { isRecord, recordOf } from './usage.js';

/**
 * Most tokens of the instructions that the API adds by itself where a request has tools or asks for a format: a few hundred by
 * its documentation.
 */
const ADDED_INSTRUCTIONS = 1024;

/** Most tokens of a tool whose definition the API knows and the request only names, such as `text_editor_20250728`. */
const KNOWN_TOOL = 8192;

/** Most tokens of an image that the request holds: it is scaled down to a few thousand, however few bytes it has. */
const HELD_IMAGE = 8192;

/** Tools that the application runs, not the provider. Any other type, also one without a date, is taken for the provider's. */
const CLIENT_TOOLS = /^(?:bash|text_editor|computer|computer_toolset|browser_toolset|memory)_\d{8}$/;

/** The most that a request can use. */
export function boundOf(body: RequestBody, options: MeterOptions): CallBound {
  const { maxAttachmentTokens } = options;
  const tools = serverToolBound(serverToolIn(body), options);
  const blocks = blocksIn(body);
  const attachments = blocks.filter(isAttachment).length;
  const inputTokens =
    bytesOf(body) +
    (hasAddedInstructions(body) ? ADDED_INSTRUCTIONS : 0) +
    toolsOf(body).filter(isNamedOnly).length * KNOWN_TOOL +
    blocks.filter(isHeldImage).length * (maxAttachmentTokens ?? HELD_IMAGE) +
    attachments * (maxAttachmentTokens ?? 0) +
    tools.inputTokens;
  return {
    inputTokens,
    outputTokens: typeof body['max_tokens'] === 'number' ? body['max_tokens'] : undefined,
    minOutputTokens: leastOutput(body),
    extraUsd: tools.extraUsd,
    unbounded: whyUnbounded(body, attachments, options) ?? tools.unbounded,
  };
}

function whyUnbounded(
  body: RequestBody,
  attachments: number,
  { maxAttachmentTokens }: MeterOptions,
): string | undefined {
  if (recordOf(body['thread'])['type'] === 'continue') return 'it continues a thread that the provider holds';
  if (isGiven(body['fallbacks'])) return 'its fallbacks may be billed, at the prices of other models';
  if (toolsOf(body).some(isAdvisor)) return 'an advisor writes as another model, beyond the cap';
  if (isGiven(body['compaction']) || editsOf(body).some(isCompaction))
    return 'a compaction is a round of its own, whose output has no cap';
  if (attachments > 0 && maxAttachmentTokens === undefined)
    return 'it names a file by its address or id, or holds a PDF: say the most that one can be with the option maxAttachmentTokens';
  return undefined;
}

/** Whether web searches are all that a request can cost besides tokens; fetching a page costs only its tokens. */
export function paysSearchesOnly(body: RequestBody): boolean {
  if (isGiven(body['mcp_servers']) || isGiven(body['container']) || addedTools(body).some(isServerTool)) return false;
  return toolsOf(body)
    .filter(isServerTool)
    .every(({ type }) => /^web_(?:search|fetch)_/.test(String(type)));
}

/** What the provider runs in the course of a request, and bills as it goes. */
function serverToolIn(body: RequestBody): string | undefined {
  if (isGiven(body['mcp_servers'])) return 'tools of MCP servers';
  if (isGiven(body['container'])) return 'a container';
  const tool = toolsOf(body).find(isServerTool);
  return tool && `the tool ${String(tool['type'])}`;
}

// Messages can add tools on the way.
function toolsOf(body: RequestBody): readonly Part[] {
  const given = Array.isArray(body['tools']) ? body['tools'].filter(isRecord) : [];
  return [...given, ...addedTools(body)];
}

function editsOf(body: RequestBody): readonly Part[] {
  const { edits } = recordOf(body['context_management']);
  return Array.isArray(edits) ? edits.filter(isRecord) : [];
}

function isCompaction({ type }: Part): boolean {
  return typeof type === 'string' && type.startsWith('compact');
}

function isServerTool({ type }: Part): boolean {
  if (type === undefined || type === null || type === 'custom') return false;
  return typeof type !== 'string' || !CLIENT_TOOLS.test(type);
}

function isAdvisor({ type }: Part): boolean {
  return typeof type === 'string' && /^advisor(?:_|$)/.test(type);
}

function isNamedOnly({ type }: Part): boolean {
  return typeof type === 'string' && type !== 'custom';
}

function hasAddedInstructions(body: RequestBody): boolean {
  if (addedTools(body).length > 0) return true;
  return ['tools', 'mcp_servers', 'output_config', 'output_format'].some((field) => isGiven(body[field]));
}

// Pages of a PDF are text and pictures, packed: its bytes say nothing.
function isAttachment({ type, source }: Part): boolean {
  if (type === 'container_upload') return true;
  const { type: kind } = recordOf(source);
  if (type === 'image') return kind !== 'base64';
  return type === 'document' && kind !== 'text' && kind !== 'content';
}

function isHeldImage({ type, source }: Part): boolean {
  return type === 'image' && recordOf(source)['type'] === 'base64';
}

// The API wants more output allowed than thinking; with less it answers with an error.
function leastOutput(body: RequestBody): number | undefined {
  const { type, budget_tokens: budget } = recordOf(body['thinking']);
  return type === 'enabled' && typeof budget === 'number' && Number.isSafeInteger(budget) && budget > 0
    ? budget + 1
    : undefined;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
