import type { ActGuardEvent, LimitType } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readStructure } from '../../../tests/support/page-structure.js';
import { renderTimeline } from './render-page.js';

const about = { runId: 'r1', sessionId: 'r1', userId: 'alice', time: 0, severity: '' } as const;

function scope(scopeId: string, scopeName: string | undefined, parentScopeId?: string) {
  const scopeKind = parentScopeId === undefined ? 'root' : 'nested';
  return { ...about, scopeId, scopeName, scopeKind, parentScopeId, rootScopeId: 's1', planKey: undefined } as const;
}

function opened(
  limits: Partial<Record<LimitType, number>>,
  id = 's1',
  name: string | undefined = 'research',
  parent?: string,
): ActGuardEvent {
  const base = { ...scope(id, name, parent), category: 'budget', outcome: '', name: 'budget.open' } as const;
  return { ...base, enforcement: 'soft', limits, warnAt: 0.8 };
}

function cost(usd: number, id = 's1'): ActGuardEvent {
  const base = { ...scope(id, undefined), category: 'budget', outcome: '', name: 'budget.cost' } as const;
  return { ...base, costName: 'search', usdMicros: usd * 1_000_000, costUnits: 0, toolName: undefined };
}

const asked: ActGuardEvent = {
  ...about,
  category: 'llm',
  outcome: 'success',
  name: 'llm.usage',
  provider: 'openai',
  model: 'gpt-x',
  responseModel: 'gpt-x-2026',
  operation: 'chat.completions',
  durationMs: 700,
  usage: {
    input: 1000,
    cachedInput: 200,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    audioInput: 0,
    output: 34,
    reasoning: 50,
    audioOutput: 0,
  },
  tokens: 1284,
  usdMicros: 12_300,
  costUnits: 0,
  isEstimated: true,
  scopeId: 's1',
  scopeName: 'research',
  toolName: 'Desk.ask',
};

const textOf = (events: readonly ActGuardEvent[]): string =>
  readStructure(renderTimeline(events)).text.replaceAll(/\s+/g, ' ');

/** Widths of the filled parts of the bars, in pixels: before and added, bar by bar. The legend's come first. */
function filled(events: readonly ActGuardEvent[]): number[] {
  const page = renderTimeline(events);
  return [...page.matchAll(/<rect class="fill[^"]*"(?: x="[\d.]+")? width="([^"]*)"/g)]
    .map(([, width]) => Number(width))
    .slice(2);
}

describe('a call of a model on a page', () => {
  test('says in words what it used, and what it cost', () => {
    const text = textOf([asked]);
    for (const words of ['openai/gpt-x as gpt-x-2026', '1,284 tokens (1,000 in, 200 cached, 34 out, 50 reasoning)']) {
      expect(text).toContain(words);
    }
    expect(text).toContain('USD 0.0123 estimated in Desk.ask');
    expect(text).toContain('1 model call, USD 0.0123');
    expect(text).toContain('0 refused, 1 model call');
  });

  test('of unknown price says so, and the sum of the run as well', () => {
    const text = textOf([asked, { ...asked, usdMicros: undefined, isEstimated: false }]);
    expect(text).toContain('price not known in Desk.ask');
    expect(text).toContain('2 model calls, USD 0.0123, without 1 call of unknown price');
  });
});

describe('the bar of a budget', () => {
  test('fills, and says in words how far', () => {
    const events = [opened({ usd: 0.5 }), cost(0.18), cost(0.18)];
    expect(textOf(events)).toContain('USD 0.18 of 0.50 36 % budget research, soft');
    expect(textOf(events)).toContain('USD 0.36 of 0.50 72 % budget research, soft');
    // The heading; then each step: what was used before, and what was added.
    expect(filled(events)).toEqual([100.8, 0, 0, 50.4, 50.4, 50.4]);
  });

  test('changes its look near the limit and at it, and is never longer than itself', () => {
    const classes = (usd: number) => [
      ...renderTimeline([opened({ usd: 1 }), cost(usd)]).matchAll(/class="budget (\w+)"/g),
    ];
    expect(classes(0.79).map(([, state]) => state)).toEqual(['ok', 'ok']);
    expect(classes(0.8).map(([, state]) => state)).toEqual(['near', 'near']);
    expect(classes(1).map(([, state]) => state)).toEqual(['full', 'full']);
    expect(textOf([opened({ usd: 1 }), cost(0.9999)])).toContain('USD 0.9999 of 1.00 99 %');
    expect(textOf([opened({ usd: 1 }), cost(3)])).toContain('USD 3.00 of 1.00 used up');
    expect(filled([opened({ usd: 1 }), cost(3)])).toEqual([140, 0, 0, 140]);
  });

  test('is there for each limit and each scope around, but only where a step changed it', () => {
    const events = [opened({ usd: 1, token: 5 }), opened({ usd: 0.5 }, 's2', 'part', 's1'), cost(0.1, 's2')];
    const steps = textOf(events).split('costsearch').at(-1) ?? '';
    expect(steps).toContain('USD 0.10 of 0.50 20 % budget part, soft');
    expect(steps).toContain('USD 0.10 of 1.00 10 % budget research, soft');
    expect(steps).not.toContain('tokens');
    expect(textOf(events)).toContain('0 of 5 tokens 0 % budget research');
  });

  test('of a scope that was opened before the page begins says that there may be more', () => {
    const warning: ActGuardEvent = {
      ...scope('s9', 'late'),
      category: 'budget',
      outcome: 'warning',
      name: 'budget.warning',
      limitType: 'usd',
      used: 0.9,
      limit: 1,
      warnAt: 0.8,
    };
    expect(textOf([warning])).toContain('nearly used up');
    expect(textOf([warning])).toContain('at least USD 0.90 of 1.00 90 % budget late');
  });

  test('is drawn for the first budgets of a run; the others are counted', () => {
    const many = Array.from({ length: 40 }, (_, index) => opened({ usd: 1 }, `s${index + 1}`, `part ${index + 1}`));
    expect(textOf(many)).toContain('and 28 budgets more');
    expect(textOf(many)).not.toContain('part 13');
  });
});

test('made-up events of budgets become text and bars of ours, and never go round in circles', () => {
  const any = fc.oneof(
    fc.anything(),
    fc.constantFrom('<script>', '"><b>', '\u202E', 's1', 's2', Number.NaN, -1, 1e308, Number.POSITIVE_INFINITY),
  );
  const names = fc.constantFrom('budget.open', 'budget.cost', 'budget.warning', 'budget.blocked', 'llm.usage');
  const fields =
    `scopeId scopeName parentScopeId enforcement limits warnAt costName usdMicros costUnits toolName limitType
    used limit refused error provider model responseModel operation usage tokens isEstimated outcome`.split(/\s+/);
  const event = fc.tuple(names, fc.tuple(...fields.map(() => fc.option(any, { nil: undefined })))).map(
    ([name, values]) =>
      ({
        ...about,
        name,
        ...Object.fromEntries(fields.map((field, index) => [field, plain(values[index])])),
      }) as never,
  );
  const circle = [opened({ usd: 1 }, 's1', 'one', 's2'), opened({ usd: 1 }, 's2', 'two', 's1'), cost(0.1)];
  fc.assert(
    fc.property(fc.array(event, { maxLength: 6 }), (events) => {
      const { problems } = readStructure(renderTimeline([...circle, ...events]));
      expect(problems).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

/** As after a file or a wire. */
function plain(value: unknown): unknown {
  try {
    const text = JSON.stringify(value);
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
