import { Agent, AgentHost, RateLimit, Tool } from '@actguard/core';
import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import { plainTools, TOOL_FAILED } from './plain-tools.js';

@Agent()
class Desk {
  @Tool({ description: 'Repeat a text.', input: v.object({ text: v.string() }) })
  @RateLimit({ maxCalls: 1 })
  async echo({ text }: { text: string }) {
    return `you said ${text}`;
  }

  @Tool({ name: 'broken', description: 'Fail.' })
  async fail() {
    throw new Error('internal');
  }
}

test('offers the same tools as a guarded run, and calls them without guards', async () => {
  await using host = await AgentHost.create({ agents: [Desk] });
  await using run = host.open();
  const tools = await plainTools(host, [Desk], [new Desk()]);
  expect(tools.definitions).toEqual(run.tools(Desk).definitions);
  for (const text of ['one', 'two']) {
    expect(await tools.call('echo', JSON.stringify({ text }))).toEqual({ ok: true, value: `you said ${text}` });
  }
});

test('says the same as a guarded run where a tool fails', async () => {
  await using host = await AgentHost.create({ agents: [Desk] });
  await using run = host.open();
  const failed = { ok: false, refusal: TOOL_FAILED, final: false };
  expect(await run.tools(Desk).call('broken', '{}')).toMatchObject(failed);
  expect(await (await plainTools(host, [Desk], [new Desk()])).call('broken', '{}')).toMatchObject(failed);
});

test.each([
  ['a tool that does not exist', 'ehco', '{}'],
  ['arguments that are no JSON', 'echo', '{ text: one'],
])('calls nothing for %s', async (_, name, args) => {
  await using host = await AgentHost.create({ agents: [Desk] });
  const tools = await plainTools(host, [Desk], [new Desk()]);
  expect(await tools.call(name, args)).toMatchObject({ ok: false, refusal: { code: 'tool.not_called' }, final: false });
});

test('does not take an instance of another class', async () => {
  await using host = await AgentHost.create({ agents: [Desk] });
  await expect(plainTools(host, [Desk], [{}])).rejects.toThrow('plainAgents must have an instance of Desk');
});
