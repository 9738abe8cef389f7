import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, AgentHost, admitModelCall, Tool, tokenUsage } from '@actguard/core';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { type Behaviour, LoopbackGateway, type Received } from '../test-support/loopback-gateway.js';
import { WIRE_TARIFF } from '../test-support/test-client.js';
import { Client } from './client.js';
import type { DeliveryReport } from './delivery-report.js';

beforeEach(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
});

@Agent()
class Desk {
  @Tool()
  async work(_args: object) {
    return 'worked';
  }
}

interface Settlement {
  readonly reserve_id: string;
  readonly input_tokens: number;
}

/** What a gateway remembers, whatever happens to its process. */
class Ledger {
  /** Reservations by their key, with the run that they are for. */
  readonly reserved = new Map<string, { readonly id: string; readonly runId: string }>();
  readonly settled = new Map<string, string>();
  readonly conflicts: string[] = [];
  readonly ended = new Set<string>();

  /** Takes a request, as often as it comes, and says what it answers. */
  take({ path: to, headers, text, json }: Received): unknown {
    if (to.endsWith('cu-tariff')) return WIRE_TARIFF;
    if (to.endsWith('events')) {
      for (const { name, run_id } of (json as { events: { name: string; run_id: string }[] }).events)
        if (name === 'run.end') this.ended.add(run_id);
      return {};
    }
    const key = String(headers['idempotency-key']);
    if (to.endsWith('reserve')) {
      const known = this.reserved.get(key) ?? {
        id: `res-${this.reserved.size}`,
        runId: (json as { run_id: string }).run_id,
      };
      this.reserved.set(key, known);
      return { reserve_id: known.id, tariff_version: 'v1' };
    }
    const known = this.settled.get(key);
    if (known !== undefined && known !== text) this.conflicts.push(text);
    this.settled.set(key, known ?? text);
    return {};
  }
}

const treatment = fc.record({
  takes: fc.boolean(),
  answer: fc.constantFrom<Behaviour | 'as taken'>(
    'reset',
    'reset-in-body',
    { status: 500 },
    { status: 503 },
    'as taken',
  ),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant('run' as const) },
  { weight: 2, arbitrary: fc.constant('failing run' as const) },
  { weight: 1, arbitrary: fc.constant('killed run' as const) },
  { weight: 1, arbitrary: fc.constant('kill the gateway' as const) },
  { weight: 2, arbitrary: fc.constant('start the gateway' as const) },
  { weight: 2, arbitrary: fc.constant('start the host anew' as const) },
  { weight: 2, arbitrary: fc.constant('pause' as const) },
);

test('whatever happens to the gateway, what runs used of a reservation is settled once, and their ends arrive or are counted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 20 }),
      fc.array(treatment, { maxLength: 15 }),
      async (steps, given) => {
        const treatments = [...given];
        const folder = mkdtempSync(path.join(tmpdir(), 'actguard-hosts-'));
        const ledger = new Ledger();
        await using gateway = await LoopbackGateway.start((received) => {
          const { takes, answer } = treatments.pop() ?? { takes: true, answer: 'as taken' };
          if (answer === 'as taken') return { json: ledger.take(received) };
          // Whoever answers 200 has taken it, whatever becomes of the answer.
          if (takes || answer === 'reset-in-body') ledger.take(received);
          return answer;
        });
        const start = async (budgetTimeout: number) => {
          const client = new Client({
            ...{ apiKey: 'ag_live_testkey', gatewayUrl: gateway.url, outbox: { path: folder } },
            ...{ backoffBase: 1, backoffMax: 5, budgetTimeout, eventTimeout: budgetTimeout, flushInterval: 2 },
            flushOnExit: false,
          });
          return { client, host: await AgentHost.create({ agents: [Desk], client }) };
        };
        const reports: DeliveryReport[] = [];
        const stop = async ({ client, host }: Awaited<ReturnType<typeof start>>, timeout: number) => {
          await host.close();
          reports.push(await client.close({ timeout }));
        };

        let current = await start(60);
        const runs: { readonly runId: string; readonly tokens: number }[] = [];
        /** Reservations that a run has heard of. */
        const granted = new Map<string, number>();
        const play = async (kind: 'run' | 'failing run' | 'killed run'): Promise<void> => {
          const runId = `r${runs.length}`;
          const tokens = runs.length + 1;
          runs.push({ runId, tokens });
          const { client, host } = current;
          const { granted: grantedBefore } = client.status().reservations;
          const answersBefore = answersOf(client);
          const body = async (): Promise<void> => {
            const bound = () => ({ inputTokens: tokens, outputTokens: 0 });
            const request = { provider: 'p', model: 'm', operation: 'chat', bound };
            const call = await admitModelCall(request as Parameters<typeof admitModelCall>[0]);
            call.settle({ outcome: 'success', usage: tokenUsage({ input: tokens }) });
            if (kind === 'failing run') throw new Error('out of paper');
          };
          const running = host.run({ runId, userId: runId, budget: { tokenLimit: 1_000_000 } }, body);
          if (kind === 'killed run') host.kill('enough', { userId: runId });
          const error = await running.then(
            () => undefined,
            (thrown: unknown) => (thrown as Error).name,
          );
          // Whatever the gateway does, a run ends as its body does.
          expect(error).toBe({ run: undefined, 'failing run': 'Error', 'killed run': 'RunKilledError' }[kind]);
          // A run that is killed does not wait for its reservation.
          while (answersOf(client) === answersBefore) await new Promise((resolve) => setImmediate(resolve));
          if (client.status().reservations.granted > grantedBefore)
            granted.set(runId, kind === 'killed run' ? 0 : tokens);
        };

        for (const each of steps) {
          if (each === 'run' || each === 'failing run' || each === 'killed run') await play(each);
          if (each === 'kill the gateway') await gateway.kill();
          if (each === 'start the gateway') await gateway.kill().then(() => gateway.restart());
          if (each === 'pause') await new Promise((resolve) => setTimeout(resolve, 3));
          if (each === 'start the host anew') {
            await stop(current, 20);
            current = await start(60);
          }
        }
        await gateway.kill();
        await gateway.restart();
        treatments.length = 0;
        await stop(current, 20_000);
        const last = await start(20_000);
        await last.client.flush({ timeout: '20s' });
        expect(last.client.status().settlements).toMatchObject({ waiting: 0, rejected: 0, dropped: 0 });
        await stop(last, 20_000);

        expect(ledger.conflicts).toEqual([]);
        const runOf = new Map([...ledger.reserved.values()].map(({ id, runId }) => [id, runId]));
        const settled = [...ledger.settled.values()].map((text) => JSON.parse(text) as Settlement);
        const used = new Map(settled.map((each) => [runOf.get(each.reserve_id), each.input_tokens]));
        expect(used.size).toBe(settled.length);
        for (const [runId, tokens] of granted) expect([runId, used.get(runId)]).toEqual([runId, tokens]);

        const counted = (name: keyof DeliveryReport): number => reports.reduce((sum, each) => sum + each[name], 0);
        const missing = runs.filter(({ runId }) => !ledger.ended.has(runId));
        expect(missing.length).toBeLessThanOrEqual(counted('failed') + counted('dropped'));
        rmSync(folder, { recursive: true, force: true });
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

function answersOf(client: Client): number {
  return Object.values(client.status().reservations).reduce((sum, count) => sum + count, 0);
}
