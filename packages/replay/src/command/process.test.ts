import { spawn } from 'node:child_process';
import { readdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CommandFolder } from '../../test-support/command-folder.js';
import { HONEST, STOLEN, shopAgent } from '../../test-support/shop-files.js';

// Each test starts processes of its own.
jest.setTimeout(60_000);

let folder: CommandFolder;
beforeAll(() => {
  folder = new CommandFolder();
  folder.write('agents.ts', shopAgent());
  folder.write('lax.ts', shopAgent({ refundRule: '' }));
  folder.writeLines('traces/a.jsonl', [HONEST, STOLEN]);
});
afterAll(() => folder[Symbol.dispose]());

describe('what is read is never written over', () => {
  const unchanged = async (...args: readonly string[]): Promise<string> => {
    const before = [folder.read('traces/a.jsonl'), folder.read('agents.ts')];
    const { code, err } = await folder.run(...args);
    expect([folder.read('traces/a.jsonl'), folder.read('agents.ts')]).toEqual(before);
    expect(code).toBe(2);
    return err;
  };

  test.each(['--json', '--html'])('by %s', async (option) => {
    expect(await unchanged('--agents', 'agents.ts', 'traces', option, 'traces/../traces/a.jsonl')).toBe(
      'error: traces/../traces/a.jsonl is read, so it cannot be written. Name another file.\n',
    );
    expect(await unchanged('--agents', 'agents.ts', 'traces', option, 'agents.ts')).toContain('agents.ts is read');
  });

  test('by a link to it', async () => {
    symlinkSync(path.join(folder.path, 'traces/a.jsonl'), path.join(folder.path, 'link.json'));
    expect(await unchanged('--agents', 'agents.ts', 'traces', '--json', 'link.json')).toContain('link.json is read');
  });

  test('by a comparison', async () => {
    const both = ['--before', 'agents.ts', '--after', 'lax.ts', 'traces', '--json'];
    expect(await unchanged('diff', ...both, 'traces/a.jsonl')).toContain('a.jsonl is read');
    expect(await unchanged('diff', ...both, 'agents.ts')).toContain('agents.ts is read');
  });

  test('nor are two results written into one file', async () => {
    const err = await unchanged('--agents', 'agents.ts', 'traces', '--json', 'both', '--html', './both');
    expect(err).toContain('./both is read');
  });
});

describe('what was written before stays', () => {
  const inFolder = (): string[] => readdirSync(path.join(folder.path, 'results'));
  beforeEach(() => {
    rmSync(path.join(folder.path, 'results'), { recursive: true, force: true });
    folder.write('results/out.json', 'yesterday');
    folder.write('results/out.html', 'yesterday');
  });
  afterEach(() => {
    expect([folder.read('results/out.json'), folder.read('results/out.html')]).toEqual(['yesterday', 'yesterday']);
    expect(inFolder()).toEqual(['out.html', 'out.json']);
  });
  const results = ['--json', 'results/out.json', '--html', 'results/out.html'];

  test('where nothing can be replayed', async () => {
    folder.writeLines('strange.jsonl', [{ ...HONEST, calls: [{ tool: 'fly', args: {} }] }]);
    expect(await folder.run('--agents', 'agents.ts', 'strange.jsonl', ...results)).toMatchObject({ code: 2 });
  });

  test('where a module of agents fails meanwhile', async () => {
    folder.write('late.ts', shopAgent({ more: `setImmediate(() => { throw new Error('late'); });` }));
    const many = Array.from({ length: 2000 }, (_, index) => ({ ...HONEST, id: `many-${index}` }));
    folder.writeLines('late.jsonl', many);
    expect(await folder.run('--agents', 'late.ts', 'late.jsonl', ...results)).toMatchObject({ code: 2 });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('where it is ended by %s', async (signal, code) => {
    const guard = `const Never = defineGuard({ name: 'never', create: () => ({ admit: () => new Promise<void>(() => {}) }) });`;
    const agent = shopAgent({ refundRule: '@Never()', more: 'setInterval(() => {}, 1000);' })
      .replace('import { ', 'import { defineGuard, ')
      .replace('\n@Agent()', `${guard}\n@Agent()`);
    folder.write('waiting.ts', agent);
    const bin = path.resolve(import.meta.dirname, '../../dist/bin.js');
    const args = [bin, '--agents', 'waiting.ts', 'traces', ...results];
    const child = spawn(process.execPath, args, { cwd: folder.path, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while (inFolder().length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signal);
    expect(await ended).toBe(code);
  });
});

describe('the exit code', () => {
  /** Runs the command for a reader who is gone before anything comes. */
  function unread(...args: readonly string[]): Promise<number | null> {
    const bin = path.resolve(import.meta.dirname, '../../dist/bin.js');
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    child.stderr.destroy();
    return new Promise((resolve) => child.once('exit', resolve));
  }

  test('is the same where nobody reads to the end', async () => {
    expect(await unread('--agents', 'agents.ts', 'traces')).toBe(0);
    expect(await unread('diff', '--before', 'agents.ts', '--after', 'lax.ts', 'traces')).toBe(1);
    expect(await unread('--agents', 'nowhere.ts', 'traces')).toBe(2);
  });

  test('is 2 where something fails that a module of agents left going on', async () => {
    const more = `setTimeout(() => { throw new Error('no connection'); }, 0);`;
    folder.write('connecting.ts', shopAgent({ more }));
    const late = await folder.run('diff', '--before', 'connecting.ts', '--after', 'lax.ts', 'traces');
    expect(late).toMatchObject({ code: 2, err: expect.stringContaining('error: Error: no connection') });
    folder.write('rejecting.ts', shopAgent({ more: `void Promise.reject(new Error('no database'));` }));
    const rejected = await folder.run('--agents', 'rejecting.ts', 'traces');
    expect(rejected).toMatchObject({ code: 2, err: expect.stringContaining('error: Error: no database') });
  });

  test('is 2 where a guard waits for ever, and the command says so', async () => {
    const guard = `
const Never = defineGuard({ name: 'never', create: () => ({ admit: () => new Promise<void>(() => {}) }) });
`;
    const agent = shopAgent({ refundRule: '@Never()' }).replace('import { ', 'import { defineGuard, ');
    folder.write('never.ts', agent.replace('\n@Agent()', `${guard}\n@Agent()`));
    expect(await folder.run('--agents', 'never.ts', 'traces')).toMatchObject({
      code: 2,
      err: expect.stringContaining('a guard waits for something that never comes'),
    });
  });

  test('is not held up by a server that a module of agents opens', async () => {
    const more = `import { createServer } from 'node:http'; createServer().listen(0);`;
    folder.write('serving.ts', shopAgent({ more }));
    expect(await folder.run('--agents', 'serving.ts', 'traces')).toMatchObject({ code: 0 });
  });
});

test('an older Node is told what is needed, before anything else', async () => {
  const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.19.0'}})`;
  const bin = path.resolve(import.meta.dirname, '../../dist/bin.js');
  const child = spawn(process.execPath, ['--import', older, bin, '--version'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const texts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => texts.push(text));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(2);
  expect(Buffer.concat(texts).toString()).toBe(
    'error: actguard-replay needs Node 22 or later; this is Node 20.19.0.\n',
  );
});

describe('a terminal cannot be steered', () => {
  const EVIL = '\x1b]0;owned\x07\x1b[2J\x9b31m\u202e';

  test('by the name of a file', async () => {
    folder.write(`named/${EVIL}.jsonl`, 'hello\n');
    const { code, err } = await folder.run('--agents', 'agents.ts', 'named');
    expect(code).toBe(2);
    expect(err).toContain('owned');
    expect(err).not.toMatch(/[^\P{C}\n]/u);
  });

  test('by anything in a recording', async () => {
    const evil = {
      ...HONEST,
      id: EVIL,
      source: EVIL,
      suite: EVIL,
      model: EVIL,
      prompt: EVIL,
      calls: [
        { tool: EVIL, args: { [EVIL]: EVIL } },
        { tool: 'refund', args: { order_id: EVIL, amount: EVIL }, result: EVIL, error: EVIL, is_write: true },
      ],
    };
    folder.writeLines('evil.jsonl', [HONEST, evil]);
    for (const args of [
      ['--agents', 'agents.ts', '--by-model'],
      ['diff', '--before', 'agents.ts', '--after', 'lax.ts'],
      ['--agents', 'agents.ts', '--suite', 'none'],
    ]) {
      const { out, err } = await folder.run(...args, 'evil.jsonl');
      expect(`${out}${err}`).not.toMatch(/[^\P{C}\n]/u);
    }
  });
});
