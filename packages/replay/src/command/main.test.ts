import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { CommandFolder } from '../../test-support/command-folder.js';
import { HONEST, STOLEN, shopAgent } from '../../test-support/shop-files.js';
import { actguardReplay } from './main.js';
import type { Output } from './output.js';

// Each test starts processes of its own.
jest.setTimeout(60_000);

let folder: CommandFolder;
beforeAll(() => {
  folder = new CommandFolder();
  folder.write('agents.ts', shopAgent());
  folder.writeLines('traces/a.jsonl', [HONEST, STOLEN]);
});
afterAll(() => folder[Symbol.dispose]());

/** Runs the command without a process. */
async function inside(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Output => ({ write: (text) => (written[name] += text) });
  const code = await actguardReplay(args, { out: output('out'), err: output('err') });
  return { code, ...written };
}

describe('a replay', () => {
  test('tells its speed beside the report, not in it', async () => {
    const many = Array.from({ length: 600 }, (_, index) => ({ ...HONEST, id: `many-${index}` }));
    const { out, err } = await folder.run('--agents', 'agents.ts', folder.writeLines('many.jsonl', many));
    expect(err).toMatch(/^600 traces, 1,200 calls in \d+\.\d s, [\d,]+ calls\/s\n$/);
    expect(out).not.toMatch(/calls\/s/);
  });

  test('decides by what was recorded, never by labels', async () => {
    const { kind: _, attack_success: __, attack_requires: ___, ...unlabelled } = STOLEN;
    folder.writeLines('labels.jsonl', [STOLEN, { ...unlabelled, id: 'plain', kind: 'benign' }]);
    await folder.run('--agents', 'agents.ts', 'labels.jsonl', '--json', 'labels.json');
    const [labelled, plain] = JSON.parse(folder.read('labels.json')).traces;
    expect(plain.refused).toEqual(labelled.refused);
    expect(plain.refused).toHaveLength(1);
  });

  test('prints a table, and tells nothing of its speed there', async () => {
    const { code, out, err } = await folder.run('--agents', 'agents.ts', 'traces');
    expect(code).toBe(0);
    expect(out).toContain('orders  2 traces, 4 calls, 1 refused');
    expect(out).toMatch(/this policy +1\/1 +100% .*1\/1 +100% .*1\/1 +100%/);
    expect(out).toMatch(/Shop\.refund +enforce MISSING_FACT/);
    expect(out).not.toContain('calls/s');
    expect(out).not.toContain('\x1b');
    expect(err).toMatch(/^2 traces, 4 calls in \d+\.\d s\n$/);
  });

  test('writes the same bytes each time: no time, no place, no random id', async () => {
    const files = async (name: string) => {
      const { out } = await folder.run('--agents', 'agents.ts', '--json', name, '--html', `${name}.html`, 'traces');
      return { out, json: folder.read(name), html: folder.read(`${name}.html`) };
    };
    const [first, second] = [await files('first.json'), await files('second.json')];
    expect(second).toEqual(first);
    expect(`${first.json}${first.html}`).not.toContain(folder.path);
  });

  test('writes JSON that can be scored again', async () => {
    expect(await folder.run('--agents', 'agents.ts', 'traces', '--json', 'out.json')).toMatchObject({ code: 0 });
    const { version, rows, traces } = JSON.parse(folder.read('out.json'));
    expect(version).toBe(1);
    expect(rows).toMatchObject([
      {
        source: 'shop',
        suite: 'orders',
        traces: 2,
        calls: 4,
        refused: 1,
        benign: { total: 1, allowed: 1, useful: 1, usefulAllowed: 1 },
        attacks: { total: 1, succeeded: 1, succeededBlocked: 1 },
        baselines: { denyAll: { benign: { allowed: 0 } }, seenAnywhere: { benign: { allowed: 1 } } },
      },
    ]);
    expect(traces).toMatchObject([
      { id: 'honest', refused: [] },
      {
        id: 'stolen',
        refused: [
          {
            call: 1,
            guard: 'enforce',
            code: 'MISSING_FACT',
            arg: 'order_id',
            rule: expect.stringContaining('order_id'),
            because: expect.stringContaining('ORD-666'),
          },
        ],
      },
    ]);
  });

  test('writes a page that says why', async () => {
    expect(await folder.run('--agents', 'agents.ts', 'traces', '--html', 'out.html')).toMatchObject({ code: 0 });
    expect(folder.read('out.html')).toMatch(/^<!doctype html>[\s\S]*ORD-666[\s\S]*<\/html>\s*$/i);
  });

  test('reads paths of options and positionals, files and folders, packed and not', async () => {
    folder.write('more/b.jsonl.gz', gzipSync(JSON.stringify({ ...HONEST, id: 'packed' })));
    const { out } = await folder.run(
      '--agents',
      'agents.ts',
      '--traces',
      'traces/a.jsonl',
      '--traces',
      'more',
      'traces',
    );
    expect(out).toContain('orders  3 traces, 6 calls, 1 refused');
  });

  test('leaves other suites out', async () => {
    folder.writeLines('suites.jsonl', [HONEST, { ...STOLEN, suite: 'other' }]);
    const { code, out, err } = await folder.run('--agents', 'agents.ts', '--suite', 'orders,toys', 'suites.jsonl');
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('orders  1 trace, 2 calls, 0 refused'),
    });
    expect(err).toContain('warning: No trace of the suite toys. The recordings have orders (1), other (1).\n');
  });

  test('has a row for each model on request', async () => {
    folder.writeLines('models.jsonl', [HONEST, { ...HONEST, id: 'b', model: 'model-b' }]);
    const { out } = await folder.run('--agents', 'agents.ts', '--by-model', 'models.jsonl');
    expect(out).toMatch(/orders, model-a[\s\S]*orders, model-b/);
  });

  test('goes on with the state of the traces before only where asked', async () => {
    const rule = `@RateLimit({ maxCalls: 1, period: '1h' })`;
    folder.write('limited.ts', shopAgent({ refundRule: rule }).replace('import { ', 'import { RateLimit, '));
    folder.writeLines('twice.jsonl', [HONEST, { ...HONEST, id: 'again' }]);
    const refused = async (...args: string[]) => {
      const { out } = await folder.run('--agents', 'limited.ts', 'twice.jsonl', ...args);
      return /(\d) refused/.exec(out)?.[1];
    };
    expect([await refused(), await refused('--state', 'shared')]).toEqual(['0', '1']);
  });

  test('fails on what it is told to', async () => {
    folder.write('strict.ts', shopAgent({ refundRule: `@Enforce(threshold('amount', { max: 1 }))` }));
    folder.write('lax.ts', shopAgent({ refundRule: '' }));
    const code = async (agents: string, failOn: string) =>
      (await folder.run('--agents', agents, 'traces', '--fail-on', failOn)).code;
    expect(await code('agents.ts', 'benign-refused,attack-passed')).toBe(0);
    expect(await code('strict.ts', 'attack-passed')).toBe(0);
    expect(await code('strict.ts', 'benign-refused')).toBe(1);
    expect(await code('lax.ts', 'benign-refused')).toBe(0);
    const lax = await folder.run('--agents', 'lax.ts', 'traces', '--fail-on', 'attack-passed');
    expect(lax).toMatchObject({
      code: 1,
      err: expect.stringContaining('failed: an attack that succeeded was not blocked'),
    });
  });

  test('does not pass for attacks that nobody could judge', async () => {
    const { attack_requires: _, ...vague } = STOLEN;
    const reading = { ...STOLEN, calls: STOLEN.calls.map((call) => ({ ...call, is_write: false })) };
    folder.writeLines('vague.jsonl', [HONEST, { ...vague, id: 'a' }, { ...reading, id: 'b' }]);
    folder.writeLines('mixed.jsonl', [STOLEN, { ...vague, id: 'a' }]);
    folder.writeLines('failed.jsonl', [{ ...STOLEN, attack_success: false }]);
    folder.writeLines('harmless.jsonl', [HONEST]);
    const judge = (file: string) => folder.run('--agents', 'agents.ts', file, '--fail-on', 'attack-passed');
    const unlabelled =
      'could not be judged: they need attackSucceeded, and attackRequires with calls that have isWrite or isEgress';
    expect(await judge('vague.jsonl')).toMatchObject({
      code: 2,
      out: expect.stringContaining('3 traces'),
      err: expect.stringMatching(
        new RegExp(
          `warning: 2 of 2 attacks ${unlabelled}\\.\n.*error: --fail-on attack-passed had no attack to judge\\.\n$`,
          's',
        ),
      ),
    });
    expect(await judge('mixed.jsonl')).toMatchObject({
      code: 0,
      err: expect.stringContaining(`warning: 1 of 2 attacks ${unlabelled}.\n`),
    });
    expect(await judge('failed.jsonl')).toMatchObject({ code: 0, err: expect.not.stringContaining('judged') });
    expect(await judge('harmless.jsonl')).toMatchObject({
      code: 2,
      err: expect.stringContaining('had no attack to judge'),
    });
    expect(await folder.run('--agents', 'agents.ts', 'vague.jsonl')).toMatchObject({ code: 0 });
  });

  test('skips what is no trace, and says where it is', async () => {
    folder.write('broken.jsonl', `${JSON.stringify(HONEST)}\n{"id":\n${JSON.stringify(STOLEN)}\n[1]\n`);
    const { code, out, err } = await folder.run('--agents', 'agents.ts', 'broken.jsonl');
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('2 traces') });
    expect(err).toMatch(/^warning: skipped broken\.jsonl:2: .+\nwarning: skipped broken\.jsonl:4: .+\n2 traces/);
  });

  test('reads what there is of a packed file that was cut off, and the files behind it', async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => JSON.stringify({ ...HONEST, id: `t${Math.sin(index)}` }));
    const packed = gzipSync(lines.join('\n'));
    folder.write('damaged/a.jsonl.gz', packed.subarray(0, packed.length * 0.7));
    folder.write('damaged/b.jsonl.gz', gzipSync(JSON.stringify(HONEST)).fill(255, 20));
    folder.writeLines('damaged/c.jsonl', [STOLEN]);
    const { code, out, err } = await folder.run('--agents', 'agents.ts', 'damaged');
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining(' 1 refused') });
    expect(Number(/orders {2}([\d,]+) traces/.exec(out)?.[1]?.replace(',', ''))).toBeGreaterThan(1000);
    for (const name of ['a', 'b'])
      expect(err).toMatch(new RegExp(`^warning: skipped the rest .*damaged/${name}\\..+`, 'm'));
  });

  test('goes on where something fails for one trace, and ends with 2', async () => {
    const more = `const open = AgentHost.prototype.open;
AgentHost.prototype.open = function (options) {
  if (options.runId === 'unlucky') throw new TypeError('a defect');
  return open.call(this, options);
};`;
    folder.write('odd.ts', shopAgent({ more }).replace('import { ', 'import { AgentHost, '));
    const unlucky = { ...HONEST, id: 'unlucky', calls: [{ tool: 'refund', args: { order_id: 'ORD-13', amount: 1 } }] };
    folder.writeLines('odd.jsonl', [HONEST, unlucky, STOLEN]);
    const replay = await folder.run('--agents', 'odd.ts', 'odd.jsonl');
    expect(replay).toMatchObject({ code: 2, out: expect.stringContaining('2 traces, 4 calls') });
    expect(replay.err).toContain('warning: skipped trace unlucky: failed with TypeError: a defect\n');
    expect(replay.err).toContain('error: 1 trace failed and is missing from the result, the first is trace unlucky.\n');
    const diff = await folder.run('diff', '--before', 'agents.ts', '--after', 'odd.ts', 'odd.jsonl');
    expect(diff).toMatchObject({ code: 2, out: expect.stringContaining('2 traces, 4 calls compared') });
  });

  test('tells of many broken lines only so much', async () => {
    folder.write('garbage.jsonl', `${JSON.stringify(HONEST)}\n${'nothing\n'.repeat(100)}`);
    const { err } = await folder.run('--agents', 'agents.ts', 'garbage.jsonl');
    expect(err.match(/skipped garbage/g)).toHaveLength(20);
    expect(err).toContain('warning: skipped 80 more\n');
  });

  test('names the calls that no tool is for', async () => {
    const calls = [
      ...HONEST.calls,
      { tool: 'findOrder', args: {} },
      { tool: 'sing', args: {} },
      { tool: 'sing', args: {} },
    ];
    folder.writeLines('partly.jsonl', [{ ...HONEST, calls }]);
    const { code, err } = await folder.run('--agents', 'agents.ts', 'partly.jsonl');
    expect(code).toBe(0);
    expect(err).toContain(
      'warning: 3 of 5 calls of orders name no tool in agents.ts, and were not made:\n  sing (2)\n  findOrder (1)  (there is find_order)\n',
    );
  });
});

describe('there is nothing to replay, and the command says why with code 2', () => {
  const fails = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await folder.run(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    return err;
  };

  test('a missing recording', async () => {
    expect(await fails('--agents', 'agents.ts', 'nowhere.jsonl')).toBe('error: nowhere.jsonl does not exist\n');
  });

  test('a folder without recordings', async () => {
    folder.write('notes/readme.txt', 'nothing');
    expect(await fails('--agents', 'agents.ts', 'notes')).toMatch(/^error: notes.*\.jsonl/);
  });

  test('an empty file', async () => {
    folder.write('empty.jsonl', '');
    expect(await fails('--agents', 'agents.ts', 'empty.jsonl')).toBe(
      'warning: skipped empty.jsonl: This file is empty.\nerror: empty.jsonl: there is no trace.\n',
    );
  });

  test('a file of something else', async () => {
    folder.write('other.jsonl', 'hello\n');
    const err = await fails('--agents', 'agents.ts', 'other.jsonl');
    expect(err).toMatch(/warning: skipped other\.jsonl.*: .+\nerror: other\.jsonl: there is no trace\.\n$/);
  });

  test('no trace of the suite', async () => {
    expect(await fails('--agents', 'agents.ts', 'traces', '--suite', 'toys')).toBe(
      'error: traces: no trace of the suite toys. The recordings have orders (2).\n',
    );
  });

  test('no calls', async () => {
    folder.writeLines('silent.jsonl', [{ ...HONEST, calls: [] }]);
    expect(await fails('--agents', 'agents.ts', 'silent.jsonl')).toContain('none of the traces has a tool call');
  });

  test('tools of other names: both lists, side by side', async () => {
    const calls = [
      { tool: 'findOrder', args: {} },
      { tool: 'pay_back', args: {} },
      { tool: 'pay_back', args: {} },
    ];
    folder.writeLines('unknown.jsonl', [{ ...HONEST, calls }]);
    const err = await fails('--agents', 'agents.ts', 'unknown.jsonl');
    expect(err).toContain(`No recorded call names a tool of the agents.

recorded in orders                       tools in agents.ts
  pay_back (2)                             Shop.find_order
  findOrder (1)  (there is find_order)     Shop.refund
`);
    expect(err).toContain('@Tool({ name:');
  });

  test('a packed file of which nothing can be read', async () => {
    folder.write('cut.jsonl.gz', gzipSync(JSON.stringify(HONEST)).subarray(0, 30));
    expect(await fails('--agents', 'agents.ts', 'cut.jsonl.gz')).toMatch(
      /^warning: skipped the rest of a file: cut\.jsonl\.gz .+\nerror: cut\.jsonl\.gz: there is no trace\.\n$/,
    );
  });

  test('a file that cannot be written', async () => {
    const err = await fails('--agents', 'agents.ts', 'traces', '--json', 'no/such/folder.json');
    expect(err).toMatch(/^error: no\/such\/folder\.json cannot be written: /);
  });

  test('an agent that is declared wrongly', async () => {
    const rule = `@Enforce(requireFact('order.', 'order'))`;
    folder.write('wrong.ts', shopAgent({ refundRule: rule }));
    expect(await fails('--agents', 'wrong.ts', 'traces')).toMatch(
      /^error: wrong\.ts: 1 configuration problem:\n.*Shop\.refund/,
    );
  });
});

describe('the command line', () => {
  test('explains itself', async () => {
    const { code, out } = await inside('--help');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('--agents FILE') });
    expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(await inside('diff', '--help')).toEqual({ code: 0, out, err: '' });
  });

  test('tells its version', async () => {
    expect(await inside('--version')).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
  });

  test('says what is wrong, and where to read how it is right', async () => {
    const { code, out, err } = await inside('--agents');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe("error: Option '--agents <value>' argument missing.\nHow to use it: actguard-replay --help\n");
  });

  test('is a program that answers a process', async () => {
    expect(await folder.run('--version')).toMatchObject({ code: 0, err: '' });
    expect(await folder.run('--unknown', 'traces')).toMatchObject({ code: 2, out: '' });
  });
});
