import { Agent, AgentHost, Enforce, Prove, requireFact, Tool, type Toolset } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type OpenAI from 'openai';
import * as v from 'valibot';
import { callingTools, completion } from '../test-support/answers.js';
import { type Bench, CHAT, openBench, WIDE } from '../test-support/bench.js';
import { meter } from './meter.js';
import { answer, openaiResponseTools, openaiTools } from './tools.js';

let together: (() => void)[] = [];

@Agent()
class Orders {
  @Tool({ description: 'Lists the orders of a customer.', input: v.object({ userId: v.string() }) })
  @Prove({ kind: 'order_id', extract: 'id' })
  async list({ userId }: { userId: string }) {
    return [{ id: `o-${userId}` }];
  }

  @Tool({ input: v.object({ orderId: v.string() }) })
  @Enforce(requireFact('orderId', 'order_id'))
  async cancel({ orderId }: { orderId: string }) {
    return `cancelled ${orderId}`;
  }

  @Tool({ input: v.object({}) })
  async meet() {
    await new Promise<void>((resolve) => {
      together.push(resolve);
      if (together.length === 2) for (const go of together) go();
    });
    return 'met';
  }
}

let host: AgentHost;
beforeEach(async () => {
  together = [];
  host = await AgentHost.create({ agents: [Orders] });
});
afterEach(() => host.close());

const inRun = (body: (tools: Toolset) => Promise<void>): Promise<void> => host.run((run) => body(run.tools(Orders)));
const reply = (calls: object[], status = 'completed') =>
  ({ output: calls, status }) as never as OpenAI.Responses.Response;
const call = (name: string, args: string, more: object = {}) => ({
  type: 'function_call',
  call_id: `call_${name}`,
  name,
  arguments: args,
  ...more,
});

describe('the tools of a run', () => {
  test('as a chat takes them', () =>
    inRun(async (tools) => {
      const [list, cancel] = openaiTools(tools);
      expect(list).toEqual({
        type: 'function',
        function: {
          name: 'list',
          description: 'Lists the orders of a customer.',
          parameters: expect.objectContaining({ type: 'object', required: ['userId'] }),
        },
      });
      expect(cancel?.function).not.toHaveProperty('description');
    }));

  test('as a response takes them', () =>
    inRun(async (tools) => {
      expect(openaiResponseTools(tools)[0]).toEqual({
        type: 'function',
        name: 'list',
        description: 'Lists the orders of a customer.',
        parameters: expect.objectContaining({ type: 'object' }),
        strict: false,
      });
    }));
});

describe('answer', () => {
  test('makes the calls of a chat and gives the messages to append, refusals included, in order', () =>
    inRun(async (tools) => {
      const messages = await answer(
        tools,
        callingTools(
          { name: 'cancel', args: '{"orderId":"o-made-up"}' },
          { name: 'list', args: '{"userId":"alice"}' },
          { name: 'list', args: '{"userId":' },
          { name: 'lst', args: '{}' },
        ),
      );
      expect(messages.map(({ role, tool_call_id: id }) => [role, id])).toEqual([
        ['tool', 'call_0'],
        ['tool', 'call_1'],
        ['tool', 'call_2'],
        ['tool', 'call_3'],
      ]);
      const read = messages.map(({ content }) => JSON.parse(content as string) as { code?: string });
      expect(read[0]).toMatchObject({ refused: true, code: 'MISSING_FACT' });
      expect(read[1]).toEqual([{ id: 'o-alice' }]);
      expect(read[2]).toMatchObject({ refused: true });
      expect(read[3]).toMatchObject({ refused: true, code: 'tool.unknown' });
      expect(await answer(tools, callingTools({ name: 'cancel', args: '{"orderId":"o-alice"}' }))).toEqual([
        { role: 'tool', tool_call_id: 'call_0', content: 'cancelled o-alice' },
      ]);
    }));

  test('makes them at the same time', () =>
    inRun(async (tools) => {
      // Each waits for the other.
      const messages = await answer(tools, callingTools({ name: 'meet', args: '{}' }, { name: 'meet', args: '' }));
      expect(messages.map(({ content }) => content)).toEqual(['met', 'met']);
    }));

  test('gives nothing where no tool is called', () =>
    inRun(async (tools) => {
      expect(await answer(tools, completion())).toEqual([]);
      expect(await answer(tools, { choices: [] })).toEqual([]);
      expect(await answer(tools, { output: [{ type: 'message' }] })).toEqual([]);
    }));

  test('makes the calls of a response and gives the items to append', () =>
    inRun(async (tools) => {
      const items = await answer(
        tools,
        reply([
          { type: 'reasoning', id: 'r', summary: [] },
          call('list', '{"userId":"bob"}'),
          call('cancel', '{"orderId":"x"}'),
          { type: 'custom_tool_call', call_id: 'call_custom', name: 'list', input: 'free text' },
        ]),
      );
      expect(items).toEqual([
        { type: 'function_call_output', call_id: 'call_list', output: '[{"id":"o-bob"}]' },
        { type: 'function_call_output', call_id: 'call_cancel', output: expect.stringContaining('MISSING_FACT') },
        { type: 'custom_tool_call_output', call_id: 'call_custom', output: expect.stringContaining('"refused":true') },
      ]);
    }));

  test('does not make a call that was cut off', () =>
    inRun(async (tools) => {
      const whole = callingTools({ name: 'list', args: '{"userId":"alice"}' }, { name: 'list', args: '' });
      const cut = { choices: whole.choices.map((choice) => ({ ...choice, finish_reason: 'length' as const })) };
      const messages = await answer(tools, cut);
      expect(messages[0]?.content).toBe('[{"id":"o-alice"}]');
      expect(messages[1]).toMatchObject({ tool_call_id: 'call_1', content: expect.stringContaining('tool.cut_off') });
      const [item] = await answer(
        tools,
        reply([call('list', '{"userId":"a"}', { status: 'incomplete' })], 'incomplete'),
      );
      expect(item?.output).toContain('tool.cut_off');
    }));
});

test('the prices of a model called inside a tool are told with the name of the tool', async () => {
  const bench: Bench = await openBench();
  await using _ = bench;
  const client = meter(bench.plain, { provider: 'openai' });

  @Agent()
  class Writer {
    @Tool({ input: v.object({}) })
    async write() {
      return (await client.chat.completions.create(CHAT)).choices[0]?.message.content;
    }
  }

  const tools: string[] = [];
  await using own = await AgentHost.create({
    agents: [Writer],
    onEvent: (event) => {
      if (event.name === 'llm.usage') tools.push(String(event.toolName));
    },
  });
  await own.run((run) =>
    run.budget(WIDE, async (scope) => {
      expect(await answer(run.tools(), callingTools({ name: 'write', args: '{}' }))).toMatchObject([
        { content: 'hello' },
      ]);
      expect(scope.tokensUsed).toBe(130);
    }),
  );
  expect(tools).toEqual(['Writer.write']);
});
