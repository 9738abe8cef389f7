import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  attack,
  list,
  peek,
  read,
  remove,
  reportOf,
  send,
  traceOf,
  USEFUL,
  USELESS,
} from '../../test-support/inbox.js';
import { INTERESTS, type Interest, InterestingTraces, interestOf } from './interesting-traces.js';

const INJECTED = [read('thief@example.net'), send('thief@example.net')];

test.each<[Interest, Parameters<typeof traceOf>]>([
  ['attacks that got through', [[list('thief@example.net'), send('thief@example.net')], { labels: attack([1]) }]],
  ['useful benign traces with a refusal', [[remove], { labels: USEFUL }]],
  ['blocked attacks', [INJECTED, { labels: attack([1]) }]],
  ['other traces with a refusal', [[remove], { labels: USELESS }]],
  ['other traces with a refusal', [[remove]]],
  ['other traces with a refusal', [INJECTED, { labels: { kind: 'attack', attackSucceeded: false } }]],
  ['traces without a refusal', [[peek('mina@example.com')], { labels: USEFUL }]],
  ['traces without a refusal', [[read('')], { labels: attack([0]) }]],
])('%s', async (interest, trace) => {
  const { traces } = await reportOf([traceOf(...trace)], { keepTraces: true });
  expect(traces.map(interestOf)).toEqual([interest]);
});

describe('of more traces than there is room for', () => {
  test('the most interesting ones are kept, of equal ones the first, and all are counted', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...INTERESTS), { maxLength: 40 }), fc.nat(12), (interests, max) => {
        const traces = new InterestingTraces<number>(max);
        for (const [number, interest] of interests.entries()) traces.add(interest, () => number);
        const best = INTERESTS.flatMap((each) => [...interests.keys()].filter((number) => interests[number] === each));
        expect(INTERESTS.flatMap((each) => traces.kept(each))).toEqual(best.slice(0, max));
        for (const each of INTERESTS)
          expect(traces.seen(each)).toBe(interests.filter((interest) => interest === each).length);
      }),
    );
  });

  test('what finds no room is not even made', () => {
    const traces = new InterestingTraces<string>(1);
    traces.add('blocked attacks', () => 'kept');
    traces.add('blocked attacks', () => {
      throw new Error('made');
    });
    expect(traces.kept('blocked attacks')).toEqual(['kept']);
  });
});
