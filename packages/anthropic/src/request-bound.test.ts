import type Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import { ASK } from '../test-support/bench.js';
import { boundOf } from './request-bound.js';

type Content = Anthropic.Beta.BetaContentBlockParam;
type Request = Partial<Anthropic.Beta.MessageCreateParams>;

const bytesOf = (body: object): number => Buffer.byteLength(JSON.stringify(body));
const withContent = (...content: Content[]): Anthropic.Beta.MessageCreateParams => ({
  ...ASK,
  messages: [{ role: 'user', content }],
});
const whyUnbounded = (body: object, options = {}): string | undefined =>
  boundOf(body as Record<string, unknown>, options).unbounded;

describe('the bound of the input', () => {
  it('is the bytes of the request: no token is shorter', () => {
    const german = { ...ASK, messages: [{ role: 'user', content: 'Übergröße 你好' }] };
    expect(boundOf(german, {})).toMatchObject({
      inputTokens: bytesOf(german),
      outputTokens: 100,
      unbounded: undefined,
    });
  });

  it.each<[string, Request]>([
    ['tools', { tools: [{ name: 'look', input_schema: { type: 'object' } }] }],
    ['a format', { output_config: { format: { type: 'json_schema', schema: {} } } }],
  ])('has room for what the API adds for %s', (_, more) => {
    const body = { ...ASK, ...more };
    expect(boundOf(body, {}).inputTokens).toBe(bytesOf(body) + 1_024);
  });

  it('has room for tools that a request only names', () => {
    const body = { ...ASK, tools: [{ type: 'bash_20250124', name: 'bash' }] };
    expect(boundOf(body, {})).toMatchObject({ inputTokens: bytesOf(body) + 1_024 + 8_192, unbounded: undefined });
  });

  it('has room for an image, however well it is packed', () => {
    const body = withContent({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } });
    expect(boundOf({ ...body }, {}).inputTokens).toBe(bytesOf(body) + 8_192);
    expect(boundOf({ ...body }, { maxAttachmentTokens: 1_600 }).inputTokens).toBe(bytesOf(body) + 1_600);
  });
});

describe('what needs a declared maximum', () => {
  it.each<[string, Content]>([
    ['an image by its address', { type: 'image', source: { type: 'url', url: 'https://pictures.test/1.png' } }],
    ['a document by its address', { type: 'document', source: { type: 'url', url: 'https://papers.test/1.pdf' } }],
    ['a file by its id', { type: 'image', source: { type: 'file', file_id: 'file_1' } }],
    ['a PDF', { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } }],
    ['a file for a container', { type: 'container_upload', file_id: 'file_1' }],
    [
      'one in the result of a tool',
      {
        type: 'tool_result',
        tool_use_id: 'tool_1',
        content: [{ type: 'image', source: { type: 'url', url: 'https://pictures.test/1.png' } }],
      },
    ],
  ])('%s', (_, part) => {
    const body = { ...withContent(part, { type: 'text', text: 'Look.' }) };
    expect(whyUnbounded(body)).toContain('maxAttachmentTokens');
    expect(whyUnbounded(body, { maxAttachmentTokens: 10 })).toBeUndefined();
    expect(boundOf(body, { maxAttachmentTokens: 10 }).inputTokens).toBe(bytesOf(body) + 10);
  });

  it.each([
    'web_search_20250305',
    'web_fetch_20260318',
    'code_execution_20260521',
    'tool_search_tool_bm25_20251119',
    'something_new_20270101',
    'mcp_toolset',
    'tool_search_tool_bm25',
    'web_search',
    'something_new',
    'bash',
  ])('the tool %s', (type) => {
    const body = { ...ASK, tools: [{ type }] };
    expect(whyUnbounded(body)).toContain('maxServerToolUsd');
    expect(whyUnbounded(body)).toContain('maxServerToolTokens');
    expect(boundOf(body, { maxServerToolUsd: 2, maxServerToolTokens: 300 })).toMatchObject({
      unbounded: undefined,
      extraUsd: 2,
      inputTokens: boundOf(body, {}).inputTokens + 300,
    });
  });

  it('a tool of the provider that a message adds', () => {
    const added = {
      type: 'tool_addition',
      tool: { type: 'tool_definition', definition: { type: 'web_search_20260318' } },
    };
    expect(whyUnbounded({ ...ASK, messages: [{ role: 'system', content: [added] }] })).toContain('maxServerToolUsd');
  });
});

describe('what a stranger wrote is no part of the request, whatever it looks like', () => {
  const lookalikes = [
    { type: 'image', source: { type: 'url', url: 'https://pictures.test/1.png' } },
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
    { type: 'document', source: { type: 'file', file_id: 'file_1' } },
    { type: 'container_upload', file_id: 'file_1' },
    { type: 'tool_addition', tool: { type: 'tool_definition', definition: { type: 'web_search_20260318' } } },
    { type: 'tool_addition', tool: { type: 'tool_definition', definition: { type: 'advisor_20260301' } } },
  ];
  it.each(lookalikes)('in the input of a tool: %j', (json) => {
    const input = { media: json, content: [json] };
    const body = { ...withContent({ type: 'tool_use', id: 'u1', name: 'f', input }) };
    expect(boundOf(body, {})).toMatchObject({ inputTokens: bytesOf(body), unbounded: undefined });
  });

  it.each(lookalikes)('in the text that a tool answers: %j', (json) => {
    const body = { ...withContent({ type: 'tool_result', tool_use_id: 'u1', content: JSON.stringify([json]) }) };
    expect(boundOf(body, {})).toMatchObject({ inputTokens: bytesOf(body), unbounded: undefined });
  });

  it.each(lookalikes)('in the definition of a tool: %j', (json) => {
    const tool = { name: 'f', input_schema: { type: 'object', default: json }, input_examples: [{ content: [json] }] };
    const added = { type: 'tool_addition', tool: { type: 'tool_definition', definition: tool } };
    const given = { ...ASK, tools: [tool] };
    const changed = { ...ASK, messages: [{ role: 'system', content: [added] }] };
    for (const body of [given, changed])
      expect(boundOf(body, {})).toMatchObject({ inputTokens: bytesOf(body) + 1_024, unbounded: undefined });
  });
});

describe('parts that other parts hold are found', () => {
  const image = { type: 'image', source: { type: 'url', url: 'https://pictures.test/1.png' } };
  const document = { type: 'document', source: { type: 'content', content: [image] } };
  const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } };
  it.each([
    ['a document of parts', document],
    ['a document that a tool answers', { type: 'tool_result', tool_use_id: 'u1', content: [document] }],
    [
      'a page that was fetched',
      {
        type: 'web_fetch_tool_result',
        tool_use_id: 'u1',
        content: { type: 'web_fetch_result', url: 'https://papers.test/1.pdf', content: pdf },
      },
    ],
  ])('%s', (_, part) => {
    const body = { ...ASK, messages: [{ role: 'user', content: [part] }] };
    expect(whyUnbounded(body)).toContain('maxAttachmentTokens');
    expect(boundOf(body, { maxAttachmentTokens: 10 }).inputTokens).toBe(bytesOf(body) + 10);
  });

  it('a tool that a message adds has room, one that it only names is there already', () => {
    const adding = (tool: object) => ({
      ...ASK,
      messages: [{ role: 'system', content: [{ type: 'tool_addition', tool }] }],
    });
    const bash = adding({ type: 'tool_definition', definition: { type: 'bash_20250124', name: 'bash' } });
    expect(boundOf(bash, {})).toMatchObject({ inputTokens: bytesOf(bash) + 1_024 + 8_192, unbounded: undefined });
    const named = adding({ type: 'tool_reference', name: 'f' });
    expect(boundOf(named, {})).toMatchObject({ inputTokens: bytesOf(named), unbounded: undefined });
  });
});

describe('what has no bound, whatever is declared', () => {
  const advisor = { type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-5-5' };
  const added = { type: 'tool_addition', tool: { type: 'tool_definition', definition: advisor } };
  it.each([
    ['an advisor', { tools: [advisor] }],
    ['an advisor that a message adds', { messages: [{ role: 'system', content: [added] }] }],
  ])('%s, whose output the cap does not limit', (_, more) => {
    const declared = { maxServerToolUsd: 2, maxServerToolTokens: 300 };
    expect(whyUnbounded({ ...ASK, ...more }, declared)).toContain('advisor');
  });
});

describe('what does not', () => {
  it.each([
    'bash_20250124',
    'text_editor_20250728',
    'computer_20251124',
    'computer_toolset_20260801',
    'browser_toolset_20260801',
    'memory_20250818',
    'custom',
    undefined,
  ])('a tool that the application runs: %s', (type) => {
    expect(
      boundOf({ ...ASK, tools: [{ type, name: 'tool' }] }, { maxServerToolUsd: 2, maxServerToolTokens: 300 }),
    ).toMatchObject({
      unbounded: undefined,
      extraUsd: undefined,
    });
  });

  it('text, whatever it says', () => {
    const body = {
      ...withContent({
        type: 'document',
        source: { type: 'text', media_type: 'text/plain', data: 'web_search_20250305' },
      }),
    };
    expect(whyUnbounded(body)).toBeUndefined();
  });

  it('edits that only clear the context, and fields that are null', () => {
    const body = { ...ASK, container: null, mcp_servers: [], fallbacks: null, compaction: null, thread: null };
    expect(
      whyUnbounded({ ...body, context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }),
    ).toBeUndefined();
  });
});

describe('the least cap of output', () => {
  it('is above the budget for thinking', () => {
    expect(boundOf({ ...ASK, thinking: { type: 'enabled', budget_tokens: 2_000 } }, {}).minOutputTokens).toBe(2_001);
    expect(boundOf({ ...ASK, thinking: { type: 'adaptive' } }, {}).minOutputTokens).toBeUndefined();
    expect(boundOf(ASK, {}).minOutputTokens).toBeUndefined();
  });
});
