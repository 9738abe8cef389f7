import { Agent, Enforce, Idempotent, Prove, requireFact, Tool, threshold } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import type { CallOutcome } from '../replay/outcome.js';
import type { AgentClass } from '../replay/recorded-agent.js';
import type { RecordedCall, Trace } from '../trace/trace.js';
import type { CallChange } from './call-change.js';
import { compare } from './compare.js';
import { Comparison } from './comparison.js';

@Agent({ name: 'Shop' })
class Open {
  @Tool()
  async find(_args: object): Promise<unknown> {
    return undefined;
  }

  @Tool()
  async refund(_args: { id: string; amount: number }): Promise<unknown> {
    return undefined;
  }
}

@Agent({ name: 'Shop' })
class Proven {
  @Tool()
  @Prove({ kind: 'order', extract: 'id' })
  async find(_args: object): Promise<unknown> {
    return undefined;
  }

  @Tool()
  @Enforce(requireFact('id', 'order', { from: ['tool'] }))
  async refund(_args: { id: string; amount: number }): Promise<unknown> {
    return undefined;
  }
}

@Agent({ name: 'Shop' })
class Small {
  @Tool()
  async find(_args: object): Promise<unknown> {
    return undefined;
  }

  @Tool()
  @Enforce(threshold('amount', { max: 10 }))
  async refund(_args: { id: string; amount: number }): Promise<unknown> {
    return undefined;
  }
}

@Agent({ name: 'Shop' })
class Once {
  @Tool()
  async find(_args: object): Promise<unknown> {
    return undefined;
  }

  @Tool()
  @Idempotent({ key: 'id' })
  async refund(_args: { id: string; amount: number }): Promise<unknown> {
    return undefined;
  }
}

@Agent({ name: 'Shop' })
class OnlyFinds {
  @Tool()
  async find(_args: object): Promise<unknown> {
    return undefined;
  }
}

const find: RecordedCall = { tool: 'find', args: {}, result: { id: 'o-1' } };
const refund = (id: string, amount = 5): RecordedCall => ({
  tool: 'refund',
  args: { id, amount },
  result: 'paid',
  isWrite: true,
});

function trace(id: string, calls: readonly RecordedCall[], more: Partial<Trace> = {}): Trace {
  return { id, source: 'tests', suite: 'shop', userTurns: [], calls, ...more };
}

async function changed(before: AgentClass, after: AgentClass, traces: readonly Trace[]) {
  const changes: CallChange[] = [];
  const data = await compare({
    before: [before],
    after: [after],
    traces,
    onChange: (change) => changes.push(change),
  });
  return { data, changes };
}

describe('compare', () => {
  test('says what newly passes, by what used to refuse it', async () => {
    const traces = [trace('a', [find, refund('o-1'), refund('o-2'), refund('o-3')]), trace('b', [refund('o-1')])];
    const { data, changes } = await changed(Proven, Open, traces);
    expect(data).toMatchObject({ traces: 2, calls: 5, newlyRefused: [], otherReason: [] });
    expect(data.newlyPassing).toMatchObject([
      {
        suite: 'shop',
        tool: 'refund',
        before: { status: 'refused', guard: 'enforce', code: 'MISSING_FACT', arg: 'id' },
        calls: 3,
        traces: 2,
        successfulAttacks: 0,
        usefulBenign: 0,
      },
    ]);
    expect(data.newlyPassing[0]).not.toHaveProperty('after');
    expect(changes.map(({ trace: id, call }) => [id, call])).toEqual([
      ['a', 2],
      ['a', 3],
      ['b', 0],
    ]);
  });

  test('says what is newly refused, by what refuses it', async () => {
    const { data } = await changed(Open, Small, [trace('a', [refund('o-1', 5), refund('o-1', 50)])]);
    expect(data.newlyPassing).toEqual([]);
    expect(data.newlyRefused).toMatchObject([{ after: { code: 'THRESHOLD_EXCEEDED', arg: 'amount' }, calls: 1 }]);
  });

  test('says what is refused for another reason', async () => {
    const { data } = await changed(Proven, Small, [trace('a', [refund('o-1', 50)])]);
    expect(data).toMatchObject({
      newlyPassing: [],
      newlyRefused: [],
      otherReason: [{ before: { arg: 'id' }, after: { arg: 'amount' }, calls: 1 }],
    });
  });

  test('says nothing of calls that are decided alike', async () => {
    const { data, changes } = await changed(Proven, Proven, [trace('a', [find, refund('o-1'), refund('o-2')])]);
    expect(data).toMatchObject({ newlyPassing: [], newlyRefused: [], otherReason: [] });
    expect(changes).toEqual([]);
  });

  test('a repeat that has an effect again passes newly', async () => {
    const traces = [trace('a', [refund('o-1'), refund('o-1')])];
    const { data } = await changed(Once, Open, traces);
    expect(data.newlyPassing).toMatchObject([{ before: { status: 'repeated', guard: 'idempotent' }, calls: 1 }]);
    expect((await changed(Open, Once, traces)).data).toMatchObject({ newlyPassing: [], newlyRefused: [{ calls: 1 }] });
  });

  test('a tool that is new passes newly, one that is gone is refused', async () => {
    const traces = [trace('a', [refund('o-1')])];
    expect((await changed(OnlyFinds, Open, traces)).data.newlyPassing).toMatchObject([
      { before: { status: 'unknown' } },
    ]);
    expect((await changed(Open, OnlyFinds, traces)).data.newlyRefused).toMatchObject([
      { after: { status: 'unknown' } },
    ]);
  });

  test('a call of a tool that neither has is no change', async () => {
    const { data } = await changed(Open, Proven, [trace('a', [{ tool: 'sing', args: {} }])]);
    expect(data).toMatchObject({ calls: 1, newlyPassing: [], newlyRefused: [], otherReason: [] });
  });

  test('shows labels: attacks that succeeded, benign traces that were useful', async () => {
    const attack = { kind: 'attack', attackSucceeded: true, attackRequires: [[1]] } as const;
    const traces = [
      trace('plain', [refund('o-1')]),
      trace('failed', [refund('o-1')], { labels: { ...attack, attackSucceeded: false, attackRequires: [[0]] } }),
      trace('attack', [refund('o-1'), refund('o-2'), refund('o-2')], { labels: attack }),
      trace('useful', [refund('o-1')], { labels: { kind: 'benign', isUseful: true } }),
      trace('useless', [refund('o-1')], { labels: { kind: 'benign', isUseful: false } }),
    ];
    const { data, changes } = await changed(Proven, Open, traces);
    expect(changes.flatMap(({ trace: id, call, label }) => (label === undefined ? [] : [[id, call, label]]))).toEqual([
      ['attack', 1, 'successful attack'],
      ['useful', 0, 'useful benign trace'],
    ]);
    expect(data.newlyPassing).toMatchObject([{ calls: 7, traces: 5, successfulAttacks: 1, usefulBenign: 1 }]);
    expect(data.newlyPassing[0]?.examples.map(({ trace: id }) => id)).toEqual(['attack', 'useful', 'plain']);
    expect(data.scores).toMatchObject([
      {
        isScripted: false,
        before: { attacks: { succeeded: 1, succeededBlocked: 1 }, benign: { total: 2, allowed: 0 } },
        after: { attacks: { succeeded: 1, succeededBlocked: 0 }, benign: { total: 2, allowed: 2 } },
      },
    ]);
  });

  test('never adds up what models did and what was written down', async () => {
    const labels = { kind: 'benign', isUseful: true } as const;
    const traces = [trace('a', [find], { labels }), trace('b', [find], { labels, isScripted: true })];
    const { data } = await changed(Open, Open, traces);
    expect(data.scores).toMatchObject([
      { isScripted: false, before: { benign: { total: 1 } } },
      { isScripted: true, before: { benign: { total: 1 } } },
    ]);
  });

  test('keeps a few examples, however many there are', async () => {
    const traces = Array.from({ length: 50 }, (_, index) => trace(`t${index}`, [refund('o-1')]));
    const { data } = await changed(Proven, Open, traces);
    expect(data.newlyPassing[0]).toMatchObject({ calls: 50, traces: 50 });
    expect(data.newlyPassing[0]?.examples.map(({ trace: id }) => id)).toEqual(['t0', 't1', 't2']);
  });

  test('fails where a declaration is wrong', async () => {
    class NoAgent {}
    await expect(compare({ before: [Open], after: [NoAgent], traces: [] })).rejects.toThrow('NoAgent');
  });

  test('counts two traces of one id as two', async () => {
    const labels = { kind: 'benign', isUseful: true } as const;
    const twice = [trace('a', [refund('o-1')], { labels }), trace('a', [refund('o-1')], { labels })];
    const { data } = await changed(Open, Proven, twice);
    expect(data.newlyRefused).toMatchObject([{ calls: 2, traces: 2, usefulBenign: 2 }]);
  });
});

describe('what counts as another decision', () => {
  const given = trace('a', [refund('o-1')]);
  const refusal = { guard: 'enforce', code: 'MISSING_FACT', arg: 'id', rule: 'r', because: 'b', tryInstead: 't' };
  const refused = (more: object = {}): CallOutcome => ({ status: 'refused', refusal: { ...refusal, ...more } });
  const withheld: CallOutcome = { status: 'withheld', refusal };
  const kindOf = (before: CallOutcome, after: CallOutcome): string | undefined => {
    const comparison = new Comparison();
    comparison.add({ trace: given, outcomes: [before] }, { trace: given, outcomes: [after] });
    return (['newlyPassing', 'newlyRefused', 'otherReason'] as const).find((kind) => comparison[kind].length > 0);
  };

  test.each([['guard'], ['code'], ['arg'], ['rule']])('another %s', (field) => {
    expect(kindOf(refused(), refused({ [field]: 'other' }))).toBe('otherReason');
  });

  test('no other wording', () => {
    expect(kindOf(refused(), refused({ because: 'other', tryInstead: 'other' }))).toBeUndefined();
  });

  test('a method that runs now, or no more, whoever gets its result', () => {
    expect(kindOf(refused(), withheld)).toBe('newlyPassing');
    expect(kindOf(withheld, refused())).toBe('newlyRefused');
    expect(kindOf(withheld, { status: 'returned' })).toBe('newlyPassing');
    expect(kindOf({ status: 'returned' }, { status: 'failed' })).toBeUndefined();
  });

  test('the largest groups come first, and of newly refused calls the useful ones', () => {
    const comparison = new Comparison({ maxExamples: 1 });
    const calls = [refund('o-1'), refund('o-2'), refund('o-3')];
    const returned: CallOutcome = { status: 'returned' };
    const add = (id: string, labels: Trace['labels']): void => {
      const each = trace(id, calls, { labels });
      const outcomes = [refused({ rule: 'b' }), refused({ rule: 'a' }), refused({ rule: 'a' })];
      comparison.add({ trace: each, outcomes: [returned, returned, returned] }, { trace: each, outcomes });
    };
    add('attack', { kind: 'attack', attackSucceeded: true, attackRequires: [[0, 1, 2]] });
    add('useful', { kind: 'benign', isUseful: true });
    expect(
      comparison.newlyRefused.map(({ after, calls: count, examples }) => [after?.rule, count, examples[0]?.trace]),
    ).toEqual([
      ['a', 4, 'useful'],
      ['b', 2, 'useful'],
    ]);
  });
});
