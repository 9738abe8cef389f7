import { Client, type ClientOptions } from '@actguard/client';
import { jest } from '@jest/globals';
import type { LoopbackGateway } from './loopback-gateway.js';
import { PatientClock } from './patient-clock.js';

/** Body of a gateway's usual tariff, in the form of the wire. */
export const WIRE_TARIFF = {
  tariff_version: 'v1',
  registry_version: 'r1',
  cu_per_usd: 1000,
  llm: {
    default: { input_cu_per_1k: 1, output_cu_per_1k: 4, cached_cu_per_1k: 1 },
    providers: { openai: { models: { 'text-embedding-3-small': { input_cu_per_1m: 20 } } } },
  },
  tools: { tavily_search: 10 },
};

export const RESERVE = { runId: 'r1', scopeId: 's1' } as const;

export const SETTLE = {
  reserveId: 'res-1',
  runId: 'r1',
  scopeId: 's1',
  usage: [],
} as const;

/** A client of a loopback gateway, with a clock that jumps over waits. */
export function testClient(
  gateway: LoopbackGateway,
  options: ClientOptions = {},
): { client: Client; clock: PatientClock } {
  const clock = new PatientClock();
  const client = new Client({
    apiKey: 'ag_live_testkey',
    gatewayUrl: gateway.url,
    clock,
    random: clock.random,
    flushOnExit: false,
    ...options,
  });
  return { client, clock };
}

/** What the process is warned of while a function runs. */
export async function warningsOf(body: () => Promise<unknown>): Promise<string[]> {
  const spy = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  try {
    await body();
    return spy.mock.calls.map(([warning]) => String(warning));
  } finally {
    spy.mockRestore();
  }
}
