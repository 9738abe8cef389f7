import { once } from 'node:events';
import { createServer } from 'node:net';
import { Agent, AgentHost, CircuitBreaker, Tool } from '@actguard/core';
import { TestClock } from '@actguard/core/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type OpenAI from 'openai';
import { type Bench, CHAT, openBench } from '../test-support/bench.js';
import { apiError } from '../test-support/loopback-server.js';

let bench: Bench;
let client: OpenAI;
let ask: () => Promise<unknown>;
let clock: TestClock;
let host: AgentHost;

@Agent()
class Writer {
  @Tool()
  @CircuitBreaker({ name: 'model', maxFails: 2, resetTimeout: '1m' })
  async write() {
    return ask();
  }
}

beforeEach(async () => {
  bench = await openBench({ client: { maxRetries: 0 } });
  client = bench.client;
  clock = new TestClock();
  host = await AgentHost.create({ agents: [Writer], clock });
});
afterEach(async () => {
  await host.close();
  await bench[Symbol.asyncDispose]();
});

const chat = (options?: OpenAI.RequestOptions) => client.chat.completions.create(CHAT, options);
const answered = (status: number, type: string) => () => {
  bench.server.next({ json: apiError(type), status });
  return chat();
};
const broken = answered(500, 'server_error');

async function unreachable(): Promise<unknown> {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  return client.withOptions({ baseURL: `http://127.0.0.1:${port}` }).chat.completions.create(CHAT);
}

async function left(): Promise<unknown> {
  bench.server.next({ silent: 'before' });
  const before = bench.server.seen.length;
  const leaving = new AbortController();
  const answer = chat({ signal: leaving.signal });
  answer.catch(() => {});
  // Left earlier, the request would not take the reply that is meant for it.
  while (bench.server.seen.length === before) await new Promise((resolve) => setImmediate(resolve));
  leaving.abort();
  return answer;
}

/** Makes calls one after the other, and says what became of each. */
async function tried(...calls: readonly (() => Promise<unknown>)[]): Promise<readonly string[]> {
  const codes: string[] = [];
  await host.run(async (run) => {
    const tools = run.tools(Writer);
    for (const call of calls) {
      ask = call;
      const result = await tools.call('write', {});
      codes.push(result.ok ? 'ok' : result.refusal.code);
    }
  });
  return codes;
}

const OPEN = 'guard.circuit_open';

test.each<[string, () => Promise<unknown>]>([
  ['an error of the server', broken],
  ['a refused connection', unreachable],
])('%s counts', async (_, fail) => {
  const codes = await tried(fail, fail, chat);
  expect(codes).toEqual(['tool.failed', 'tool.failed', OPEN]);
});

test.each<[string, () => Promise<unknown>]>([
  ['too many requests', answered(429, 'rate_limit_exceeded')],
  ['a caller that left', left],
])('%s says nothing: it neither counts nor ends a probe', async (_, neutral) => {
  const counted = await tried(neutral, neutral, neutral, broken, neutral, broken, chat);
  expect(counted.slice(0, -1)).not.toContain(OPEN);
  expect(counted.at(-1)).toBe(OPEN);
  await clock.advance(60_000);
  // Still the probe: one more failure is enough.
  const [first, second, third] = await tried(neutral, broken, chat);
  expect([first, second]).not.toContain(OPEN);
  expect(third).toBe(OPEN);
});
