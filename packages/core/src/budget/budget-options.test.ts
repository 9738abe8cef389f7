import { describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  Budget,
  type BudgetOptions,
  type HostConfigurationError,
  Tool,
  UsageError,
} from '../index.js';
import { readBudgetOptions } from './budget-options.js';

const WRONG: [string, unknown, string][] = [
  ['tokenLimit', { tokenLimit: 0 }, 'integer from 1'],
  ['tokenLimit', { tokenLimit: -1 }, 'integer from 1'],
  ['tokenLimit', { tokenLimit: 1.5 }, 'integer from 1'],
  ['tokenLimit', { tokenLimit: '10' }, 'integer from 1'],
  ['tokenLimit', { tokenLimit: true }, 'integer from 1'],
  ['tokenLimit', { tokenLimit: 2 ** 53 }, 'integer from 1'],
  ['tokenLimit', { tokenLimit: null }, 'integer from 1'],
  ['usdLimit', { usdLimit: 0 }, 'amount of USD'],
  ['usdLimit', { usdLimit: -1 }, 'amount of USD'],
  ['usdLimit', { usdLimit: Number.NaN }, 'amount of USD'],
  ['usdLimit', { usdLimit: Number.POSITIVE_INFINITY }, 'amount of USD'],
  ['usdLimit', { usdLimit: '1' }, 'amount of USD'],
  ['costLimit', { costLimit: 0.5 }, 'integer from 1'],
  ['name', { name: '' }, 'text that is not empty'],
  ['name', { name: 7 }, 'text that is not empty'],
  ['planKey', { planKey: '' }, 'text that is not empty'],
  ['enforcement', { enforcement: 'strict' }, "'soft' or 'hard'"],
  ['enforcement', { enforcement: 'hard' }, 'needs a limit'],
  ['warnAt', { warnAt: 0 }, 'share'],
  ['warnAt', { warnAt: 1.1 }, 'share'],
  ['warnAt', { warnAt: Number.NaN }, 'share'],
  ['limit', { limit: 5 }, 'is no option'],
];

describe('options of run.budget()', () => {
  it.each(WRONG)('refuse %s where it is wrong: %p', async (option, options, message) => {
    const host = await AgentHost.create({ tariff: { version: 'v', cuPerUsd: 1, default: rates } });
    await using run = host.open();
    const open = () => run.budget(options as BudgetOptions);
    expect(open).toThrow(UsageError);
    expect(open).toThrow(message);
    expect(open).toThrow(
      expect.objectContaining({ code: 'usage.budget_configuration', details: expect.objectContaining({ option }) }),
    );
    expect(() => host.open({ budget: options as BudgetOptions })).toThrow(message);
  });

  it.each([[null], [5], [[]], ['x']])('refuse %p', async (options) => {
    await using run = (await AgentHost.create()).open();
    expect(() => run.budget(options as BudgetOptions)).toThrow(UsageError);
  });

  it('say what a limit of cost units needs', async () => {
    await using run = (await AgentHost.create()).open();
    expect(() => run.budget({ costLimit: 5 })).toThrow('tariff');
  });

  it('take none at all: a scope that only counts', () => {
    expect(readBudgetOptions('m', {}, false)).toMatchObject({ limits: {}, name: undefined });
  });

  it('take a limit of a millionth of a dollar, exactly', () => {
    expect(readBudgetOptions('m', { usdLimit: 0.000_001 }, false).limits).toEqual({ usd: 1_000_000n });
  });
});

const rates = { inputCuPer1k: 1, outputCuPer1k: 1, cachedCuPer1k: 1 };

describe('options of @Budget', () => {
  it('are checked when the host is created, all of them', async () => {
    @Agent()
    class Wrong {
      @Tool()
      @Budget({ tokenLimit: 0, costLimit: 5, limit: 1 } as BudgetOptions)
      async one() {}

      @Tool({ budget: { warnAt: 2 } })
      async two() {}
    }
    const error = await AgentHost.create({ agents: [Wrong] }).catch((thrown: HostConfigurationError) => thrown);
    expect((error as HostConfigurationError).problems).toMatchObject([
      { code: 'usage.budget_configuration', className: 'Wrong', method: 'one', option: 'Budget.limit' },
      { method: 'one', option: 'Budget.tokenLimit', value: 0 },
      { method: 'one', option: 'Budget.costLimit', message: expect.stringContaining('tariff') },
      { method: 'two', option: 'Budget.warnAt', value: 2 },
    ]);
  });

  it('are shown by host.explain()', async () => {
    @Agent()
    class Right {
      @Tool()
      @Budget({ tokenLimit: 100, enforcement: 'hard' })
      async one() {}
    }
    const host = await AgentHost.create({ agents: [Right] });
    expect(JSON.stringify(host.explain(Right))).toContain('tokenLimit 100, enforcement hard');
  });
});
