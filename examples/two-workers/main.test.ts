import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { describeWithOwnRedis } from '../../packages/redis/test-support/describe-with-redis.js';
import { RedisServer } from '../../packages/redis/test-support/redis-server.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TIME_LIMIT = 30_000;

interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `npm run example:two-workers` runs after the build. */
function demo(environment: NodeJS.ProcessEnv): Promise<Ended> {
  const { REDIS_URL: _, ...inherited } = process.env;
  const options = { cwd: ROOT, env: { ...inherited, ...environment }, timeout: TIME_LIMIT };
  const args = ['node_modules/tsx/dist/cli.mjs', 'examples/two-workers/main.ts'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr });
    });
  });
}

function acts(stdout: string): string[] {
  return stdout.split('── ').slice(1);
}

function count(text: string, part: RegExp): number {
  return text.match(new RegExp(part, 'g'))?.length ?? 0;
}

describeWithOwnRedis('npm run example:two-workers', () => {
  test('shows one limit, one payment and one probe for both workers, and leaves no key behind', async () => {
    await using server = await RedisServer.start();
    await server.ask('SET', 'of somebody else', '1');
    const { code, stdout, stderr } = await demo({ REDIS_URL: server.url });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [limit = '', payment = '', breaker = ''] = acts(stdout);

    expect(count(limit, /done {6}sent/)).toBe(5);
    expect(count(limit, /refused {3}guard\.rate_limit_exceeded, try again in \d+ s/)).toBe(3);
    expect(limit).toContain('really done: 5 × mail\n');

    expect(count(payment, /refused {3}guard\.idempotency_in_progress/)).toBe(1);
    const receipts = payment.match(/receipt for ord-17, by process \d+/g) ?? [];
    expect(receipts).toHaveLength(3);
    expect(new Set(receipts).size).toBe(1);
    expect(payment).toContain('really done: 1 × payment\n');

    expect(count(breaker, /worker 1 {3}failed {4}the courier is down/)).toBe(2);
    expect(count(breaker, /refused {3}guard\.circuit_open/)).toBe(2);
    expect(count(breaker, /done {6}a courier comes/)).toBe(2);
    expect(breaker).toContain('really done: 4 × courier asked\n');

    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(await server.ask('KEYS', '*')).toEqual(['of somebody else']);
  }, 40_000);

  test('starts a server where none is named', async () => {
    const { code, stdout, stderr } = await demo({});
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Processes \d+ and \d+, with a server that was started for this, on port \d+\.\n/);
    expect(acts(stdout)).toHaveLength(3);
  }, 40_000);
});

describe('npm run example:two-workers without a server', () => {
  test('says in three lines how to get one', async () => {
    const { code, stdout, stderr } = await demo({ PATH: '' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(stdout).toContain('apt-get install redis-server');
    expect(stdout).toContain('REDIS_URL=');
  }, 40_000);

  test('says that nobody answers at REDIS_URL, and fails', async () => {
    const { code, stdout, stderr } = await demo({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^The server at REDIS_URL does not answer: .*ECONNREFUSED.*\n$/);
  }, 40_000);
});
