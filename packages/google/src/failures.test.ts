/** @jest-environment ./packages/google/test-support/dispatcher-environment.mjs */
import {
  Agent,
  AgentHost,
  CircuitBreaker,
  FAIL_ON_DEFAULT,
  FAIL_ON_INFRA_ONLY,
  type FailureKind,
  isActGuardError,
  Tool,
} from '@actguard/core';
import type { GoogleGenAI } from '@google/genai';
import { describe, expect, test } from '@jest/globals';
import { apiError } from '../test-support/answers.js';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { meter } from './meter.js';

const ALL: readonly FailureKind[] = [
  ...FAIL_ON_DEFAULT,
  ...(['throttled', 'auth', 'invalid', 'not_found', 'conflict', 'unknown'] as const),
];

type Failing = (bench: Bench, client: GoogleGenAI) => Promise<unknown>;

/** The kinds of failure that open a breaker around a tool that makes this call. */
async function kindsOf(call: Failing): Promise<readonly FailureKind[]> {
  const found: FailureKind[] = [];
  for (const kind of ALL) if (await opens(call, [kind])) found.push(kind);
  return found;
}

async function opens(call: Failing, failOn: readonly FailureKind[]): Promise<boolean> {
  await using bench = await openBench();
  @Agent()
  class Writer {
    @Tool()
    @CircuitBreaker({ name: 'gemini', maxFails: 1, failOn })
    async write(_: { about: string }) {
      return call(bench, bench.client);
    }
  }
  await using host = await AgentHost.create({ agents: [Writer] });
  await using run = host.open();
  const tools = run.tools(Writer);
  expect(await tools.call('write', { about: 'a' })).toMatchObject({ ok: false });
  const second = await tools.call('write', { about: 'b' });
  return !second.ok && isActGuardError(second.error) && second.error.code === 'guard.circuit_open';
}

const answered =
  (status: number, name: string): Failing =>
  ({ server }, client) => {
    server.next({ json: apiError(status, name), status });
    return client.models.generateContent(ASK);
  };

const refused: Failing = async ({ server, connect }) => {
  const client = meter(connect());
  await server[Symbol.asyncDispose]();
  return client.models.generateContent(ASK);
};

const aborted: Failing = ({ server }, client) => {
  server.next({ silent: true });
  const controller = new AbortController();
  const call = client.models.generateContent({ ...ASK, config: { abortSignal: controller.signal } });
  setImmediate(() => controller.abort());
  return call;
};

describe('a breaker around a metered call takes', () => {
  test.each<[string, Failing, FailureKind[]]>([
    ['429 for throttling', answered(429, 'RESOURCE_EXHAUSTED'), ['throttled']],
    ['500 for overload', answered(500, 'INTERNAL'), ['overloaded']],
    ['a refused connection for transport', refused, ['transport']],
    ['an abort for nothing that counts', aborted, []],
  ])('%s', async (_, call, kinds) => {
    expect(await kindsOf(call)).toEqual(kinds);
    expect(await opens(call, FAIL_ON_INFRA_ONLY)).toBe(kinds.includes('transport'));
  });
});
