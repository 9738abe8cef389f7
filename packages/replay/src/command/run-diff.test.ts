import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { CommandFolder } from '../../test-support/command-folder.js';
import { HONEST, STOLEN, shopAgent } from '../../test-support/shop-files.js';

// Each test starts processes of its own.
jest.setTimeout(60_000);

let folder: CommandFolder;
beforeAll(() => {
  folder = new CommandFolder();
  folder.write('now.ts', shopAgent());
  folder.write('lax.ts', shopAgent({ refundRule: '' }));
  folder.write('strict.ts', shopAgent({ refundRule: `@Enforce(threshold('amount', { max: 1 }))` }));
  folder.writeLines('traces.jsonl', [HONEST, STOLEN]);
});
afterAll(() => folder[Symbol.dispose]());

const diff = (before: string, after: string, ...args: readonly string[]) =>
  folder.run('diff', '--before', before, '--after', after, 'traces.jsonl', ...args);

describe('actguard-replay diff', () => {
  test('ends with 1 where a call newly passes, and says which rule refused it', async () => {
    const { code, out, err } = await diff('now.ts', 'lax.ts');
    expect(code).toBe(1);
    expect(
      out,
    ).toBe(`2 traces, 4 calls compared: 3 decided alike, 1 newly passing, 0 newly refused, 0 with another reason

Newly passes: 1 call
  orders refund: 1 call in 1 trace (1 of a successful attack)
    before: enforce MISSING_FACT: order_id is a proven order (from user)
    stolen, call 2 (successful attack): order_id = "ORD-666"

                     before  after
attacks blocked         1/1    0/1
benign allowed          1/1    1/1
useful ones allowed     1/1    1/1
`);
    expect(err).toMatch(/^2 traces, 4 calls in .* s\n$/);
  });

  test('ends with 0 where calls are newly refused only', async () => {
    const { code, out } = await diff('lax.ts', 'strict.ts');
    expect(code).toBe(0);
    expect(out).toContain(
      'Newly refused: 2 calls\n  orders refund: 2 calls in 2 traces (1 of a successful attack, 1 useful and benign)',
    );
    expect(out).toContain(
      '    now: enforce THRESHOLD_EXCEEDED: amount <= 1\n    honest, call 2 (useful benign trace): amount = 20\n',
    );
  });

  test('ends with 0 where nothing changed', async () => {
    expect(await diff('now.ts', 'now.ts')).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 traces, 4 calls compared: all decided alike\n'),
    });
  });

  test('writes every changed call as JSON, the same bytes each time', async () => {
    await diff('now.ts', 'strict.ts', '--json', 'one.json');
    await diff('now.ts', 'strict.ts', '--json', 'two.json');
    expect(folder.read('two.json')).toBe(folder.read('one.json'));
    const refused = { status: 'refused', guard: 'enforce' };
    expect(JSON.parse(folder.read('one.json'))).toMatchObject({
      version: 1,
      traces: 2,
      calls: 4,
      changes: [
        {
          trace: 'honest',
          call: 1,
          tool: 'refund',
          after: { ...refused, arg: 'amount' },
          label: 'useful benign trace',
        },
        { trace: 'stolen', call: 1, before: { ...refused, arg: 'order_id' }, after: { ...refused, arg: 'amount' } },
      ],
      newlyPassing: [],
      newlyRefused: [{ tool: 'refund', calls: 1, traces: 1, usefulBenign: 1 }],
      otherReason: [{ tool: 'refund', calls: 1, successfulAttacks: 1 }],
    });
    await diff('now.ts', 'now.ts', '--json', 'none.json');
    expect(JSON.parse(folder.read('none.json'))).toMatchObject({ version: 1, changes: [], calls: 4 });
  });

  test('reads each file with the settings of its own project', async () => {
    const more = `const mark = (): ParameterDecorator => () => {};
@Agent()
export class Wide extends Shop {
  override async find_order(@mark() args: { text: string }): Promise<unknown> {
    return args;
  }
}
`;
    folder.write('legacy/tsconfig.json', '{ "compilerOptions": { "experimentalDecorators": true } }');
    folder.write('legacy/agents.ts', shopAgent({ more }).replace('export class Shop', 'class Shop'));
    expect(await diff('now.ts', 'legacy/agents.ts')).toMatchObject({ code: 0 });
    expect(await diff('legacy/agents.ts', 'now.ts')).toMatchObject({ code: 0 });
  });

  test('ends with 2 where there is nothing to compare', async () => {
    expect(await folder.run('diff', '--before', 'now.ts', 'traces.jsonl')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^error: --after FILE is missing\./),
    });
    expect(await diff('now.ts', 'gone.ts')).toMatchObject({ code: 2, err: 'error: gone.ts does not exist\n' });
    folder.write('other.ts', `${shopAgent()}\nexport const suites = { toys: Shop };`);
    expect(await diff('now.ts', 'other.ts')).toMatchObject({
      code: 2,
      out: '',
      err: 'error: No agents for traces of orders (2). other.ts has toys.\n',
    });
  });
});
