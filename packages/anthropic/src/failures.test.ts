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
import { describe, expect, it } from '@jest/globals';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { apiError } from '../test-support/loopback-server.js';

const ALL: readonly FailureKind[] = [
  ...FAIL_ON_DEFAULT,
  ...(['throttled', 'auth', 'invalid', 'not_found', 'conflict', 'unknown'] as const),
];

type Failing = (bench: Bench) => Promise<unknown>;

/** The kinds of failure that open a breaker around a tool that makes this call. */
async function kindsOf(call: Failing): Promise<readonly FailureKind[]> {
  const found: FailureKind[] = [];
  for (const kind of ALL) if (await opens(call, [kind])) found.push(kind);
  return found;
}

async function opens(call: Failing, failOn: readonly FailureKind[]): Promise<boolean> {
  await using bench = await openBench({ client: { maxRetries: 0 } });
  @Agent()
  class Writer {
    @Tool()
    @CircuitBreaker({ name: 'claude', maxFails: 1, failOn })
    async write(_: { about: string }) {
      return call(bench);
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
  (status: number, type: string): Failing =>
  ({ server, client }) => {
    server.next({ json: apiError(type), status });
    return client.messages.create(ASK);
  };

const refused: Failing = async ({ server, client }) => {
  await server[Symbol.asyncDispose]();
  return client.messages.create(ASK);
};

const aborted: Failing = ({ server, client }) => {
  server.next({ silent: true });
  const controller = new AbortController();
  const call = client.messages.create(ASK, { signal: controller.signal });
  setImmediate(() => controller.abort());
  return call;
};

describe('a breaker around a metered call takes', () => {
  it.each<[string, Failing, FailureKind[]]>([
    ['429 for throttling', answered(429, 'rate_limit_error'), ['throttled']],
    ['500 for overload', answered(500, 'api_error'), ['overloaded']],
    ['a refused connection for transport', refused, ['transport']],
    ['an abort for nothing that counts', aborted, []],
  ])('%s', async (_, call, kinds) => {
    expect(await kindsOf(call)).toEqual(kinds);
    expect(await opens(call, FAIL_ON_INFRA_ONLY)).toBe(kinds.includes('transport'));
  });
});
