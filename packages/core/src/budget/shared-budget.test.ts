import { describe, expect, it } from '@jest/globals';
import {
  AgentHost,
  type HostConfigurationError,
  type SharedBudget,
  type SharedBudgetOptions,
  sharedBudget,
  UsageError,
} from '../index.js';
import { readSharedBudget } from './shared-budget.js';

const WRONG: [string, unknown, string][] = [
  ['usdLimit', { usdLimit: 0 }, 'amount of USD'],
  ['usdLimit', { usdLimit: Number.NaN }, 'amount of USD'],
  ['usdLimit', { usdLimit: '5' }, 'amount of USD'],
  ['usdLimit', { usdLimit: 9_007_200 }, 'amount of USD'],
  ['tokenLimit', { tokenLimit: 0 }, 'integer from 1'],
  ['tokenLimit', { tokenLimit: 1.5 }, 'integer from 1'],
  ['tokenLimit', { tokenLimit: Number.MAX_SAFE_INTEGER }, 'integer from 1'],
  ['options', {}, 'need a limit'],
  ['options', { per: '1d' }, 'need a limit'],
  ['per', { usdLimit: 1, per: '36h' }, 'whole days'],
  ['per', { usdLimit: 1, per: '7h' }, 'whole days'],
  ['per', { usdLimit: 1, per: 'week' }, 'whole days'],
  ['per', { usdLimit: 1, per: null }, 'whole days'],
  ['timezone', { usdLimit: 1, per: '1d', timezone: 'Europe/Nowhere' }, 'IANA'],
  ['timezone', { usdLimit: 1, timezone: 7 }, 'IANA'],
  ['enforcement', { usdLimit: 1, enforcement: 'strict' }, "'soft' or 'hard'"],
  ['costLimit', { costLimit: 1 }, 'is no option'],
  ['options', null, 'object'],
  ['options', [], 'object'],
];

describe('sharedBudget', () => {
  it.each(WRONG)('refuses %s where it is wrong: %p', (option, options, message) => {
    const make = () => sharedBudget('acme', options as SharedBudgetOptions);
    expect(make).toThrow(UsageError);
    expect(make).toThrow(message);
    expect(make).toThrow(
      expect.objectContaining({ code: 'usage.budget_configuration', details: expect.objectContaining({ option }) }),
    );
  });

  it.each([[''], [7], [undefined], ['x'.repeat(1025)]])('refuses the name %p', (name) => {
    expect(() => sharedBudget(name as string, { usdLimit: 1 })).toThrow('name');
  });

  it('says what it is, and cannot be changed', () => {
    const budget = sharedBudget('acme', { usdLimit: 9_007_199, per: '1d', timezone: 'Europe/Berlin' });
    expect(budget).toEqual({
      ...{ name: 'acme', usdLimit: 9_007_199, tokenLimit: undefined },
      ...{ per: '1d', timezone: 'Europe/Berlin', enforcement: 'soft' },
    });
    expect(Object.isFrozen(budget)).toBe(true);
  });

  it('is counted by name, unit and periods, whatever the name says', () => {
    const keysOf = (name: string, options: Partial<SharedBudgetOptions> = {}) =>
      readSharedBudget(sharedBudget(name, { usdLimit: 5, tokenLimit: 5, ...options }))?.limits.map(({ key }) => key);
    const some = [
      keysOf('a'),
      keysOf('b'),
      keysOf('a","total","usd'),
      keysOf('a', { per: '1d' }),
      keysOf('a', { per: '1h' }),
      keysOf('a', { per: 'month' }),
      keysOf('a', { per: '1d', timezone: 'Europe/Berlin' }),
    ].flat();
    expect(new Set(some).size).toBe(some.length);
    expect(keysOf('a', { per: '1d', usdLimit: 7, enforcement: 'hard' })).toEqual(keysOf('a', { per: '24h' }));
  });

  it('counts USD in nano-dollars, and never more than were allowed', () => {
    const limitOf = (usdLimit: number) => readSharedBudget(sharedBudget('a', { usdLimit }))?.limits[0]?.limit;
    expect([limitOf(0.000_001), limitOf(50), limitOf(0.000_001_000_9)]).toEqual([1000, 50_000_000_000, 1000]);
  });
});

describe('shared budgets of a host', () => {
  const acme = sharedBudget('acme', { usdLimit: 5 });
  const copy = { ...acme };

  it.each([[acme], [[copy]], [[null]], ['acme'], [{}]])('must be a list of them: %p', async (sharedBudgets) => {
    const error = await AgentHost.create({ sharedBudgets: sharedBudgets as SharedBudget[] }).catch((thrown) => thrown);
    expect((error as HostConfigurationError).problems).toMatchObject([
      { code: 'usage.host_options', option: 'create.sharedBudgets', message: expect.stringContaining('must be') },
    ]);
  });

  it.each([[acme], [[copy]], [undefined], [Promise.resolve([acme])]])(
    'must be what a function returns: %p',
    async (is) => {
      const host = await AgentHost.create({ sharedBudgets: () => is as SharedBudget[] });
      expect(() => host.open()).toThrow('what the function returned');
      expect(() => host.open()).toThrow(UsageError);
    },
  );

  it('keep a run from being opened where the function that names them fails', async () => {
    const cause = new Error('no tenant');
    const host = await AgentHost.create({
      sharedBudgets: () => {
        throw cause;
      },
    });
    const opened = host.run(() => 'unlimited');
    await expect(opened).rejects.toMatchObject({ code: 'usage.budget_configuration', cause });
    await expect(opened).rejects.toThrow('no tenant');
  });

  it('are asked for with what is known of the run', async () => {
    const asked: unknown[] = [];
    const host = await AgentHost.create({
      sharedBudgets: (run) => {
        asked.push(run);
        return [acme];
      },
    });
    await host.run({ userId: 'alice', runId: 'r1', sessionId: 's1', scope: { tenant: 'acme' } }, () => {});
    expect(asked).toEqual([{ id: 'r1', userId: 'alice', sessionId: 's1', scope: { tenant: 'acme' } }]);
  });

  it('of a run are checked too', async () => {
    const host = await AgentHost.create();
    expect(() => host.open({ sharedBudgets: [copy] })).toThrow('host.run: sharedBudgets');
    await expect(host.sharedBudget(copy)).rejects.toThrow('sharedBudget(name');
  });
});
