import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { events, message, USAGE } from '../test-support/loopback-server.js';
import { MessageReader } from './message-reader.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ client: { maxRetries: 0 } });
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const content = [{ type: 'text', text: 'x'.repeat(300), citations: null }] as const;

describe('usage that tells nothing is no usage: the call is estimated', () => {
  const counted = { input_tokens: 12, output_tokens: 30 };
  it.each<[unknown]>([
    [null],
    [{}],
    [{ service_tier: 'standard' }],
    [{ input_tokens: -5, output_tokens: '30' }],
    [{ input_tokens: '12', output_tokens: 30 }],
    [{ input_tokens: 12 }],
    [{ output_tokens: 30 }],
    [{ input_tokens: 1e300, output_tokens: 30 }],
    [{ input_tokens: 12, output_tokens: 1.5 }],
    [{ ...counted, cache_read_input_tokens: '500' }],
    [{ ...counted, cache_creation_input_tokens: -1 }],
    [{ ...counted, iterations: [null] }],
    [{ ...counted, iterations: [{ type: 'message', input_tokens: 12 }] }],
  ])('%j', async (usage) => {
    bench.server.next({ json: message({ content: [...content], usage } as never) });
    await bench.run({}, () => bench.client.messages.create(ASK));
    expect(bench.usage).toHaveLength(1);
    expect(bench.usage[0]).toMatchObject({ isEstimated: true });
    expect(bench.usage[0]?.usage.input).toBeGreaterThanOrEqual(12);
    expect(bench.usage[0]?.usage.output).toBeGreaterThanOrEqual(100);
  });

  it('and a hard budget keeps all that it held', async () => {
    bench.server.next({ json: message({ usage: { service_tier: 'standard' } } as never) });
    const scope = await bench.run({ tokenLimit: 1_000, enforcement: 'hard' }, () => bench.client.messages.create(ASK));
    expect(scope.tokensUsed).toBeGreaterThan(100);
  });

  it('also at the end of a stream', async () => {
    const started = events({}, 'message_delta');
    const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: '77' } };
    bench.server.next({ events: [...started, end as never, { type: 'message_stop' }] });
    await bench.run({}, async () => {
      for await (const _ of await bench.client.messages.create({ ...ASK, stream: true }));
    });
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, usage: { input: USAGE.input_tokens } });
  });

  it('where the calls of tools are all of the answer, by their length', async () => {
    const use = { type: 'tool_use', id: 'u1', name: 'f', input: { text: 'x'.repeat(300) } };
    bench.server.next({ json: message({ content: [use], usage: {} } as never) });
    await bench.run({}, () => bench.client.messages.create(ASK));
    expect(bench.usage[0]?.usage.output).toBeGreaterThanOrEqual(100);
  });
});

describe('counts of nothing', () => {
  it('are exact', async () => {
    bench.server.next({ json: message({ usage: { ...USAGE, output_tokens: 0, output_tokens_details: null } }) });
    await bench.run({}, () => bench.client.messages.create(ASK));
    expect(bench.usage).toMatchObject([{ isEstimated: false, tokens: 821 }]);
  });

  it('of searches that are no counts are not known', () => {
    const searches = (web_search_requests: unknown): number | undefined => {
      const reader = new MessageReader(true);
      reader.read({ type: 'message', usage: { ...USAGE, server_tool_use: { web_search_requests } } });
      return reader.webSearches;
    };
    expect([searches(2), searches(undefined), searches('2'), searches(-1)]).toEqual([2, 0, undefined, undefined]);
  });
});
