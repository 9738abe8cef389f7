import { Agent, AgentHost, type LlmUsageEvent, MaxAttempts, type Run, Tool, type Toolset } from '@actguard/core';
import type Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { ASK, openBench } from '../test-support/bench.js';
import { message, USAGE_TOKENS } from '../test-support/loopback-server.js';
import { meter } from './meter.js';
import { answer, anthropicTools } from './tools.js';

const Order = v.object({ order: v.string() });
let model: Anthropic | undefined;

@Agent()
class Shop {
  @Tool({ description: 'Finds an order.', input: Order })
  @MaxAttempts(2)
  async findOrder({ order }: v.InferOutput<typeof Order>) {
    return { order, state: 'sent' };
  }

  @Tool({ input: Order })
  async cancelOrder(_: v.InferOutput<typeof Order>): Promise<string> {
    throw new Error('secret of the database');
  }

  @Tool({ description: 'Writes a text.', input: Order })
  async describe({ order }: v.InferOutput<typeof Order>) {
    await model?.messages.create(ASK);
    return `About ${order}`;
  }
}

const use = (id: string, name: string, input: unknown): Anthropic.ToolUseBlock => ({
  ...{ type: 'tool_use', id, name, input, caller: { type: 'direct' } },
});
const asking = (...content: Anthropic.ContentBlock[]) => message({ content, stop_reason: 'tool_use' });

async function withTools<Result>(body: (tools: Toolset, run: Run) => Promise<Result>): Promise<Result> {
  await using host = await AgentHost.create({ agents: [Shop] });
  return await host.run((run) => body(run.tools(), run));
}

describe('anthropicTools', () => {
  it('describes the tools as the API wants them', async () => {
    const tools = await withTools(async (toolset) => anthropicTools(toolset));

    expect(tools).toHaveLength(3);
    expect(tools[0]).toEqual({
      name: 'findOrder',
      description: 'Finds an order.',
      input_schema: expect.objectContaining({ type: 'object', required: ['order'] }),
    });
    expect(tools[1]).not.toHaveProperty('description');
  });
});

describe('answer', () => {
  it('makes all calls of a message and answers them in their order', async () => {
    const [reply] = await withTools((toolset) =>
      answer(
        toolset,
        asking(
          { type: 'text', text: 'Let me see.', citations: null },
          use('a', 'findOrder', { order: 'o1' }),
          use('b', 'describe', { order: 'o2' }),
        ),
      ),
    );

    expect(reply).toEqual({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'a', content: '{"order":"o1","state":"sent"}' },
        { type: 'tool_result', tool_use_id: 'b', content: 'About o2' },
      ],
    });
  });

  it('answers what is refused or fails with an error that the model can read', async () => {
    const [reply] = await withTools((toolset) =>
      answer(
        toolset,
        asking(
          use('wrong', 'findOrder', { order: 7 }),
          use('text', 'findOrder', '{"order":'),
          use('third', 'findOrder', { order: 'o1' }),
          use('none', 'findOder', {}),
          use('fails', 'cancelOrder', { order: 'o1' }),
        ),
      ),
    );

    expect(reply?.content.map((block) => block.is_error)).toEqual([true, true, true, true, true]);
    const refusals = reply?.content.map(({ content }) => JSON.parse(String(content)));
    expect(refusals).toMatchObject([
      { refused: true, code: 'guard.input_invalid' },
      { refused: true, code: 'guard.input_invalid' },
      { refused: true, code: 'guard.max_attempts_exceeded' },
      { refused: true, code: 'tool.unknown' },
      { refused: true, code: 'tool.failed' },
    ]);
    expect(JSON.stringify(reply)).not.toContain('secret');
  });

  it('does not make a call that was cut off', async () => {
    const cut = message({
      content: [use('a', 'findOrder', { order: 'o1' }), use('b', 'findOrder', { order: 'o' })],
      stop_reason: 'max_tokens',
    });
    const [[reply], attempts] = await withTools(async (toolset, run) => [
      await answer(toolset, cut),
      run.attempts('Shop.findOrder'),
    ]);

    expect(attempts).toBe(1);
    expect(reply?.content.map((block) => [block.tool_use_id, block.is_error])).toEqual([
      ['a', undefined],
      ['b', true],
    ]);
    expect(reply?.content[1]?.content).toContain('tool.cut_off');
  });

  it('is nothing where no tool is called, not even one of the provider', async () => {
    const search = {
      type: 'server_tool_use',
      id: 's',
      name: 'web_search',
      input: {},
      caller: { type: 'direct' },
    } as const;
    expect(await withTools((toolset) => answer(toolset, message({ content: [search] })))).toEqual([]);
  });

  it('is good for messages of the beta too', async () => {
    const beta = asking(use('a', 'findOrder', { order: 'o1' })) as unknown as Anthropic.Beta.BetaMessage;
    const reply = await withTools((toolset) => answer(toolset, beta));
    const next: Anthropic.Beta.MessageCreateParams = { ...ASK, messages: reply };
    expect(next.messages).toHaveLength(1);
  });
});

describe('an agent loop', () => {
  it('calls tools through the guards, and calls of a model inside a tool are charged with its name', async () => {
    await using bench = await openBench();
    model = bench.client;
    const usage: LlmUsageEvent[] = [];
    await using host = await AgentHost.create({
      agents: [Shop],
      onEvent: (event) => event.name === 'llm.usage' && usage.push(event),
    });
    bench.server.next({ json: asking(use('a', 'describe', { order: 'o1' })) });

    const used = await host.run({ budget: { tokenLimit: 10_000 } }, async (run) => {
      const client = meter(bench.plain);
      const messages: Anthropic.MessageParam[] = [...ASK.messages];
      for (;;) {
        const reply = await client.messages.create({ ...ASK, messages, tools: anthropicTools(run.tools()) });
        messages.push({ role: 'assistant', content: reply.content });
        const results = await answer(run.tools(), reply);
        if (results.length === 0) break;
        messages.push(...results);
      }
      return messages.at(-2);
    });

    expect(used).toMatchObject({ role: 'user', content: [{ type: 'tool_result', content: 'About o1' }] });
    expect(usage.map(({ toolName, tokens }) => [toolName, tokens])).toEqual([
      [undefined, USAGE_TOKENS],
      ['Shop.describe', USAGE_TOKENS],
      [undefined, USAGE_TOKENS],
    ]);
  });
});
