import type { ActGuardEvent } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readStructure } from '../../../tests/support/page-structure.js';
import { renderTimeline, renderTimelines } from './render-page.js';

describe('events that are not as they should be', () => {
  const about = { category: 'run', severity: '', outcome: '', time: 0, runId: 'r1', sessionId: 'r1', userId: 'alice' };
  const TEXTS = [
    'runId',
    'sessionId',
    'userId',
    'toolName',
    'callId',
    'guardName',
    'text',
    'code',
    'action',
    'outcome',
  ];
  const names: readonly ActGuardEvent['name'][] = [
    'run.start',
    'run.stop',
    'run.end',
    'run.user_said',
    'run.fact_added',
    'tool.invoke',
    'tool.failure',
    'guard.blocked',
    'guard.intervention',
    'guard.admitted',
    'guard.observed',
  ];
  // Values that no text, number or list can be made of, though JSON has them.
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('r1', 'r1:1', 'o1', 'user', 'tool', 'app', 'wait', 'prove', null),
    fc.constantFrom({ toString: 1, valueOf: 1 }, { length: 5 }, { toString: null }, [null], [[[]]], -1, 1e308),
  );
  const oneOf = (fields: readonly string[]) =>
    fc.record(Object.fromEntries(fields.map((field) => [field, anything])), { requiredKeys: [] });
  const origin = fc.oneof(anything, oneOf(['source', 'tool', 'callId', 'about', 'at']));
  const fact = fc.oneof(
    anything,
    fc.record({ kind: anything, value: anything, origin }, { requiredKeys: [] }),
    fc.record({ kind: fc.constant('order_id'), value: fc.constant('o1'), origin }),
  );
  const error = fc.oneof(
    anything,
    fc.record({ refusal: oneOf(['because', 'tryInstead', 'retryAfterMs', 'attemptsLeft', 'code']) }),
    fc.record({ missing: oneOf(['what', 'kind', 'value', 'about', 'step']) }),
    fc.record({ missing: fc.record({ what: fc.constantFrom('fact', 'step'), kind: anything, step: anything }) }),
  );
  const rest = {
    fact,
    facts: fc.oneof(anything, fc.array(fact, { maxLength: 3 })),
    error,
    ...Object.fromEntries(
      ['time', 'attempt', 'durationMs', 'args', 'result', 'errorType', 'errorMessage'].map((field) => [
        field,
        anything,
      ]),
    ),
  };
  const events = fc.record(
    {
      name: fc.constantFrom(...names),
      runId: fc.constantFrom<unknown>('r1', 'r2', 7),
      callId: fc.constantFrom<unknown>('r1:1', 'r1:2', 7),
      ...rest,
      ...Object.fromEntries(
        TEXTS.slice(1)
          .filter((field) => field !== 'callId')
          .map((field) => [field, anything]),
      ),
    },
    { requiredKeys: ['name', 'runId', 'callId'] },
  );
  const wild = fc.record({ name: anything, ...rest, ...Object.fromEntries(TEXTS.map((field) => [field, anything])) });

  test('make a page of what can be shown, whatever a file holds', () => {
    const entries = fc.array(fc.oneof({ weight: 6, arbitrary: events }, wild, anything), { maxLength: 12 });
    fc.assert(
      fc.property(entries, (list) => {
        const inOrder = { ...about, name: 'run.user_said', text: 'What is in order.' };
        const read: ActGuardEvent[] = JSON.parse(JSON.stringify([inOrder, ...list]));
        const { problems, ids, links, text } = readStructure(renderTimeline(read));
        expect(problems).toEqual([]);
        expect(links.filter((link) => !ids.includes(link))).toEqual([]);
        expect(text).toContain('What is in order.');
        for (const unreadable of ['undefined', '[object', 'NaN']) {
          if (!JSON.stringify(list).includes(unreadable)) expect(text).not.toContain(unreadable);
        }
      }),
      { numRuns: 400 },
    );
  });

  const call = { ...about, category: 'guard', toolName: 'Desk.use', callId: 'r1:1', attempt: 1, args: {} };
  const needs = (origin: unknown) => ({
    ...call,
    name: 'guard.admitted',
    guardName: 'enforce',
    facts: [{ kind: 'order_id', value: 'o1', origin }],
  });

  test.each([
    ['an error type that is a number', { ...about, name: 'run.end', outcome: 'failed', errorType: 5 }, 'failed: 5'],
    ['no time', { ...about, name: 'run.user_said', text: 'Hello.', time: undefined }, 'Hello.'],
    [
      'a tool of an origin that is no text',
      needs({ source: 'tool', tool: 5, callId: 'x' }),
      'proven by 5; by which call is not known here',
    ],
    ['no tool of an origin', needs({ source: 'tool', tool: [] }), 'proven by a tool; by which call is not known here'],
    [
      'a duration that is no number',
      { ...call, category: 'tool', name: 'tool.invoke', durationMs: 'soon', result: 7 },
      'method returnedreturned7',
    ],
    ['no names', { ...call, name: 'guard.admitted', toolName: null, guardName: {} }, '? admitted'],
  ])('are shown as far as they go: %s', (_what, event, shown) => {
    const { text } = readStructure(renderTimeline([event as unknown as ActGuardEvent]));
    expect(text).toContain(shown);
    expect(text).not.toContain('could not be read');
  });

  test('name no source of a fact whose origin cannot be read', () => {
    for (const origin of [5, {}, { source: 'moon' }, 'user', []]) {
      const { text } = readStructure(renderTimeline([needs(origin) as unknown as ActGuardEvent]));
      expect(text).not.toMatch(/mentioned by|vouched for by|proven by/);
    }
    expect(readStructure(renderTimeline([needs(null) as unknown as ActGuardEvent])).text).toContain('mentioned by');
  });

  test('are counted where nothing of them can be shown; those of a newer version are not', () => {
    const entries = [
      null,
      7,
      [],
      {},
      { ...about, name: 'run.fact_added' },
      { ...about, name: 'run.user_said' },
      { ...about, name: 'run.start', runId: {} },
      { ...call, name: 'tool.invoke', callId: null },
      { ...about, name: 'run.dreamt' },
      { ...about, name: 'run.start' },
    ] as unknown as ActGuardEvent[];
    const words = 'Not complete 8 events could not be read.';
    expect(readStructure(renderTimeline(entries)).text).toContain(words);
    const sections = [{ title: 'One', events: entries, notes: [{ label: 'Harm', text: 'none' }] }];
    const { text } = readStructure(renderTimelines({ title: 'All', sections }));
    expect(text).toContain(words);
    expect(text).toContain('Harm none');
  });
});
