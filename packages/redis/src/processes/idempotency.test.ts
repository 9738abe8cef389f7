import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { AnyRedis } from '../../test-support/any-redis.js';
import { describeWithRedis } from '../../test-support/describe-with-redis.js';
import type {
  Outcome,
  Payment,
  PaymentTask,
  Point,
  StormNews,
  ToolName,
} from '../../test-support/processes/payment-worker.js';
import { start } from '../../test-support/processes/program.js';
import type { Worker, Workers } from '../../test-support/workers.js';

jest.setTimeout(120_000);

/** What became of a payment, as all who asked for it later were told, and how often it was really made. */
interface Fate {
  readonly payment: Payment;
  readonly outcomes: readonly Outcome[];
  readonly effects: number;
  readonly lookUps: number;
}

const STORMING = 8;
const LANES = 26;

const EXECUTED: Fated = { outcomes: ['receipt'], effects: [1], isLookedUp: false };
const FOUND: Fated = { outcomes: ['receipt'], effects: [1], isLookedUp: true };
const EITHER: Fated = { outcomes: ['receipt'], effects: [1], isLookedUp: undefined };

/** What has to become of a payment, by where its process died: with `pay` nobody can look, with `transfer` it is looked up. */
const FATES: Readonly<Record<Point, Readonly<Record<ToolName, Fated>>>> = {
  'before the record is sent': { pay: EXECUTED, transfer: EXECUTED },
  'behind the sending of the record': {
    // Nobody knows whether the record has arrived; where it has, nobody pays again.
    pay: { outcomes: ['receipt', 'unknown'], effects: [0, 1], isLookedUp: false },
    transfer: EITHER,
  },
  'before the method': { pay: unknown(0), transfer: FOUND },
  'in the method': { pay: unknown(0), transfer: FOUND },
  'behind the sending of the effect': { pay: unknown(0, 1), transfer: FOUND },
  'behind the effect': { pay: unknown(1), transfer: FOUND },
  'before the result is sent': { pay: unknown(1), transfer: FOUND },
  'behind the sending of the result': {
    pay: { outcomes: ['receipt', 'unknown'], effects: [1], isLookedUp: false },
    transfer: EITHER,
  },
  'before the answer': { pay: EXECUTED, transfer: EXECUTED },
};

/** What may become of a payment. */
interface Fated {
  readonly outcomes: readonly Outcome[];
  readonly effects: readonly number[];
  readonly isLookedUp: boolean | undefined;
}

function unknown(...effects: readonly number[]): Fated {
  return { outcomes: ['unknown'], effects, isLookedUp: false };
}

function isAsFated({ payment, outcomes, effects, lookUps }: Fate, point: Point): boolean {
  const fated = FATES[point][payment.tool];
  const [outcome, ...others] = outcomes;
  if (outcome === undefined || others.length > 0 || !fated.outcomes.includes(outcome)) return false;
  // Who executes it now has its effect, whatever the other one came to.
  if (outcome === 'receipt' && effects !== 1) return false;
  return fated.effects.includes(effects) && (fated.isLookedUp === undefined || fated.isLookedUp === lookUps > 0);
}

describeWithRedis('an idempotent call whose process is killed', () => {
  let redis: AnyRedis;
  let client: Redis;
  let prefix: string;
  let heirs: Workers;
  let asked = 1;

  beforeAll(async () => {
    redis = await AnyRedis.open();
    client = new Redis(redis.url);
    prefix = redis.newPrefix();
    heirs = await start('payment', 3, setting());
  });
  afterAll(async () => {
    await heirs?.[Symbol.asyncDispose]();
    client?.disconnect();
    await redis?.close();
  });

  const setting = () => ({ url: redis.url, prefix, lease: '2s' as const });
  const tell = (worker: Worker, task: PaymentTask): void => worker.tell(task);

  /** Three other processes ask for the same payments at the same time. */
  async function fatesOf(payments: readonly Payment[]): Promise<Fate[]> {
    for (const heir of heirs.all) tell(heir, { payments });
    const outcomes = (await heirs.haveSaid(++asked)) as Outcome[][];
    const [effects, lookUps] = await Promise.all([
      client.hgetall(`${prefix}world-effects`),
      client.hgetall(`${prefix}world-look-ups`),
    ]);
    return payments.map((payment, index) => ({
      payment,
      outcomes: [...new Set(outcomes.map((each) => each[index]!))],
      effects: Number(effects[payment.key] ?? 0),
      lookUps: Number(lookUps[payment.key] ?? 0),
    }));
  }

  test('is never executed twice, whenever that was', async () => {
    await using workers = await start('payment', STORMING, setting());
    for (const worker of workers.all) tell(worker, { storm: LANES });
    const ended = await Promise.all(workers.all.map((worker) => worker.killAt({ ms: 100 + Math.random() * 300 })));
    const news = ended.flatMap(({ said }) => said.slice(1) as StormNews[]);
    const answered = new Set(news.flatMap((each) => ('answered' in each ? [each.answered] : [])));
    const all = news.flatMap((each) => ('asked' in each ? [each.asked] : []));
    const fates = await fatesOf(all);
    expect(fates.filter(({ effects, outcomes }) => effects > 1 || outcomes.length !== 1)).toEqual([]);

    const known = fates.filter(({ outcomes }) => outcomes[0] === 'receipt');
    expect(known.filter(({ effects }) => effects !== 1)).toEqual([]);
    const lost = fates.filter(({ outcomes }) => outcomes[0] === 'unknown');
    expect(lost.filter(({ payment, lookUps }) => payment.tool !== 'pay' || lookUps > 0)).toEqual([]);
    // What was answered once is answered so again, and nobody looks.
    const isAnswered = ({ payment }: Fate): boolean => answered.has(payment.key);
    expect(lost.filter(isAnswered)).toEqual([]);
    expect(known.filter((fate) => isAnswered(fate) && fate.lookUps > 0)).toEqual([]);
    // One of each process may just have been between two payments.
    expect(fates.filter((fate) => !isAnswered(fate)).length).toBeGreaterThanOrEqual(STORMING * (LANES - 1));
    // They were killed on both sides of the effect.
    expect(new Set(lost.map(({ effects }) => effects))).toEqual(new Set([0, 1]));
  });

  test('is known, or known to be unknown, at whatever point that was', async () => {
    const points = Object.keys(FATES) as Point[];
    const payments = points.map((point) =>
      (['pay', 'transfer'] as const).flatMap((tool) =>
        Array.from({ length: 5 }, (_, number): Payment => ({ tool, key: `${point}, ${tool} ${number}` })),
      ),
    );
    await using workers = await start('payment', points.length, setting());
    for (const [index, worker] of workers.all.entries())
      tell(worker, { payments: payments[index]!, dieAt: points[index]! });
    for (const { signal } of await Promise.all(workers.all.map(({ ended }) => ended))) expect(signal).toBe('SIGKILL');
    const fates = await fatesOf(payments.flat());
    expect(fates.filter((fate, index) => !isAsFated(fate, points[Math.floor(index / 10)]!))).toEqual([]);
  });
});
