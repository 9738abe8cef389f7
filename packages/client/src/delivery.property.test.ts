import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ActGuardEvent } from '@actguard/core';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { type Behaviour, LoopbackGateway, type Received } from '../test-support/loopback-gateway.js';
import { SETTLE } from '../test-support/test-client.js';
import { Client } from './client.js';
import type { DeliveryReport } from './delivery-report.js';

beforeEach(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** What a gateway remembers, whatever happens to its process. */
class Ledger {
  /** Settlements by their key: a second one of the same key changes nothing. */
  readonly settled = new Map<string, string>();
  readonly eventIds = new Set<string>();
  /** Bodies that came under a key of another. */
  readonly conflicts: string[] = [];

  take({ path: to, headers, text, json }: Received): void {
    if (to.endsWith('events')) {
      for (const { id } of (json as { events: { id: string }[] }).events) this.eventIds.add(id);
      return;
    }
    const key = String(headers['idempotency-key']);
    const known = this.settled.get(key);
    if (known !== undefined && known !== text) this.conflicts.push(text);
    this.settled.set(key, known ?? text);
  }
}

/** How a gateway that may be broken treats one request: whether it takes it, and what it answers. */
const treatment = fc.record({
  takes: fc.boolean(),
  answer: fc.constantFrom<Behaviour>(
    'reset',
    'reset-in-body',
    { status: 500 },
    { status: 503 },
    { text: 'no JSON' },
    {},
  ),
});
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant('settle' as const) },
  { weight: 4, arbitrary: fc.constant('end of a run' as const) },
  { weight: 1, arbitrary: fc.constant('kill the gateway' as const) },
  { weight: 2, arbitrary: fc.constant('start the gateway' as const) },
  { weight: 3, arbitrary: fc.constant('start the client anew' as const) },
  { weight: 2, arbitrary: fc.constant('pause' as const) },
);

test('whatever happens to the gateway, every settlement arrives once, and every end of a run arrives or is counted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 30 }),
      fc.array(treatment, { maxLength: 15 }),
      async (steps, given) => {
        const treatments = [...given];
        const folder = mkdtempSync(path.join(tmpdir(), 'actguard-property-'));
        const ledger = new Ledger();
        await using gateway = await LoopbackGateway.start((received) => {
          const { takes, answer } = treatments.pop() ?? { takes: true, answer: {} };
          // Whoever answers 200 has taken it, whatever becomes of the answer.
          if (takes || !isRefusal(answer)) ledger.take(received);
          return answer;
        });
        const makeClient = (timeout: number): Client =>
          new Client({
            ...{ apiKey: 'k', gatewayUrl: gateway.url, outbox: { path: folder }, flushOnExit: false },
            ...{ budgetTimeout: timeout, budgetMaxRetries: 1, eventTimeout: timeout, eventMaxRetries: 2 },
            ...{ backoffBase: 1, backoffMax: 4, flushInterval: 1, maxBatchEvents: 3 },
          });
        let client = makeClient(60);
        let settlements = 0;
        let ends = 0;
        const reports: DeliveryReport[] = [];
        const settling: Promise<void>[] = [];
        for (const each of steps) {
          if (each === 'settle') settling.push(client.settle({ ...SETTLE, reserveId: `res-${settlements++}` }));
          if (each === 'end of a run') client.onEvent(endOf(`r${ends++}`));
          if (each === 'kill the gateway') await gateway.kill();
          if (each === 'start the gateway') await gateway.kill().then(() => gateway.restart());
          if (each === 'pause') await new Promise((resolve) => setTimeout(resolve, 3));
          if (each === 'start the client anew') {
            await Promise.all(settling);
            reports.push(await client.close({ timeout: 20 }));
            client = makeClient(60);
          }
        }
        await Promise.all(settling);
        await gateway.kill();
        await gateway.restart();
        treatments.length = 0;
        reports.push(await client.close({ timeout: '20s' }));
        await using last = makeClient(20_000);
        await last.flush({ timeout: '20s' });

        expect(last.status().settlements).toMatchObject({ waiting: 0, rejected: 0, dropped: 0 });
        expect(ledger.conflicts).toEqual([]);
        const settled = [...ledger.settled.values()].map(
          (body) => (JSON.parse(body) as { reserve_id: string }).reserve_id,
        );
        expect(settled.sort()).toEqual(Array.from({ length: settlements }, (_, index) => `res-${index}`).sort());
        const sum = (count: keyof DeliveryReport): number =>
          reports.reduce((total, report) => total + report[count], 0);
        expect(sum('sent') + sum('failed') + sum('dropped')).toBe(ends);
        expect(ledger.eventIds.size).toBeGreaterThanOrEqual(sum('sent'));
        expect(ledger.eventIds.size).toBeLessThanOrEqual(ends);
        rmSync(folder, { recursive: true, force: true });
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);

function isRefusal(answer: Behaviour): boolean {
  return answer === 'hang' || answer === 'reset' || (typeof answer === 'object' && answer.status !== undefined);
}

function endOf(runId: string): ActGuardEvent {
  return {
    name: 'run.end',
    category: 'run',
    severity: '',
    outcome: 'success',
    time: 0,
    runId,
    sessionId: 's',
    userId: undefined,
  };
}
