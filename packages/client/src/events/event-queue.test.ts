import { describe, expect, test } from '@jest/globals';
import { EventQueue } from './event-queue.js';

function queueOf(maxEvents: number) {
  const dropped: string[] = [];
  const queue = new EventQueue(maxEvents, ({ json }) => void dropped.push(json));
  const add = (name: string, json: string, bytes = 10): void => queue.add({ name, json, bytes });
  const rest = (): string[] => queue.take(100, 10_000).map(({ json }) => json);
  return { queue, dropped, add, rest };
}

describe('a full queue', () => {
  test('drops the oldest of little value first', () => {
    const { dropped, add, rest } = queueOf(3);
    add('run.end', 'end');
    add('tool.failure', 'old');
    add('tool.failure', 'young');
    add('guard.blocked', 'blocked');
    add('llm.usage', 'usage');
    expect(dropped).toEqual(['old', 'young']);
    expect(rest()).toEqual(['end', 'blocked', 'usage']);
  });

  test('drops a new one of little value where nothing else has', () => {
    const { dropped, add, rest } = queueOf(2);
    add('run.end', '1');
    add('budget.blocked', '2');
    add('tool.failure', '3');
    expect(dropped).toEqual(['3']);
    expect(rest()).toEqual(['1', '2']);
  });

  test('gives those that end or stop something as much room again, and no more', () => {
    const { dropped, add, rest } = queueOf(2);
    for (const json of ['1', '2', '3', '4', '5']) add('guard.blocked', json);
    expect(dropped).toEqual(['1']);
    expect(rest()).toEqual(['2', '3', '4', '5']);
  });
});

describe('a batch', () => {
  test('is as large as allowed, in order', () => {
    const { queue, add } = queueOf(10);
    for (const json of ['1', '2', '3', '4', '5']) add('run.start', json, 40);
    expect(queue.take(2, 1000).map(({ json }) => json)).toEqual(['1', '2']);
    expect(queue.take(10, 100).map(({ json }) => json)).toEqual(['3', '4']);
    expect(queue).toMatchObject({ size: 1, bytes: 40 });
  });

  test('may be one event that is too large for any', () => {
    const { queue, add } = queueOf(10);
    add('run.start', 'small', 10);
    add('run.start', 'huge', 5000);
    add('run.start', 'small', 10);
    const batches = [queue.take(10, 100), queue.take(10, 100), queue.take(10, 100)];
    expect(batches.map((batch) => batch.map(({ json }) => json))).toEqual([['small'], ['huge'], ['small']]);
  });
});
