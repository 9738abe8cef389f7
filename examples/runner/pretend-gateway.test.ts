import { expect, test } from '@jest/globals';
import { runawayCosts } from '../runaway-costs/scenario.js';
import { scriptedModel } from './model.js';
import { play } from './play.js';
import { PretendGateway, receivedText } from './pretend-gateway.js';

test('counts what a client really sends of a run', async () => {
  await using gateway = await PretendGateway.start();
  const { events, transcript } = await play(runawayCosts, 'soft', scriptedModel, () => {}, gateway.connection);
  await gateway.client.flush();
  const told = (name: string) => events.filter((event) => event.name === name).length;
  for (const name of ['run.start', 'run.end', 'llm.usage', 'guard.blocked'])
    expect([name, gateway.events.get(name)]).toEqual([name, told(name)]);
  expect(gateway.events.get('llm.usage')).toBe(transcript.entries.filter(({ kind }) => kind === 'spent').length);
  const tokens = events.reduce((sum, event) => sum + (event.name === 'llm.usage' ? event.tokens : 0), 0);
  expect(gateway).toMatchObject({ reservations: 1, settlements: 1, settledTokens: tokens });
  expect(gateway.client.status().events).toMatchObject({ failed: 0, dropped: 0 });
});

test('hears nothing of a bare run', async () => {
  await using gateway = await PretendGateway.start();
  await play(runawayCosts, 'bare', scriptedModel, () => {}, gateway.connection);
  await gateway.client.flush();
  expect(receivedText(gateway)).toBe('A gateway would have received 0 events.');
});

test('tells what came in one sentence', () => {
  const events = new Map([
    ['run.start', 2],
    ['run.end', 2],
    ['guard.blocked', 1],
  ]);
  expect(receivedText({ events, reservations: 1, settlements: 1, settledTokens: 12_345 })).toBe(
    'A gateway would have received 5 events (1 guard.blocked, 2 run.end, …), 1 reservation and 1 settlement of 12,345 tokens.',
  );
});
