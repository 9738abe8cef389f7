import { spawn } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
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
