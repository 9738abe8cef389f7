import type { ActGuardEvent } from '@actguard/core';
import { expect, test } from '@jest/globals';
import { capturedEvents } from './captured-events.js';

const about = { runId: 'r1', sessionId: 'r1', userId: 'alice', time: 0, severity: '', outcome: '' } as const;
const said = (text: string): ActGuardEvent => ({ ...about, category: 'run', name: 'run.user_said', text });

test('copies are bounded, and stay as they are', () => {
  const result = { items: ['one'] };
  const invoke: ActGuardEvent = {
    ...about,
    category: 'tool',
    outcome: 'success',
    name: 'tool.invoke',
    toolName: 'Desk.list',
    callId: 'r1:1',
    attempt: 1,
    args: {},
    durationMs: 1,
    result,
  };
  const copies = capturedEvents([said('x'.repeat(100_000)), invoke]);
  result.items.push('two');
  expect(copies).toMatchObject([{ name: 'run.user_said' }, { name: 'tool.invoke', result: { items: ['one'] } }]);
  expect(JSON.stringify(copies).length).toBeLessThan(5000);
});

test('what cannot be read, or is of a newer version, is left out', () => {
  const unreadable = {
    ...about,
    name: 'run.user_said',
    get text(): string {
      throw new Error('gone');
    },
  } as unknown as ActGuardEvent;
  const newer = { ...about, name: 'run.dreamt' } as unknown as ActGuardEvent;
  expect(capturedEvents([unreadable, newer, said('here')])).toMatchObject([{ text: 'here' }]);
});
