import { expect, test } from '@jest/globals';
import { Inbox, list, read, remove, send, traceOf } from '../../test-support/inbox.js';
import { Replayer } from '../replay/replayer.js';
import { denyAll } from './deny-all.js';

test('refuses every call of a tool that something guards; schemas and the proving of facts are no guard', async () => {
  const { tools } = await Replayer.create([Inbox]);
  const trace = traceOf([list('a@example.com'), read(''), send('a@example.com'), remove, { tool: 'other', args: {} }]);
  expect(trace.calls.map((_, call) => denyAll(trace, tools)(call))).toEqual([false, false, true, true, false]);
});
