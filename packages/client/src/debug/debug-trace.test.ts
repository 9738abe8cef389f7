import type { ActGuardEvent } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LoopbackGateway } from '../../test-support/loopback-gateway.js';
import { RESERVE, testClient } from '../../test-support/test-client.js';
import { Redactor } from '../redaction/redactor.js';
import { DebugTrace } from './debug-trace.js';

let gateway: LoopbackGateway;
let printed: string;
beforeEach(async () => {
  gateway = await LoopbackGateway.start();
  printed = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(async () => {
  jest.restoreAllMocks();
  await gateway.kill();
});

describe('a client with debug', () => {
  test('prints what it asks and what it is answered, with sorted fields and no secrets', async () => {
    gateway.behave(() => ({
      status: 402,
      json: { TopupURL: 'https://pay.example/t/1', message: 'Bearer abcdef', nested: { authorization: 'x', a: 1 } },
    }));
    const { client } = testClient(gateway, { debug: true });
    await client.reserve({ ...RESERVE, userId: 'alice' }).catch(() => {});
    expect(printed.split('\n')).toEqual([
      `[actguard] reserve request attempt=1/2 POST ${gateway.url}/api/v1/reserve timeout=3000ms`,
      `[actguard] reserve request-body attempt=1/2 POST ${gateway.url}/api/v1/reserve {"run_id":"r1","user_id":"alice"}`,
      `[actguard] reserve error attempt=1/2 POST ${gateway.url}/api/v1/reserve status=402 duration_ms=0 kind=http HTTP 402`,
      `[actguard] reserve response-body attempt=1/2 POST ${gateway.url}/api/v1/reserve ${'{"TopupURL":"[redacted]","message":"Bearer [redacted]","nested":{"a":1,"authorization":"[redacted]"}}'}`,
      '',
    ]);
    expect(printed).not.toContain('testkey');
  });

  test('prints every attempt, and nothing of an answer that is not read', async () => {
    gateway.behaveOnce({ status: 500, text: 'no JSON' });
    const { client, clock } = testClient(gateway, { debug: true });
    client.onEvent(event);
    await clock.through(client.flush({ timeout: '1h' }));
    const what = printed
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ').slice(1, 4).join(' '));
    expect(what).toEqual([
      'events request attempt=1/9',
      'events request-body attempt=1/9',
      'events error attempt=1/9',
      'events request attempt=2/9',
      'events request-body attempt=2/9',
      'events response attempt=2/9',
    ]);
  });

  test('prints nothing without', async () => {
    await testClient(gateway).client.reserve(RESERVE);
    expect(printed).toBe('');
  });
});

const event: ActGuardEvent = {
  ...{ name: 'run.start', category: 'run', severity: '', outcome: '', time: 0 },
  ...{ runId: 'r1\nforged line', sessionId: 's', userId: undefined },
};

test('is coloured on a terminal, unless NO_COLOR is set', () => {
  const attempt = { operation: 'reserve', method: 'POST', url: 'u', attempt: 1, attempts: 1, timeoutMs: 1 };
  const lineOf = (isTTY: boolean, environment: NodeJS.ProcessEnv): string => {
    let line = '';
    new DebugTrace(new Redactor(), { isTTY, write: (text) => (line = text) }, environment).request(attempt, undefined);
    return line;
  };
  expect(lineOf(true, {})).toContain('\u001B[36m');
  expect(lineOf(true, { NO_COLOR: '' })).not.toContain('\u001B');
  expect(lineOf(false, {})).not.toContain('\u001B');
});
