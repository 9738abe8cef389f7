import { Agent, AgentHost, currentCall, Enforce, Idempotent, inject, requireFact, Timeout, Tool } from '@actguard/core';
import { TestClock } from '@actguard/core/testing';
import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import { didRun, isGivenUp, stopOf } from './guard-decision.js';
import { withPatience } from './patience.js';
import { plainTools } from './plain-tools.js';
import { type CallEntry, type Entry, Transcript } from './transcript.js';

const Payment = v.object({ id: v.string() });

@Agent()
class Inner {
  @Tool()
  @Enforce(requireFact('id', 'payment_id'))
  async check(args: { id: string }) {
    return args.id;
  }
}

@Agent()
class Desk {
  readonly #clock = inject(TestClock);

  @Tool({ description: 'Pay.', input: Payment })
  @Enforce(requireFact('id', 'payment_id'))
  async checkedPay({ id }: { id: string }) {
    return id;
  }

  @Tool({ description: 'Pay, once.', input: Payment })
  @Idempotent({ key: 'id' })
  @Timeout('10s')
  async slowPay({ id }: { id: string }) {
    await new Promise<void>((resolve) => this.#clock.schedule(resolve, 15_000));
    return id;
  }

  @Tool({ description: 'Wait for ever, almost.' })
  async stall() {
    await new Promise<void>((resolve) => this.#clock.schedule(resolve, 90_000));
  }

  @Tool({ description: 'Go on whatever another tool says.', input: Payment })
  async tolerant({ id }: { id: string }, call = currentCall()) {
    return call.run.tools(Inner).call('check', { id });
  }

  @Tool({ description: 'Fail.' })
  async fail() {
    throw new Error('internal');
  }
}

/** What the calls of a guarded run were taken for: guard and how, and whether the method was started. */
async function classified(calls: readonly [tool: string, args: object][], afterMs = 0): Promise<string[]> {
  const entries = await played(calls, afterMs);
  return entries
    .filter((entry): entry is CallEntry => entry.kind === 'call')
    .map((call) => {
      const stop = stopOf(call);
      return `${stop === undefined ? 'passed' : `${stop.how} by ${stop.guard}`}, ${didRun(call) ? 'ran' : 'did not run'}`;
    });
}

async function played(calls: readonly [tool: string, args: object][], afterMs: number): Promise<readonly Entry[]> {
  const clock = new TestClock();
  const transcript = new Transcript(() => {}, clock);
  await using host = await AgentHost.create({
    agents: [Desk, Inner],
    providers: [{ provide: TestClock, useValue: clock }],
    clock,
    onEvent: transcript.guardTold,
  });
  await host.run(async (run) => {
    const tools = transcript.watch(withPatience(run.tools(Desk), clock));
    for (const [tool, args] of calls) {
      await tools.call(tool, JSON.stringify(args));
      await transcript.meanwhile(() => clock.advance(afterMs));
    }
    await clock.advance(120_000);
  });
  return transcript.entries;
}

test('a refused call did not run', async () => {
  expect(await classified([['checkedPay', { id: 'p1' }]])).toEqual(['refused by enforce, did not run']);
  expect(await classified([['checkedPay', { id: 5 }]])).toEqual(['refused by input, did not run']);
});

test('a call that was cut off was started, a repeat of it was not', async () => {
  const twice: [string, object][] = [
    ['slowPay', { id: 'p1' }],
    ['slowPay', { id: 'p1' }],
  ];
  expect(await classified(twice)).toEqual(['cut off by timeout, ran', 'refused by idempotent, did not run']);
  expect(await classified(twice, 6000)).toEqual(['cut off by timeout, ran', 'replayed by idempotent, did not run']);
});

test('the late end of a call is told where it happened, and does not count as a call', async () => {
  const entries = await played(
    [
      ['slowPay', { id: 'p1' }],
      ['slowPay', { id: 'p1' }],
    ],
    6000,
  );
  expect(entries).toMatchObject([
    { kind: 'call', tool: 'slowPay', tookMs: 10_000 },
    { kind: 'late end', tool: 'Desk.slowPay', hasFailed: false },
    { kind: 'time', ms: 6000 },
    { kind: 'call', tool: 'slowPay', tookMs: 0 },
    { kind: 'time', ms: 6000 },
  ]);
});

test('a call that the loop gave up on was started, and no guard stopped it', async () => {
  const [entry] = await played([['stall', {}]], 0);
  expect(entry).toMatchObject({ kind: 'call', tookMs: 60_000 });
  expect(isGivenUp(entry as CallEntry)).toBe(true);
  expect(await classified([['stall', {}]])).toEqual(['passed, ran']);
});

test('a refusal that a tool met inside is not its own', async () => {
  expect(await classified([['tolerant', { id: 'p1' }]])).toEqual(['passed, ran']);
});

test('a tool that failed ran, one that does not exist did not', async () => {
  expect(
    await classified([
      ['fail', {}],
      ['missing', {}],
    ]),
  ).toEqual(['passed, ran', 'passed, did not run']);
});

test('in a bare run only what was called ran', async () => {
  const clock = new TestClock();
  await using host = await AgentHost.create({
    agents: [Inner],
    providers: [{ provide: TestClock, useValue: clock }],
    clock,
  });
  const transcript = new Transcript(() => {});
  const tools = transcript.watch(await plainTools(host, [Inner], [new Inner()]));
  await tools.call('check', '{"id":"p1"}');
  await tools.call('missing', '{}');
  expect(transcript.calls.map(didRun)).toEqual([true, false]);
});
