import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { AnyRedis } from '../../test-support/any-redis.js';
import { describeWithRedis } from '../../test-support/describe-with-redis.js';
import { start } from '../../test-support/processes/program.js';
import type { RateReport, RateTask } from '../../test-support/processes/rate-worker.js';
import type { Workers } from '../../test-support/workers.js';

jest.setTimeout(120_000);

const sum = (reports: readonly RateReport[], what: 'admitted' | 'refused'): number =>
  reports.reduce((total, report) => total + report[what], 0);

/** Checks that no interval of the period has more than the limit, by the server's clock. */
function expectNeverMore(reports: readonly RateReport[], limit: number, periodMs: number): void {
  const times = reports.flatMap((report) => report.times);
  expect(times).toHaveLength(sum(reports, 'admitted'));
  // The tickets are what they say they are.
  expect(times.filter(({ before, ticket, after }) => ticket < before || ticket > after)).toEqual([]);
  const at = times.map(({ ticket }) => ticket).sort((a, b) => a - b);
  const tooEarly = at.flatMap((time, index) => {
    const first = at[index - limit];
    return first !== undefined && time < first + periodMs * 1000 ? [time - first] : [];
  });
  expect(tooEarly).toEqual([]);
}

describeWithRedis('one rate limit of 8 processes', () => {
  let redis: AnyRedis;
  let workers: Workers;
  let tasks = 1;

  beforeAll(async () => {
    redis = await AnyRedis.open();
    workers = await start('rate', 8, { url: redis.url, prefix: redis.newPrefix() });
  });
  afterAll(async () => {
    await workers?.[Symbol.asyncDispose]();
    await redis?.close();
  });

  async function allDo(task: RateTask): Promise<RateReport[]> {
    workers.tell(task);
    return (await workers.haveSaid(++tasks)) as RateReport[];
  }

  test('admits exactly the limit of 16,000 calls', async () => {
    const reports = await allDo({ tool: 'order', until: { made: 2_000 }, lanes: 50, isTimed: false });
    expect(sum(reports, 'admitted')).toBe(1_000);
    expect(sum(reports, 'refused')).toBe(15_000);
  });

  test('never has more in any interval of the period, window after window', async () => {
    const reports = await allDo({ tool: 'search', until: { admitted: 20 }, lanes: 2, isTimed: true });
    expect(sum(reports, 'admitted')).toBeGreaterThanOrEqual(160);
    expect(sum(reports, 'refused')).toBeGreaterThan(0);
    expectNeverMore(reports, 20, 250);
  });

  test('lets all wait for their turn, and never more than the limit through', async () => {
    const reports = await allDo({ tool: 'send', until: { made: 15 }, lanes: 15, isTimed: true });
    expect(reports.map(({ admitted, refused }) => [admitted, refused])).toEqual(Array(8).fill([15, 0]));
    expectNeverMore(reports, 15, 250);
  });
});
