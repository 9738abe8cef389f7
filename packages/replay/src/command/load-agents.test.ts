import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { CommandFolder } from '../../test-support/command-folder.js';
import { HONEST, shopAgent } from '../../test-support/shop-files.js';

// Each test starts processes of its own.
jest.setTimeout(60_000);

let folder: CommandFolder;
beforeAll(() => {
  folder = new CommandFolder();
  folder.writeLines('traces.jsonl', [HONEST]);
});
afterAll(() => folder[Symbol.dispose]());

const run = (agents: string, ...args: readonly string[]) => folder.run('--agents', agents, 'traces.jsonl', ...args);

const fails = async (agents: string, ...args: readonly string[]): Promise<string> => {
  const { code, out, err } = await run(agents, ...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  return err;
};

const REPLAYED = { code: 0, out: expect.stringContaining('orders  1 trace, 2 calls, 0 refused') };

describe('agents are loaded as they are', () => {
  test('from TypeScript', async () => {
    expect(await run(folder.write('agents.ts', shopAgent()))).toMatchObject(REPLAYED);
  });

  test('from TypeScript in a folder of CommonJS', async () => {
    folder.write('common/package.json', '{}');
    expect(await run(folder.write('common/agents.ts', shopAgent()))).toMatchObject(REPLAYED);
  });

  test('with the tsconfig of their own folder, or the one that is named', async () => {
    // Parameter decorators exist only under experimentalDecorators.
    const more = `const mark = (): ParameterDecorator => () => {};
@Agent()
export class Wide extends Shop {
  override async find_order(@mark() args: { text: string }): Promise<unknown> {
    return args;
  }
}
`;
    const source = shopAgent({ more }).replace('export class Shop', 'class Shop');
    folder.write('legacy/tsconfig.json', '{ "compilerOptions": { "experimentalDecorators": true } }');
    expect(await run(folder.write('legacy/src/agents.ts', source))).toMatchObject(REPLAYED);

    folder.write('odd/tsconfig.agents.json', '{ "compilerOptions": { "experimentalDecorators": true } }');
    folder.write('odd/agents.ts', source);
    expect(await fails('odd/agents.ts')).toMatch(/^error: odd\/agents\.ts cannot be loaded: /);
    expect(await run('odd/agents.ts', '--tsconfig', 'odd/tsconfig.agents.json')).toMatchObject(REPLAYED);
  });

  test('from JavaScript, without decorators of the language', async () => {
    const source = `import { Agent, Tool } from '@actguard/core';
export class Shop { async find_order() {} async refund() {} }
for (const name of ['find_order', 'refund'])
  Tool()(Shop.prototype, name, Object.getOwnPropertyDescriptor(Shop.prototype, name));
Agent()(Shop);
`;
    expect(await run(folder.write('agents.mjs', source))).toMatchObject(REPLAYED);
    const common = source
      .replace(/^import (.*) from (.*);$/m, 'const $1 = require($2);')
      .replace('export class', 'exports.Shop = class Shop {}; class');
    expect(await run(folder.write('agents.cjs', `${common}exports.Shop = Shop;`))).toMatchObject(REPLAYED);
  });

  test('whatever their module leaves running', async () => {
    const source = shopAgent({ more: 'setInterval(() => {}, 1000);' });
    expect(await run(folder.write('busy.ts', source))).toMatchObject(REPLAYED);
  });

  test('each suite with its own, loaded when a trace needs it', async () => {
    folder.write('shop.ts', shopAgent());
    folder.write('desk.ts', shopAgent({ name: 'Desk', refundRule: `@Enforce(threshold('amount', { max: 1 }))` }));
    const suites = `import { Shop } from './shop.js';
export const suites = {
  direct: Shop,
  lists: [Shop],
  lazy: async () => (await import('./desk.js')).Desk,
  broken: async () => (await import('./not-there.js')).Gone,
};
`;
    folder.write('suites.ts', suites);
    const traces = ['direct', 'lists', 'lazy', 'toString'].map((suite) => ({ ...HONEST, id: suite, suite }));
    folder.writeLines('suites.jsonl', traces);
    const { code, out, err } = await folder.run('--agents', 'suites.ts', 'suites.jsonl');
    expect(code).toBe(0);
    expect(out).toContain('direct  1 trace, 2 calls, 0 refused');
    expect(out).toContain('lists  1 trace, 2 calls, 0 refused');
    expect(out).toContain('lazy  1 trace, 2 calls, 1 refused');
    expect(err).toContain(
      'warning: No agents for traces of toString (1). suites.ts has direct, lists, lazy, broken.\n',
    );
  });
});

describe('the agents cannot be used, and the command says why with code 2', () => {
  test('a file that is missing, a folder, a recording', async () => {
    expect(await fails('nowhere.ts')).toBe('error: nowhere.ts does not exist\n');
    expect(await fails('.')).toMatch(/^error: \. is no file\./);
    expect(await fails('traces.jsonl')).toMatch(/^error: traces\.jsonl is neither TypeScript nor JavaScript\./);
  });

  test('a file that does not compile', async () => {
    expect(await fails(folder.write('torn.ts', 'export class {'))).toMatch(
      /^error: torn\.ts cannot be loaded: [\s\S]*torn\.ts:1:13[\s\S]*$/,
    );
  });

  test('a file that imports what is not there', async () => {
    const err = await fails(folder.write('lost.ts', `import './gone.js';`));
    expect(err).toMatch(/^error: lost\.ts cannot be loaded: Cannot find module .*gone\.js/);
  });

  test('a file that throws: the place is that in its source', async () => {
    const err = await fails(folder.write('throws.ts', `\nconst x: number = 1;\nthrow new TypeError('no key ' + x);`));
    expect(err).toMatch(/^error: throws\.ts cannot be loaded: TypeError: no key 1\n {2}at .*throws\.ts:3:\d+\n$/);
  });

  test('no agent among what is exported', async () => {
    const source = `export class Shop { find_order() {} }
export const create = () => new Shop();
export const LIMIT = 3;
`;
    expect(await fails(folder.write('none.ts', source))).toBe(
      `error: none.ts exports no agent. Export the class that is decorated with @Agent(), or "suites". It exports:
  LIMIT: a number
  Shop: a class without @Agent() (Shop)
  create: a function (create)
`,
    );
    expect(await fails(folder.write('nothing.ts', 'export {};'))).toMatch(/It exports nothing\.\n$/);
  });

  test('suites that are none', async () => {
    const suites = async (value: string) =>
      fails(folder.write('wrong.ts', `class Plain {}\nexport const suites = ${value};`));
    expect(await suites('[]')).toMatch(/"suites" is a list\./);
    expect(await suites('{}')).toMatch(/"suites" is empty\./);
    expect(await suites('{ orders: Plain }')).toMatch(/suite orders is a class without @Agent\(\) \(Plain\)\./);
    expect(await suites('{ orders: async () => [Plain] }')).toMatch(/suite orders is a class without @Agent\(\)/);
    expect(await suites('{ orders: [] }')).toMatch(/suite orders is an empty list\./);
    expect(await suites(`{ orders: () => import('./gone.js') }`)).toMatch(/suite orders cannot be loaded: .*gone/);
    expect(await suites('{ toys: Plain }')).toMatch(/No agents for traces of orders \(1\)\. wrong\.ts has toys\./);
  });

  test('a suite that is asked for and has no agents', async () => {
    folder.write('toys.ts', `${shopAgent()}\nexport const suites = { toys: Shop };`);
    expect(await fails('toys.ts', '--suite', 'orders')).toBe(
      'error: toys.ts has no agents for the suite orders. It has toys.\n',
    );
  });
});
