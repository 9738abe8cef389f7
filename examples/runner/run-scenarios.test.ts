import { Agent, inject, Tool } from '@actguard/core';
import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import { airlineRefund } from '../airline-refund/scenario.js';
import { Airline } from '../airline-refund/world.js';
import { hotelPayment } from '../hotel-payment/scenario.js';
import { productSearch } from '../product-search/scenario.js';
import { runawayCosts } from '../runaway-costs/scenario.js';
import { Bill } from './bill.js';
import { stopOf } from './guard-decision.js';
import { scriptedModel } from './model.js';
import type { Page } from './page.js';
import { type Manner, play } from './play.js';
import { runScenarios } from './run-scenarios.js';
import type { Scenario } from './scenario.js';
import { exitCode, judge } from './verdict.js';

async function run(scenario: Scenario): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const page: Page = { width: 100, paint: (text) => text, print: (line) => void lines.push(line) };
  const verdicts = await runScenarios([scenario], scriptedModel, page);
  return { code: exitCode(verdicts), output: lines.join('\n') };
}

const Refund = v.object({ tripId: v.string(), confirmToken: v.string() });
const Preview = v.object({ tripId: v.string(), reason: v.string() });

/** The refund desk without its guards. */
@Agent({ name: 'RefundAgent' })
class CarelessAgent {
  readonly #airline: Airline;

  constructor(airline = inject(Airline)) {
    this.#airline = airline;
  }

  @Tool({ description: 'Look up a trip.', input: v.object({ pnr: v.string() }) })
  async getTrip({ pnr }: { pnr: string }) {
    return this.#airline.findTrip(pnr);
  }

  @Tool({ description: 'Ask the refund policy.', input: Preview })
  async refundPreview({ tripId, reason }: v.InferOutput<typeof Preview>) {
    return this.#airline.previewRefund(tripId, reason);
  }

  @Tool({ description: 'Pay a refund.', input: Refund })
  async legacyRefund({ tripId }: v.InferOutput<typeof Refund>) {
    return this.#airline.legacyRefund(tripId);
  }
}

const careless: Scenario<Airline> = {
  ...airlineRefund,
  agents: [CarelessAgent],
  plainAgents: (airline) => [new CarelessAgent(airline)],
};
const allowed: Scenario<Airline> = {
  ...airlineRefund,
  turns: [{ says: 'My father died. Please refund my flight of next week, booking M3D9XA.' }],
};

test('fails where the guarded run does harm', async () => {
  const { code, output } = await run(careless);
  expect(code).toBe(1);
  expect(output).toMatch(/FAILED +the guarded run did harm: USD 2,000\.00 paid/);
  expect(output).toMatch(/wire +4 requests and responses were the same/);
  expect(output).toMatch(/airline-refund +USD 2,000\.00 .* nothing +0 of 3/);
});

test('fails where the bare run does none', async () => {
  const { code, output } = await run(allowed);
  expect(code).toBe(1);
  expect(output).toMatch(/FAILED +the bare run did no harm/);
});

test('fails where the runs can be told apart before the first refusal', async () => {
  let worlds = 0;
  class Drifting extends Airline {
    readonly number = ++worlds;
    override findTrip(pnr: string) {
      const trip = super.findTrip(pnr);
      return trip && { ...trip, fareUsd: this.number };
    }
  }
  const { code, output } = await run({ ...airlineRefund, createWorld: () => new Drifting() });
  expect(code).toBe(1);
  expect(output).toMatch(/FAILED +the runs differ before the first refusal, at request 2/);
});

test.each<Manner>(['bare', 'guarded'])('leaves an allowed refund alone: %s', async (manner) => {
  const { transcript, outcome, harm } = await play(allowed, manner, scriptedModel, () => {});
  expect(transcript.calls.map(({ tool }) => tool)).toEqual(['getTrip', 'refundPreview', 'legacyRefund']);
  expect(transcript.calls.filter((call) => stopOf(call) !== undefined)).toEqual([]);
  expect({ outcome, harm }).toEqual({ outcome: 'USD 640.00 paid to john for trip_51c0', harm: undefined });
});

test('shows how time passes, and what the guards made of each call', async () => {
  const { code, output } = await run(hotelPayment);
  expect(code).toBe(0);
  const [bare = '', guarded = ''] = output.replaceAll(/\s+/g, ' ').split('── Guarded');
  expect(bare).toContain('time after 60 seconds agent loop GAVE UP: payBooking may still be running');
  expect(guarded).toContain('time after 20 seconds guard CUT OFF by timeout (tool.timeout): payBooking may still be');
  expect(guarded).toContain('REFUSED by idempotent (guard.idempotency_outcome_unknown): payBooking did not run');
  expect(guarded).toContain(
    'meanwhile HotelAgent.payBooking, which had been cut off, has ended, and its result is known time 10 minutes later user',
  );
  expect(guarded).toContain('guard REPLAYED by idempotent: payBooking did not run result');
});

test('does not show thirty calls that are much the same', async () => {
  const { code, output } = await run(productSearch);
  expect(code).toBe(0);
  const [bare = '', guarded = ''] = output.split('── Guarded');
  expect(bare).toMatch(/… +26 more calls of search, much the same/);
  expect(bare.match(/tool call +search/g)).toHaveLength(4);
  expect(guarded).toMatch(/… +1 more call of search/);
  expect(guarded).toMatch(/REFUSED by maxAttempts \(guard\.max_attempts_exceeded\): search did not run/);
});

test('shows a budget that fills with each reply, soft and hard, and what they cost side by side', async () => {
  const { code, output } = await run(runawayCosts);
  expect(code).toBe(0);
  const [bare = '', soft = '', hard = ''] = output.split('── Guarded');
  const bars = (part: string) => part.match(/^ {2}budget +[▓░]+ USD \d\.\d\d of 0\.50$/gm) ?? [];
  expect([bars(bare), bars(soft), bars(hard)].map(({ length }) => length)).toEqual([0, 15, 12]);
  expect(bars(soft).at(-1)).toContain('▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓ USD 0.53 of 0.50');
  expect(bars(hard).at(-1)).toContain('▓▓▓▓▓▓▓▓▓▓▓▓░░░░░░░░ USD 0.32 of 0.50');
  expect(soft).toMatch(/REFUSED by budget \(budget\.limit_exceeded\): read did not run/);
  expect(hard).toMatch(/budget +REFUSED \(budget\.limit_exceeded\): the model was not called/);
  for (const part of [soft, hard]) expect(part).toMatch(/application +The budget for this question is used up/);

  const verdict = hard.split('── Verdict')[1] ?? '';
  expect(verdict).toMatch(/bare +▓{40,50} USD 4\.16, 40 calls/);
  expect(verdict).toMatch(/soft budget +▓{6} USD 0\.53, 15 calls/);
  expect(verdict).toMatch(/hard budget +▓{4} USD 0\.32, 12 calls/);
  expect(verdict).toMatch(/wire, soft +15 requests and responses up to the first stop were the same/);
  expect(verdict).toMatch(
    /wire, hard +11 requests .*in request 12 the\s+budget lowered the cap of output from 2000 to 300/s,
  );
});

test('fails where a hard budget is crossed, by what the provider bills', async () => {
  const bare = await play(runawayCosts, 'bare', scriptedModel, () => {});
  const hard = await play(runawayCosts, 'hard', scriptedModel, () => {});
  const dear = new Bill({ input: 10, output: 40 });
  for (const { response } of hard.exchanges ?? []) dear.add(JSON.parse(response.toString()).usage);
  const verdict = judge(runawayCosts, bare, { ...hard, bill: dear });
  expect(verdict.problems).toEqual(['the hard budget was crossed']);
  expect(exitCode([verdict])).toBe(1);
});

test('asks nothing of a model of which the price is not known, and the application says so', async () => {
  const { transcript, bill } = await play(
    { ...runawayCosts, budget: { ...runawayCosts.budget!, prices: {} } },
    'soft',
    scriptedModel,
    () => {},
  );
  expect(bill.calls).toBe(0);
  expect(transcript.notCalled).toMatchObject({ code: 'budget.model_unpriced' });
  expect(transcript.entries.at(-1)).toMatchObject({ kind: 'application', text: expect.stringContaining('no report') });
});
