/** @jest-environment ./packages/google/test-support/dispatcher-environment.mjs */
import { Agent, AgentHost, type Run, Tool } from '@actguard/core';
import type { Content, Part } from '@google/genai';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { object, string } from 'valibot';
import { answerOf } from '../test-support/answers.js';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { answer, googleTools } from './tools.js';

let waiting = 0;
let mostAtOnce = 0;

@Agent()
class Weather {
  @Tool({ description: 'The weather of a city.', input: object({ city: string() }) })
  async weather({ city }: { city: string }) {
    mostAtOnce = Math.max(mostAtOnce, ++waiting);
    await Promise.resolve();
    waiting--;
    return { city, degrees: 21n };
  }

  @Tool()
  async nothing() {}

  @Tool()
  async fails() {
    throw new Error('secret');
  }

  @Tool()
  async words() {
    return 'mild';
  }
}

let bench: Bench;
let host: AgentHost;
beforeEach(async () => {
  bench = await openBench();
  host = await AgentHost.create({ agents: [Weather] });
  mostAtOnce = 0;
});
afterEach(async () => {
  await host.close();
  await bench[Symbol.asyncDispose]();
});

function calls(...parts: Part[]): ReturnType<typeof answerOf> {
  return answerOf({ parts });
}

test('tools are offered as function declarations with JSON schema', async () => {
  await host.run(async (run) => {
    const tools = googleTools(run.tools(Weather));
    expect(tools.functionDeclarations.map(({ name }) => name)).toEqual(['weather', 'nothing', 'fails', 'words']);
    expect(tools.functionDeclarations[0]).toMatchObject({
      description: 'The weather of a city.',
      parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    });
    await bench.client.models.generateContent({ ...ASK, config: { tools: [tools] } });
    expect(bench.server.seen[0]?.body['tools']).toEqual([tools]);
  });
});

test('all calls are answered, at once, in their order, with their ids, refusals included', async () => {
  const [answered, ...more] = await host.run(async (run) =>
    answer(
      run.tools(Weather),
      calls(
        { text: 'let me see' },
        { functionCall: { id: 'a', name: 'weather', args: { city: 'Oslo' } } },
        { functionCall: { name: 'weather', args: { city: 'Bern' } } },
        { functionCall: { id: 'c', name: 'weather', args: { town: 'Rome' } } },
        { functionCall: { id: 'd', name: 'wether', args: {} } },
        { functionCall: { id: 'e', name: 'nothing' } },
        { functionCall: { id: 'f', name: 'fails' } },
        { functionCall: { id: 'g', name: 'words' } },
        { functionCall: {} },
      ),
    ),
  );
  const responses = answered?.parts?.map(({ functionResponse }) => functionResponse);
  expect([answered?.role, more]).toEqual(['user', []]);
  expect(responses?.slice(0, 2)).toEqual([
    { id: 'a', name: 'weather', response: { output: { city: 'Oslo', degrees: '21' } } },
    { name: 'weather', response: { output: { city: 'Bern', degrees: '21' } } },
  ]);
  expect(responses?.[2]).toMatchObject({
    id: 'c',
    response: { error: { refused: true, code: 'guard.input_invalid' } },
  });
  expect(responses?.[3]).toMatchObject({ id: 'd', name: 'wether', response: { error: { code: 'tool.unknown' } } });
  expect(responses?.[4]).toEqual({ id: 'e', name: 'nothing', response: { output: null } });
  expect(responses?.[5]).toMatchObject({ id: 'f', response: { error: { code: 'tool.failed' } } });
  expect(JSON.stringify(responses?.[5])).not.toContain('secret');
  expect(responses?.[6]).toEqual({ id: 'g', name: 'words', response: { output: 'mild' } });
  expect(responses?.[7]).toMatchObject({ response: { error: { code: 'tool.unknown' } } });
  expect(mostAtOnce).toBe(2);
});

test('a response without calls has no answer', async () => {
  await host.run(async (run) => {
    expect(await answer(run.tools(Weather), answerOf())).toEqual([]);
    expect(await answer(run.tools(Weather), { candidates: [] })).toEqual([]);
    expect(await answer(run.tools(Weather), {})).toEqual([]);
  });
});

test('a loop over a real client ends with the answer of the model', async () => {
  bench.server.next({ json: calls({ functionCall: { id: 'a', name: 'weather', args: { city: 'Oslo' } } }) });
  const loop = async (run: Run): Promise<string | undefined> => {
    const tools = run.tools(Weather);
    const contents: Content[] = [{ role: 'user', parts: [{ text: 'How is Oslo?' }] }];
    for (;;) {
      const response = await bench.client.models.generateContent({
        ...{ model: ASK.model, contents, config: { tools: [googleTools(tools)] } },
      });
      const answers = await answer(tools, response);
      if (answers.length === 0) return response.text;
      contents.push(response.candidates?.[0]?.content ?? {}, ...answers);
    }
  };
  expect(await host.run(loop)).toBe('hello');
  const contents = bench.server.seen[1]?.body['contents'];
  expect((contents as Content[])[2]).toEqual({
    role: 'user',
    parts: [{ functionResponse: { id: 'a', name: 'weather', response: { output: { city: 'Oslo', degrees: '21' } } } }],
  });
});
