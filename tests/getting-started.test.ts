import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { pack, publicPackages } from '../scripts/packages.js';
import { stepsOf } from './support/walkthrough.js';
import { WalkthroughReader } from './support/walkthrough-reader.js';

const PAGE = 'docs/getting-started.md';
const page = readFileSync(path.resolve(import.meta.dirname, '..', PAGE), 'utf8');

test(`a reader who follows ${PAGE} word for word sees what it says`, () => {
  const destination = mkdtempSync(path.join(tmpdir(), 'packed-'));
  try {
    const packed = publicPackages().map((folder) => pack(folder, destination));
    using reader = new WalkthroughReader(new Map(packed.map(({ name, path: tarball }) => [name, tarball])));
    reader.follow(PAGE, page);
    const picture = reader.read('run.html');
    for (const shown of ['A lamp is cancelled', 'cancelOrder', 'was not proven', 'cancelled o1']) {
      expect(picture).toContain(shown);
    }
  } finally {
    rmSync(destination, { recursive: true, force: true });
  }
}, 180_000);

describe('the reader', () => {
  const fence = '```';
  const block = (language: string, ...lines: string[]): string[] => [`${fence}${language}`, ...lines, fence, ''];
  const follow = (...lines: string[]): void => {
    using reader = new WalkthroughReader(new Map());
    reader.follow('self.md', lines.join('\n'));
  };

  it('writes files, runs commands where the one before ended, and compares what they print', () => {
    follow(
      ...block('sh', 'mkdir a && cd a', '# a comment', 'echo one \\', '  two'),
      ...block('text', 'one two'),
      ...block('json file=data.json', '{ "answer": 42 }'),
      ...block('sh', 'cat data.json', 'basename "$PWD"'),
      ...block('text', '{ "answer": 42 }', 'a'),
    );
  });

  it('notices a wrong output, at its line', () => {
    const lines = [...block('sh', 'echo 41', 'echo 42'), ...block('text', '41', '43')];
    expect(() => follow(...lines)).toThrow('self.md:7: printed is\n41\n42\nand not\n41\n43');
    expect(() => follow(...block('sh', 'echo more'), ...block('text', ''))).toThrow('self.md:6: printed is\nmore');
  });

  it('notices a command that fails, at its line, with what it said', () => {
    const lines = block('sh', 'true', 'echo why >&2; false', 'echo never');
    expect(() => follow(...lines)).toThrow(/^self\.md:3: echo why >&2; false\nexit: 1\nwhy\n$/);
  });

  it('installs no package of ours that there is no tarball of', () => {
    expect(() => follow(...block('sh', 'npm install @actguard/nothing'))).toThrow(
      'self.md:2: there is no package @actguard/nothing',
    );
  });

  it('runs the Node of this process, with nothing of this repository in the path', () => {
    follow(...block('sh', 'node --version'), ...block('text', process.version));
    expect(() => follow(...block('sh', 'tsx --version'))).toThrow('self.md:2');
  });

  it('leaves out no block silently', () => {
    expect(() => stepsOf('self.md', block('ts', 'const a = 1;').join('\n'))).toThrow(
      'self.md:2: this block has no file=',
    );
    expect(() => stepsOf('self.md', block('json file=../a.json').join('\n'))).toThrow('self.md:2: bad file name');
    expect(() => stepsOf('self.md', block('bash', 'ls').join('\n'))).toThrow('nobody can follow a block of bash');
    expect(() => stepsOf('self.md', [...block('sh', 'ls'), 'Text.', ...block('text', 'a')].join('\n'))).toThrow(
      'self.md:7: nobody can follow a block of text',
    );
  });
});
