import { describe, expect, it } from '@jest/globals';
import { AgentHost } from '../index.js';

describe('wrong use of a host or a run', () => {
  const misuse: [string, (host: any, run: any) => unknown, RegExp][] = [
    ['a misspelt user of the kill switch', (host) => host.kill('x', { user: 'bob' }), /user = "bob" is no option/],
    ['a user that is no text', (host) => host.kill('x', { userId: 5 }), /userId = 5 must be a text/],
    ['no options of the kill switch', (host) => host.kill('x', null), /options = null must be an object/],
    ['a misspelt user to revive', (host) => host.revive({ user: 'bob' }), /user = "bob" is no option/],
    ['a session that is no text', (host) => host.endSession(5), /sessionId = 5/],
    ['a listener that is no function', (host) => host.on(5), /listener = 5 must be a function/],
    ['an agent to explain that is none', (host) => host.explain(), /not an agent/],
    ['a misspelt option of a fact', (_host, run) => run.facts.add('k', 'v', { tll: '1s' }), /tll = "1s" is no option/],
    ['no options of a fact', (_host, run) => run.facts.add('k', 'v', null), /options = null/],
    ['a function to bind that is none', (_host, run) => run.bind(5), /fn = 5 must be a function/],
  ];

  it.each(misuse)('is a usage error, and changes nothing: %s', async (_title, misused, message) => {
    const host = await AgentHost.create();
    const run = host.open({ userId: 'alice' });
    await expect((async () => misused(host, run))()).rejects.toMatchObject({
      code: expect.stringMatching(/^usage\./),
      message: expect.stringMatching(message),
    });
    expect(run.isActive).toBe(true);
    expect(await run.facts.list()).toEqual([]);
    await host.close();
  });

  it('kills for a reason that is no text', async () => {
    const host = await AgentHost.create();
    const run = host.open();
    host.kill(Object.create(null) as never);
    expect(run.isActive).toBe(false);
    await host.close();
  });
});
