import { AgentHost } from '@actguard/core';
import { TestClock } from '@actguard/core/testing';
import { expect, test } from '@jest/globals';
import { ShopAgent } from './agent.js';
import { ProductSearch } from './world.js';

const QUERY = { query: 'red rain jacket' };

async function shop(body: (host: AgentHost, catalogue: ProductSearch, clock: TestClock) => Promise<void>) {
  const clock = new TestClock();
  const catalogue = new ProductSearch();
  await using host = await AgentHost.create({
    agents: [ShopAgent],
    providers: [{ provide: ProductSearch, useValue: catalogue }],
    clock,
  });
  await body(host, catalogue, clock);
}

const search = (host: AgentHost, userId: string, times: number) =>
  host.run({ userId }, async (run) => {
    for (let count = 0; count < times; count++) await run.get(ShopAgent).search(QUERY);
  });

test('searches five times for one task; what comes after is refused and not billed', () =>
  shop(async (host, catalogue) => {
    await host.run({ userId: 'mira' }, async (run) => {
      const tools = run.tools(ShopAgent);
      for (let count = 1; count <= 5; count++) {
        expect(await tools.call('search', { query: `red jacket ${count}` })).toMatchObject({ ok: true });
      }
      for (const query of ['red jacket 6', 'scarlet jacket']) {
        expect(await tools.call('search', { query })).toMatchObject({
          ok: false,
          refusal: { code: 'guard.max_attempts_exceeded', attemptsLeft: 0 },
          final: false,
        });
      }
    });
    expect(catalogue.searches).toBe(5);
    await search(host, 'mira', 5);
    expect(catalogue.billedUsd).toBe(4);
  }));

test('searches twenty times an hour for a user, in however many conversations', () =>
  shop(async (host, catalogue, clock) => {
    for (let conversation = 1; conversation <= 4; conversation++) await search(host, 'mira', 5);
    await expect(search(host, 'mira', 1)).rejects.toMatchObject({ code: 'guard.rate_limit_exceeded' });
    await search(host, 'tom', 1);
    await clock.advance(59 * 60_000);
    await expect(search(host, 'mira', 1)).rejects.toMatchObject({ code: 'guard.rate_limit_exceeded' });
    await clock.advance(60_000);
    await search(host, 'mira', 1);
    expect(catalogue.searches).toBe(22);
  }));
