import { AgentHost, BudgetExceededError, type LlmUsageEvent, tokenUsage, UnboundedCostError } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MeteredCall } from './metered-call.js';
import { meteringOf } from './metering.js';
import type { AnswerReader, Operation, RequestBody } from './operation.js';

/** Reads `{ tokens, done, text, searches, failed }`. */
class Reader implements AnswerReader {
  usage: AnswerReader['usage'];
  isFinal = false;
  model: string | undefined;
  outputLength = 0;
  webSearches: number | undefined;
  isFailed = false;

  read(data: unknown): boolean {
    const { tokens, done, text = '', searches, failed } = data as Said;
    this.webSearches = searches;
    this.isFailed ||= failed === true;
    if (tokens !== undefined) this.usage = tokenUsage({ output: tokens });
    this.isFinal ||= done === true;
    this.outputLength += text.length;
    return text !== 'hidden';
  }
}

interface Said {
  readonly tokens?: number;
  readonly done?: boolean;
  readonly text?: string;
  readonly searches?: number;
  readonly failed?: boolean;
}

const operation: Operation = {
  name: 'talk',
  model: () => 'm',
  bound: (body) => ({ inputTokens: 10, outputTokens: 20, unbounded: body['why'] as string | undefined }),
  withOutputCap: (body, cap) => ({ ...body, cap }),
  withStreamUsage: (body) => ({ ...body, usage: true }),
  reader: () => new Reader(),
};

let events: LlmUsageEvent[];
let host: AgentHost;
beforeEach(async () => {
  events = [];
  host = await AgentHost.create({
    onEvent: (event) => {
      if (event.name === 'llm.usage') events.push(event);
    },
  });
});
afterEach(() => host.close());

const admit = async (body: RequestBody = {}, attempts = 3, isStream = false): Promise<MeteredCall> =>
  MeteredCall.admit(meteringOf('p', {}), operation, body, isStream, attempts);

/** What is charged for a call: each charge, and whether it is estimated. */
async function charged(use: (call: MeteredCall) => void): Promise<readonly [number, boolean][]> {
  await host.run(async () => use(await admit()));
  return events.map(({ tokens, isEstimated }) => [tokens, isEstimated]);
}

describe('a call is charged', () => {
  test('what its answer says', async () => {
    expect(await charged((call) => call.answered({ tokens: 7, done: true }))).toEqual([[7, false]]);
    expect(events).toMatchObject([{ provider: 'p', model: 'm', operation: 'talk', outcome: 'success' }]);
  });

  test('once, however often it ends', async () => {
    const ends = await charged((call) => {
      call.see({ tokens: 7, done: true });
      call.ended({ how: 'end' });
      call.ended({ how: 'left' });
      call.failed(new Error(), true);
    });
    expect(ends).toEqual([[7, false]]);
  });

  test('an estimate where the answer says nothing: the input and what went by', async () => {
    expect(await charged((call) => call.answered({ text: 'seven!!' }))).toEqual([[13, true]]);
  });

  test('what it had said, with what went by since, where it broke off', async () => {
    const broken = await charged((call) => {
      call.see({ tokens: 2, text: 'x'.repeat(12) });
      call.ended({ how: 'error', error: new Error() });
    });
    expect(broken).toEqual([[4, true]]);
    expect(events).toMatchObject([{ outcome: 'failed' }]);
  });

  test('nothing where it was refused or never got there', async () => {
    expect(await charged((call) => call.failed(new Error('400'), false))).toEqual([[0, false]]);
  });

  test('as much more for each attempt that was lost', async () => {
    const repeated = await charged((call) => {
      for (let attempt = 0; attempt < 2; attempt++) {
        call.attemptStarted();
        call.attemptFailed(new Error('reset', { cause: { code: 'ECONNRESET' } }));
      }
      call.attemptStarted();
      call.attemptAnswered(true);
      call.answered({ tokens: 7, done: true });
    });
    expect(repeated).toEqual([
      [7, false],
      [7, true],
      [7, true],
    ]);
  });

  test('as much more for an attempt whose body was given up', async () => {
    const repeated = await charged((call) => {
      for (const isSuccess of [false, true, true]) {
        call.attemptStarted();
        call.attemptAnswered(isSuccess);
      }
      call.answered({ tokens: 7, done: true });
    });
    expect(repeated).toEqual([
      [7, false],
      [7, true],
    ]);
  });
});

const abort = Object.assign(new Error(), { name: 'AbortError' });
const ends: readonly [string, (call: MeteredCall) => void, string][] = [
  ['answered', (call) => call.answered({ tokens: 1, done: true }), 'success'],
  ['answered with a failure', (call) => call.answered({ tokens: 1, done: true, failed: true }), 'failed'],
  ['streamed to its end', (call) => call.ended({ how: 'end' }), 'success'],
  ['left before its end', (call) => call.ended({ how: 'left' }), 'aborted'],
  ['broken off', (call) => call.ended({ how: 'error', error: new Error() }), 'failed'],
  ['aborted while it was streamed', (call) => call.ended({ how: 'error', error: abort }), 'aborted'],
  ['aborted before it was answered', (call) => call.failed(abort, false), 'aborted'],
  ['refused', (call) => call.failed(new Error('400'), false), 'failed'],
];
test.each(ends)('a call that was %s', async (_, end, outcome) => {
  await charged(end);
  expect(events).toMatchObject([{ outcome }]);
});

test('a stream that said that it failed has failed, whoever left it, and is charged what it told before', async () => {
  const told = await charged((call) => {
    call.see({ tokens: 7, done: true });
    call.see({ failed: true });
    call.ended({ how: 'left' });
  });
  expect(told).toEqual([[7, false]]);
  expect(events).toMatchObject([{ outcome: 'failed' }]);
});

test('web searches are charged at their price', async () => {
  const prices = { m: { input: 0, output: 0, perWebSearch: 0.01 } };
  await host.run(async () => {
    const call = await MeteredCall.admit(meteringOf('p', { prices }), operation, {}, false, 1);
    call.answered({ tokens: 7, done: true, searches: 2 });
  });
  expect(events).toMatchObject([{ usdMicros: 20_000 }]);
});

test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])(
  'an attempt that failed with %s was never sent',
  async (code) => {
    const error = new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) });
    const lost = await charged((call) => {
      call.attemptStarted();
      call.attemptFailed(error);
      call.failed(error, false);
    });
    expect(lost).toEqual([[0, false]]);
  },
);

test('the usage of a stream is asked for in a run alone', async () => {
  expect((await admit({}, 1, true)).body).toEqual({});
  await host.run(async () => {
    expect((await admit({}, 1, true)).body).toEqual({ usage: true });
    expect((await admit({}, 1, false)).body).toEqual({});
  });
});

test('a hard budget caps the output, and refuses what does not fit or has no bound', async () => {
  await host.run((run) =>
    run.budget({ tokenLimit: 50, enforcement: 'hard' }, async (scope) => {
      await expect(admit({ why: 'because' })).rejects.toBeInstanceOf(UnboundedCostError);
      const call = await admit({}, 2);
      expect(call.body).toEqual({ cap: 15 });
      expect(scope.held.tokens).toBe(50);
      await expect(admit({}, 1)).rejects.toBeInstanceOf(BudgetExceededError);
      call.answered({ tokens: 7, done: true });
      expect([scope.held.tokens, scope.tokensUsed]).toEqual([0, 7]);
    }),
  );
});

test('data that cannot be read is passed on', async () => {
  await host.run(async () => {
    const call = await admit();
    expect(call.see(null)).toBe(true);
    expect(call.see({ text: 'hidden' })).toBe(false);
  });
});

describe('looking at the request', () => {
  const looked = async (bound: Operation['bound'], isShared = false, body: RequestBody = {}): Promise<MeteredCall> =>
    MeteredCall.admit(meteringOf('p', {}), { ...operation, bound }, body, false, 2, isShared);
  const unreadable = (): never => {
    throw new TypeError('circular');
  };
  const lose = (call: MeteredCall): void => {
    call.attemptStarted();
    call.attemptFailed(new Error('reset'));
    call.failed(new Error('reset'), false);
  };

  test('is left out where nothing was lost', async () => {
    let looks = 0;
    const count = () => ({ inputTokens: ++looks });
    await host.run(async () => {
      (await looked(count)).failed(new Error('400'), false);
      (await looked(count)).answered({ tokens: 7, done: true });
      expect(looks).toBe(0);
      lose(await looked(count));
      expect(looks).toBe(1);
    });
  });

  test('is left out outside a run', async () => {
    lose(await looked(unreadable));
    (await looked(unreadable)).answered({});
    expect(events).toEqual([]);
  });

  test('that fails costs an estimate of the output alone, and nothing is thrown', async () => {
    await host.run(async () => {
      const call = await looked(unreadable);
      call.see({ text: 'seven!!' });
      call.ended({ how: 'left' });
    });
    expect(events).toMatchObject([{ tokens: 3, isEstimated: true }]);
  });

  test('of a hard budget makes a copy of what others can change, and this is sent', async () => {
    const part = { text: 'short' };
    const bound = (body: RequestBody) => ({ inputTokens: JSON.stringify(body).length, outputTokens: 5 });
    await host.run((run) =>
      run.budget({ tokenLimit: 100, enforcement: 'hard' }, async () => {
        const call = await looked(bound, true, { part });
        part.text = 'long'.repeat(1000);
        expect(call.body).toEqual({ part: { text: 'short' }, cap: 5 });
      }),
    );
  });

  test('of a soft budget leaves the request as it is', async () => {
    const body = { part: {} };
    await host.run((run) =>
      run.budget({ tokenLimit: 100 }, async () => {
        expect((await looked(unreadable, true, body)).body).toBe(body);
      }),
    );
  });

  test('that finds no JSON object refuses it in a hard budget', async () => {
    const body = { toJSON: () => 'text' };
    await host.run((run) =>
      run.budget({ tokenLimit: 100, enforcement: 'hard' }, async (scope) => {
        await expect(looked(() => ({ inputTokens: 1 }), true, body)).rejects.toThrow('no JSON object');
        expect(scope.held.tokens).toBe(0);
      }),
    );
  });
});
