import { beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, AgentHost, Idempotent, type Reconciliation, Timeout, Tool } from '../index.js';
import { TestClock } from '../testing/test-clock.js';

const CONFLICT = 'guard.idempotency_conflict';
const UNKNOWN = 'guard.idempotency_outcome_unknown';

let executions = 0;
let behaviour: () => unknown = () => 'paid';
let reconcile: () => Promise<Reconciliation> = async () => ({ outcome: 'unknown' });
let clock = new TestClock();

interface Payment {
  readonly idempotencyKey: string;
  readonly amount?: number;
}
const K1: Payment = { idempotencyKey: 'k1' };

@Agent()
class Bank {
  @Tool()
  @Idempotent({ reconcile: () => reconcile() })
  @Timeout('10s')
  async reconciled(_payment: Payment) {
    executions++;
    return behaviour();
  }
}

async function open() {
  const host = await AgentHost.create({ agents: [Bank], clock });
  const run = host.open({ userId: 'alice' });
  return { run, bank: run.get(Bank) };
}
const end = (call: Promise<unknown>) =>
  call.then(
    (value) => value,
    (error: { code?: string }) => error?.code ?? error,
  );

function gate() {
  let resolve!: (value?: unknown) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<unknown>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  behaviour = () => promise;
  return { resolve, reject };
}

beforeEach(() => {
  executions = 0;
  reconcile = async () => ({ outcome: 'unknown' });
  clock = new TestClock();
});

describe('an execution of unknown outcome that can be reconciled', () => {
  async function unknown() {
    const world = await open();
    behaviour = () => Promise.reject(new Error('down'));
    await end(world.bank.reconciled(K1));
    behaviour = () => 'paid now';
    executions = 0;
    return world;
  }

  it('is done with the result that was found, for this call and for later ones', async () => {
    const { bank, run } = await unknown();
    const found = { receipt: [7] };
    reconcile = async () => ({ outcome: 'done', result: found });
    const first = (await bank.reconciled(K1)) as typeof found;
    expect(first).toEqual({ receipt: [7] });
    first.receipt.push(8);
    found.receipt.push(9);
    reconcile = () => Promise.reject(new Error('not asked again'));
    expect(await bank.reconciled(K1)).toEqual({ receipt: [7] });
    expect(executions).toBe(0);
    expect(run.attempts('Bank.reconciled')).toBe(1);
  });

  it('is executed where nothing happened, once', async () => {
    const { bank } = await unknown();
    reconcile = async () => ({ outcome: 'not_done' });
    const calls = await Promise.all([1, 2, 3].map(() => end(bank.reconciled(K1))));
    expect(calls).toContain('paid now');
    expect(executions).toBe(1);
    expect(await bank.reconciled(K1)).toBe('paid now');
  });

  it.each<[string, () => Promise<Reconciliation>]>([
    ['it is not known', async () => ({ outcome: 'unknown' })],
    ['the look-up fails', () => Promise.reject(new Error('also down'))],
    [
      'the look-up throws',
      () => {
        throw new Error('also down');
      },
    ],
    ['the answer is none', async () => undefined as never],
    ['the answer is another', async () => ({ outcome: 'maybe' }) as never],
  ])('is refused where %s, and asked again by the next call', async (_why, answer) => {
    const { bank } = await unknown();
    reconcile = answer;
    expect(await end(bank.reconciled(K1))).toBe(UNKNOWN);
    expect(executions).toBe(0);
    reconcile = async () => ({ outcome: 'not_done' });
    expect(await bank.reconciled(K1)).toBe('paid now');
  });

  it('says what a look-up answered wrongly', async () => {
    const { bank } = await unknown();
    reconcile = async () => ({ status: 'done' }) as never;
    await expect(bank.reconciled(K1)).rejects.toMatchObject({
      code: UNKNOWN,
      cause: { code: 'usage.invalid_idempotent_tool', message: expect.stringContaining("{ outcome: 'done', result }") },
    });
  });

  it('says why the look-up failed', async () => {
    const { bank } = await unknown();
    reconcile = () => Promise.reject(new Error('also down'));
    await expect(bank.reconciled(K1)).rejects.toMatchObject({ cause: new Error('also down') });
  });

  it('is not asked about for other arguments', async () => {
    const { bank } = await unknown();
    reconcile = () => Promise.reject(new Error('asked'));
    expect(await end(bank.reconciled({ ...K1, amount: 1 }))).toBe(CONFLICT);
  });

  it('is not executed again while its method is still running, whatever was found', async () => {
    const { bank } = await open();
    const { resolve } = gate();
    const first = end(bank.reconciled(K1));
    await clock.advance(10_000);
    expect(await first).toBe('tool.timeout');
    reconcile = async () => ({ outcome: 'not_done' });
    expect(await end(bank.reconciled(K1))).toBe(UNKNOWN);
    resolve('paid at last');
    await clock.advance(0);
    expect(await bank.reconciled(K1)).toBe('paid at last');
    expect(executions).toBe(1);
  });

  it('ends with its run while the look-up takes its time', async () => {
    const { bank, run } = await unknown();
    reconcile = () => new Promise(() => {});
    const call = end(bank.reconciled(K1));
    await clock.advance(60_000);
    run.kill('stop');
    expect(await call).toBe('run.killed');
  });
});
