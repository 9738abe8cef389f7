import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { brokenLinks } from './support/link-check.js';
import { anchorsOf, linksOf, slugOf } from './support/markdown-links.js';

const ROOT = path.resolve(import.meta.dirname, '..');
const documents = globSync(['*.md', 'docs/**/*.md', 'packages/*/*.md', 'examples/**/*.md'], {
  cwd: ROOT,
  exclude: ['**/node_modules/**', 'docs/api/**'],
}).sort();

describe('links in documents', () => {
  test('there are documents to check', () => {
    expect(documents).toEqual(
      expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/README.md', 'examples/README.md']),
    );
  });

  test.each(documents)('all of %s lead somewhere', (document) => {
    expect(brokenLinks(ROOT, [document])).toEqual([]);
  });

  test('every page is listed in the index of the documentation', () => {
    const pages = documents.filter((document) => /^docs\/[^/]+\.md$/.test(document) && document !== 'docs/README.md');
    const index = fileOf('docs/README.md').flatMap(({ target }) => target ?? []);
    expect(pages.filter((page) => !index.includes(path.basename(page)))).toEqual([]);
  });
});

function fileOf(document: string): ReturnType<typeof linksOf> {
  return linksOf(readFileSync(path.join(ROOT, document), 'utf8'));
}

describe('the check itself', () => {
  it('reports what leads nowhere, with its line', () => {
    const page = [
      '# One page', // line 1
      '[fine](other.md#a-heading), [here](#one-page), ![picture](images/a.svg "title"), [folder](images)',
      '[no page](missing.md) and [no heading](other.md#another)', // line 3
      '[no heading](#two-pages) ![no picture](images/b.svg)',
      '[outside](../../etc/passwd) [absolute](/other.md) [empty]() [anchor in a picture](images/a.svg#x)',
      '<https://example.com> [secure](https://example.com/a_(b)) http://example.com', // line 6
      '[broken](https://) [local](https://localhost/) [script](javascript:alert) [user](https://a:b@example.com)',
      '[defined][known] [undefined][unknown] [known][]', // line 8
      '<a href="gone.html">x</a> <img alt="" src="images/a.svg"> [![badge](gone.svg)](other.md)',
      '`[code](nowhere.md)` <!-- [comment](nowhere.md) -->', // line 10
      '```md',
      '[block](nowhere.md)',
      '```',
      '',
      '[known]: other.md',
      '[dead]: <gone.md>', // line 16
    ].join('\n');
    const files = { 'docs/page.md': page, 'docs/other.md': '## A heading\n', 'docs/images/a.svg': '<svg/>' };
    expect(inFolder(files, (root) => brokenLinks(root, ['docs/page.md']))).toEqual([
      'docs/page.md:3: [no page](missing.md): there is no docs/missing.md',
      'docs/page.md:3: [no heading](other.md#another): docs/other.md has no heading #another',
      'docs/page.md:4: [no heading](#two-pages): docs/page.md has no heading #two-pages',
      'docs/page.md:4: ![no picture](images/b.svg): there is no docs/images/b.svg',
      'docs/page.md:5: [outside](../../etc/passwd): it leads out of the repository',
      'docs/page.md:5: [absolute](/other.md): a link within the repository must be relative',
      'docs/page.md:5: [empty](): it leads nowhere',
      'docs/page.md:5: [anchor in a picture](images/a.svg#x): docs/images/a.svg has no anchors',
      'docs/page.md:6: http://example.com: only https links leave the repository',
      'docs/page.md:7: [broken](https://): it is no URL',
      'docs/page.md:7: [local](https://localhost/): it names no public host',
      'docs/page.md:7: [script](javascript:alert): only https links leave the repository',
      'docs/page.md:7: [user](https://a:b@example.com): it holds credentials or a port',
      'docs/page.md:8: [undefined][unknown]: this reference is not defined',
      'docs/page.md:9: <a href="gone.html": there is no docs/gone.html',
      'docs/page.md:9: ![badge](gone.svg): there is no docs/gone.svg',
      'docs/page.md:16: [dead]: <gone.md>: there is no docs/gone.md',
    ]);
  });

  it.each([
    ['Five minutes', 'five-minutes'],
    ['`@CircuitBreaker({ name })`', 'circuitbreaker-name-'],
    ['What it can’t stop: a list', 'what-it-cant-stop-a-list'],
    ['**Bold** and [a link](x.md) – done', 'bold-and-a-link--done'],
    ['snake_case and _emphasis_', 'snake_case-and-emphasis'],
    ['Größe & Maß', 'größe--maß'],
    ['`List<T>` <b>now</b>', 'listt-now'],
  ])('writes the anchor of "%s" as GitHub does', (heading, slug) => {
    expect(slugOf(heading)).toBe(slug);
  });

  it('numbers headings of one name, and knows underlined ones and explicit anchors', () => {
    const page = '# One\n## One\nTwo words\n===\n\n```sh\n# no heading\n```\n<a id="given"></a>\n| a |\n| --- |\n';
    expect([...anchorsOf(page)]).toEqual(['one', 'one-1', 'two-words', 'given']);
  });

  it('finds links over two lines, at the first, and none over two paragraphs', () => {
    const page = "a [text that\n  goes on](b.md 'title') `code\n[c](d.md)`\n\n[e\n\nf](g.md) [**h** [i]](<j k.md>)";
    expect(linksOf(page)).toEqual([
      { line: 1, target: 'b.md', text: "[text that goes on](b.md 'title')" },
      { line: 7, target: 'j k.md', text: '[**h** [i]](<j k.md>)' },
    ]);
  });

  it('finds several links of one line, and none in a text with brackets only', () => {
    expect(linksOf('[a](b.md)[c](d.md "e") [f] [ ] x [Unreleased]').map(({ target }) => target)).toEqual([
      'b.md',
      'd.md',
    ]);
  });
});

function inFolder<T>(files: Record<string, string>, use: (root: string) => T): T {
  const root = mkdtempSync(path.join(tmpdir(), 'links-'));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
    return use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
