import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { describeWithOwnRedis } from './describe-with-redis.js';
import { until } from './until.js';
import { Workers } from './workers.js';

jest.setTimeout(60_000);

const COUNTING = path.join(import.meta.dirname, 'counting-worker.ts');
const SERVING = path.join(import.meta.dirname, 'serving-worker.ts');

describe('workers', () => {
  test('wait for one another, do what they are told, and end by themselves', async () => {
    await using workers = new Workers(COUNTING, { count: 3, args: (index) => ['count', `"${index} `] });
    expect(await workers.haveSaid()).toEqual([{ ready: '"0 ' }, { ready: '"1 ' }, { ready: '"2 ' }]);
    workers.tell(2);
    const ended = await workers.ended();
    expect(ended.map(({ code, said }) => [code, said.slice(1)])).toEqual(Array(3).fill([0, [1, 2]]));
  });

  test('are killed in the middle of something', async () => {
    await using workers = new Workers(COUNTING, { count: 3, args: () => ['forever'] });
    await workers.haveSaid();
    workers.tell(0);
    const [one, two, three] = workers.all;
    const ended = await Promise.all([one!.killAt({ said: 5 }), two!.killAt({ ms: 50 }), three!.killAt()]);
    for (const { signal, code } of ended) expect([signal, code]).toEqual(['SIGKILL', null]);
    expect(ended[0].said.slice(1, 5)).toEqual([1, 2, 3, 4]);
    expect(await workers.ended()).toEqual(ended);
  });

  test('that fail say why', async () => {
    await using workers = new Workers(COUNTING, { count: 2, args: (index) => [index === 1 ? 'fail' : 'count'] });
    await workers.haveSaid();
    workers.tell(1);
    await expect(workers.all[1]!.hasSaid(2)).rejects.toThrow('worker 1 said 1 of 2 things and ended with 1');
    await expect(workers.ended()).rejects.toThrow('this worker fails');
  });
});

describeWithOwnRedis('a process that is killed', () => {
  test('takes its servers with it, even a frozen one', async () => {
    await using workers = new Workers(SERVING, { count: 1 });
    const port = (await workers.all[0]!.hasSaid()) as number;
    await workers.all[0]!.kill();
    await until('nobody listens', async () => {
      const socket = connect(port, '127.0.0.1');
      try {
        await once(socket, 'connect');
        return false;
      } catch {
        return true;
      } finally {
        socket.destroy();
      }
    });
  });
});
