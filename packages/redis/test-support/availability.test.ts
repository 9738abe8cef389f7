import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { surroundings, whyNoOwnRedis, whyNoRedis } from './availability.js';
import { serverBinary } from './server-binary.js';

const folder = mkdtempSync(path.join(tmpdir(), 'actguard-path-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function executable(name: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return file;
}

const nowhere = { PATH: path.join(folder, 'empty') };
const NO_SERVER = 'no valkey-server or redis-server on PATH';

describe('suites with a server', () => {
  test('are skipped where there is none, with a reason', () => {
    expect(whyNoRedis(surroundings(nowhere))).toBe(`${NO_SERVER} and no REDIS_URL`);
    expect(whyNoOwnRedis(surroundings(nowhere))).toBe(NO_SERVER);
  });

  test('run on that of REDIS_URL, but for those that kill it', () => {
    const there = surroundings({ ...nowhere, REDIS_URL: 'redis://localhost' });
    expect(whyNoRedis(there)).toBeUndefined();
    expect(whyNoOwnRedis(there)).toBe(NO_SERVER);
  });

  test('are not skipped where they are required', () => {
    const required = surroundings({ ...nowhere, ACTGUARD_REDIS: 'required' });
    expect([whyNoRedis(required), whyNoOwnRedis(required)]).toEqual([undefined, undefined]);
  });

  test('start what is on PATH, Valkey first', () => {
    const [redis, valkey] = [executable('a/redis-server'), executable('b/valkey-server')];
    mkdirSync(path.join(folder, 'c/valkey-server'), { recursive: true });
    const inFolders = (...names: string[]): string => names.map((name) => path.join(folder, name)).join(path.delimiter);
    expect(serverBinary(inFolders('c', 'a'))).toBe(redis);
    expect(serverBinary(inFolders('c', 'a', 'b'))).toBe(valkey);
    expect(surroundings({ PATH: inFolders('a') }).binary).toBe(redis);
  });
});
