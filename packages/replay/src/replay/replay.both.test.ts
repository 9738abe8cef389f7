import { Agent, Enforce, inject, Prove, requireCall, requireFact, Tool } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import type { RecordedCall, Trace } from '../trace/trace.js';
import type { CallOutcome } from './outcome.js';
import type { AgentClass } from './recorded-agent.js';
import { replay } from './replay.js';
import type { ReplayerOptions } from './replayer.js';

/** Nothing provides it: a replay must not construct agents. */
class Database {
  constructor() {
    throw new Error('the world was touched');
  }
}

@Agent()
class Orders {
  readonly database = inject(Database);

  @Tool()
  @Prove({ kind: 'order_id', extract: 'id' })
  async list(_args: object): Promise<readonly { readonly id: string }[]> {
    throw new Error('the world was touched');
  }

  @Tool()
  @Enforce(requireFact('id', 'order_id', { from: ['tool', 'app', 'user'] }))
  async remove(_args: { id: string }): Promise<unknown> {
    throw new Error('the world was touched');
  }

  @Tool()
  @Enforce(requireCall('Orders.list'))
  async confirm(_args: object): Promise<unknown> {
    throw new Error('the world was touched');
  }

  @Tool({ name: 'watch_orders' })
  @Prove({ kind: 'order_id', extract: 'id' })
  async *watch(_args: object): AsyncGenerator<{ readonly id: string }> {
    yield { id: 'ord-0' };
    throw new Error('the world was touched');
  }
}

@Agent()
class CarefulOrders extends Orders {
  @Enforce(requireCall('CarefulOrders.confirm'))
  override async remove(args: { id: string }): Promise<unknown> {
    return super.remove(args);
  }
}

const list: RecordedCall = { tool: 'list', args: {}, result: [{ id: 'ord-1' }, { id: 'ord-2' }] };
const remove = (id: unknown): RecordedCall => ({ tool: 'remove', args: { id }, result: 'removed' });

function trace(calls: readonly RecordedCall[], more: Partial<Trace> = {}): Trace {
  return { id: 't1', source: 'tests', suite: 'orders', userTurns: [], calls, ...more };
}

async function outcomesOf(
  given: Trace,
  agents: readonly AgentClass[] = [Orders],
  options: ReplayerOptions = {},
): Promise<readonly CallOutcome[]> {
  for await (const { outcomes } of replay({ agents, traces: [given], options })) return outcomes;
  throw new Error('nothing was replayed');
}

const statuses = async (...args: Parameters<typeof outcomesOf>): Promise<string[]> =>
  (await outcomesOf(...args)).map(({ status }) => status);

describe('a replay', () => {
  test('constructs no agent and runs none of its methods', async () => {
    expect(await statuses(trace([list]))).toEqual(['returned']);
  });

  test('shows recorded results to @Prove, and refuses what was not proven', async () => {
    expect(await statuses(trace([list, remove('ord-1'), remove('ord-3'), remove('ord-2')]))).toEqual([
      'returned',
      'returned',
      'refused',
      'returned',
    ]);
  });

  test('says which guard refused, by which rule, and what would have helped', async () => {
    const [outcome] = await outcomesOf(trace([remove('ord-3')]));
    expect(outcome).toEqual({
      status: 'refused',
      refusal: {
        guard: 'enforce',
        code: 'MISSING_FACT',
        arg: 'id',
        value: 'ord-3',
        rule: 'id is a proven order_id (from tool, app, user)',
        because: 'The order_id "ord-3" in "id" was not proven.',
        tryInstead: expect.stringMatching(/^Call (list|watch_orders) or (list|watch_orders) first/),
      },
    });
  });

  test('lets the user speak when they spoke, not before', async () => {
    const calls = [remove('ord-7'), remove('ord-7')];
    expect(await statuses(trace(calls, { userTurns: [{ at: 0, text: 'Remove ord-7, please.' }] }))).toEqual([
      'returned',
      'returned',
    ]);
    expect(await statuses(trace(calls, { userTurns: [{ at: 1, text: 'Remove ord-7, please.' }] }))).toEqual([
      'refused',
      'returned',
    ]);
  });

  test('takes turns in the order of their places, however they were written down', async () => {
    const userTurns = [
      { at: 1, text: 'And ord-9.' },
      { at: 0, text: 'Remove ord-8.' },
    ];
    expect(await statuses(trace([remove('ord-8'), remove('ord-9')], { userTurns }))).toEqual(['returned', 'returned']);
  });

  test('hands over what the application vouched for', async () => {
    const facts = [{ at: 1, kind: 'order_id', value: 'ord-7' }];
    expect(await statuses(trace([remove('ord-7'), remove('ord-7')], { facts }))).toEqual(['refused', 'returned']);
  });

  test('mints nothing from a refused call, and completes no step with it', async () => {
    const refusedList: RecordedCall = { tool: 'confirm', args: {}, result: 'ok' };
    expect(await statuses(trace([refusedList, list, refusedList]))).toEqual(['refused', 'returned', 'returned']);
  });

  test('mints nothing from a call whose result is not known', async () => {
    expect(await statuses(trace([{ tool: 'list', args: {} }, remove('ord-1')]))).toEqual(['returned', 'refused']);
  });

  test('throws recorded errors, which prove nothing', async () => {
    const failing: RecordedCall = { tool: 'list', args: {}, error: { message: 'out of order' } };
    expect(await statuses(trace([failing, remove('ord-1')]))).toEqual(['failed', 'refused']);
  });

  test('plays what a streaming tool yielded, under the name that models see', async () => {
    const watch: RecordedCall = { tool: 'watch_orders', args: {}, result: [{ id: 'ord-4' }, { id: 'ord-5' }] };
    expect(await statuses(trace([watch, remove('ord-5')]))).toEqual(['returned', 'returned']);
  });

  test('finds a tool by name, id and method, and says where none is', async () => {
    const calls = ['watch_orders', 'watch', 'Orders.watch', 'vanish'].map((tool) => ({ tool, args: {}, result: [] }));
    expect(await statuses(trace(calls))).toEqual(['returned', 'returned', 'returned', 'unknown']);
  });

  test('keeps the guards that a subclass inherits, and adds its own', async () => {
    const confirm: RecordedCall = { tool: 'confirm', args: {}, result: 'ok' };
    const calls = [list, remove('ord-1'), confirm, remove('ord-1'), remove('ord-3')];
    expect(await statuses(trace(calls), [CarefulOrders])).toEqual([
      'returned',
      'refused',
      'returned',
      'returned',
      'refused',
    ]);
  });

  test('refuses what was no object of arguments, as a live run would', async () => {
    const [outcome] = await outcomesOf(trace([{ tool: 'list', args: '{"id": ', result: [] }]));
    expect(outcome).toMatchObject({ status: 'refused', refusal: { guard: 'input', code: 'guard.input_invalid' } });
  });

  test('starts each trace with nothing known', async () => {
    const traces = [trace([list, remove('ord-1')]), trace([remove('ord-1')], { id: 't2' })];
    const found: string[][] = [];
    for await (const { outcomes } of replay({ agents: [Orders], traces }))
      found.push(outcomes.map(({ status }) => status));
    expect(found).toEqual([['returned', 'returned'], ['refused']]);
  });

  test('comes to the same, byte for byte', async () => {
    const traces = [trace([list, remove('ord-1'), remove('ord-3')]), trace([remove('ord-1')], { id: 't2' })];
    const once = async (): Promise<string> => {
      let text = '';
      for await (const replayed of replay({ agents: [Orders], traces })) text += JSON.stringify(replayed);
      return text;
    };
    expect(await once()).toBe(await once());
  });

  test('refuses agents that no host would take', async () => {
    class Plain {}
    await expect(outcomesOf(trace([list]), [Plain])).rejects.toThrow('Plain');
  });
});
