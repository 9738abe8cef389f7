import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { renderTimeline } from '@actguard/timeline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { scenarios } from '../../examples/scenarios.js';
import { launchBrowser, whyNoBrowser } from '../support/browser.js';
import { fitOf, openPage, WAYS } from '../support/opened-page.js';
import { readStructure } from '../support/page-structure.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TIME_LIMIT = 60_000;

if (whyNoBrowser !== undefined) console.warn(`Tests in a browser are skipped, ${whyNoBrowser}`);
const describeInBrowser = whyNoBrowser === undefined ? describe : describe.skip;

describeInBrowser(`a page in a browser${whyNoBrowser === undefined ? '' : ` (skipped: ${whyNoBrowser})`}`, () => {
  let folder: string;
  let demo: string;
  let browser: Browser | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'actguard-timeline-'));
    demo = path.join(folder, 'demo.html');
    browser = await launchBrowser();
    await writeDemo(demo);
  }, TIME_LIMIT);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  }, TIME_LIMIT);

  test.each(WAYS)(
    'the demo is accessible and fits: $name',
    async (way) => {
      const { seen, complaints, requests } = await openPage(browser, demo, way, fitOf);
      expect(seen.violations).toEqual([]);
      expect(seen.passes).toContain('color-contrast');
      expect(seen.overflow).toBe(0);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([pathToFileURL(demo).href]);
    },
    TIME_LIMIT,
  );

  test(
    'the demo shows every scenario, with lines from where facts were proven',
    async () => {
      const { seen } = await openPage(browser, demo, WAYS[0], async (page) => ({
        headings: await page.locator('h2:visible').allTextContents(),
        links: await page.locator('nav a').allTextContents(),
        arrows: await page.locator('.rail .n:visible').count(),
        gaps: await page.locator('.rail .gap:visible').count(),
      }));
      expect(seen.headings).toHaveLength(scenarios.length);
      for (const [index, { title }] of scenarios.entries()) expect(seen.headings[index]).toContain(title);
      expect(seen.links).toEqual(seen.headings);
      expect(seen.arrows).toBeGreaterThan(0);
      expect(seen.gaps).toBeGreaterThan(0);
    },
    TIME_LIMIT,
  );

  test('the demo is markup of ours alone, and every link in it leads somewhere', () => {
    const { problems, ids, links } = readStructure(readFileSync(demo, 'utf8'));
    expect(problems).toEqual([]);
    expect(links.filter((link) => !ids.includes(link))).toEqual([]);
  });

  test(
    'a browser finds nothing but text in what is hostile',
    async () => {
      const attacks = [
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(2)>',
        "'><svg onload=alert(3)>",
        '</style><style>*{display:none}</style>',
        '</title><iframe srcdoc="<script>alert(4)</script>">',
        '--><!-- <a href="javascript:alert(5)">x</a>',
        '&lt;script&gt;alert(6)&lt;/script&gt;',
      ];
      const file = path.join(folder, 'hostile.html');
      writeFileSync(file, hostilePage(attacks));
      const { seen, complaints, requests } = await openPage(browser, file, WAYS[0], async (page) => ({
        elements: await listed(page, '[...document.querySelectorAll("*")].map(({ localName }) => localName)'),
        attributes: await listed(
          page,
          '[...document.querySelectorAll("*")].flatMap((each) => each.getAttributeNames())',
        ),
        styles: await page.locator('style').count(),
        text: await page.locator('body').textContent(),
      }));
      expect(complaints).toEqual([]);
      expect(requests).toHaveLength(1);
      expect(seen.elements.filter((name) => ['script', 'img', 'iframe', 'object', 'link'].includes(name))).toEqual([]);
      expect(seen.styles).toBe(1);
      expect(seen.attributes.filter((name) => name.startsWith('on') || name === 'style' || name === 'src')).toEqual([]);
      for (const attack of attacks) expect(seen.text).toContain(attack);
    },
    TIME_LIMIT,
  );

  test.each(WAYS.filter(({ width }) => width === 360))(
    'words without end fit: $name',
    async (way) => {
      const file = path.join(folder, 'long.html');
      writeFileSync(file, hostilePage(Array.from({ length: 7 }, () => 'W'.repeat(120))));
      const { seen } = await openPage(browser, file, way, async (page) => {
        await page.evaluate(`for (const details of document.querySelectorAll('details')) details.open = true`);
        return {
          overflow: await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
          // A box that hides what is too wide for it would hide a part of the text.
          beyond: await listed(
            page,
            `[...document.querySelectorAll('main *, header *')].filter((each) => !each.closest('.vh') && !each.closest('svg')
              && each.getBoundingClientRect().right > innerWidth).map(({ outerHTML }) => outerHTML)`,
          ),
          outcome: await page.locator('.run-title .badge').textContent(),
        };
      });
      expect(seen).toEqual({ overflow: 0, beyond: [], outcome: `failed: ${'W'.repeat(79)}…` });
    },
    TIME_LIMIT,
  );

  test(
    'the policy of the page stops what would have been injected all the same',
    async () => {
      const file = path.join(folder, 'injected.html');
      const injected = '<style>body{outline:3px solid}</style><script>document.title = "run"</script>';
      writeFileSync(file, renderTimeline([], { title: 'Safe' }).replace('</body>', `${injected}</body>`));
      const { seen, complaints } = await openPage(browser, file, WAYS[0], async (page) => ({
        title: await page.title(),
        outline: await page.evaluate('getComputedStyle(document.body).outlineStyle'),
        width: await page.evaluate('getComputedStyle(document.body).maxWidth'),
      }));
      expect(seen).toEqual({ title: 'Safe', outline: 'none', width: '1080px' });
      expect(complaints).toHaveLength(2);
    },
    TIME_LIMIT,
  );
});

// As text: these tests are compiled without the types of a browser.
async function listed(page: Page, expression: string): Promise<string[]> {
  return [...new Set((await page.evaluate(expression)) as string[])];
}

/** The page that the demo of the repository writes. */
async function writeDemo(file: string): Promise<void> {
  const run = promisify(execFile);
  const environment = Object.entries(process.env).filter(([name]) => !/^(OPENAI_|NODE_OPTIONS$)/.test(name));
  await run(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'examples/main.ts', '--html', file], {
    cwd: ROOT,
    env: Object.fromEntries(environment),
  });
  if (!existsSync(file)) throw new Error('the demo wrote no page');
}

function hostilePage(attacks: readonly string[]): string {
  const [runId = '', userId = '', toolName = '', argument = '', kind = '', value = '', because = ''] = attacks;
  const about = { sessionId: userId, userId, runId, time: 0 };
  const call = { ...about, toolName, callId: '1', attempt: 1, args: { [argument]: argument } };
  const guard = { ...call, category: 'guard', severity: '' } as const;
  const events = [
    { ...about, category: 'run', severity: '', outcome: '', name: 'run.start' },
    { ...about, category: 'run', severity: '', outcome: '', name: 'run.user_said', text: value },
    { ...guard, outcome: 'admitted', name: 'guard.admitted', guardName: kind, facts: [{ kind, value }] },
    {
      ...guard,
      severity: 'error',
      outcome: 'blocked',
      name: 'guard.blocked',
      guardName: kind,
      code: because,
      errorType: because,
      errorMessage: because,
      error: { refusal: { because, tryInstead: because } },
    },
    {
      ...call,
      category: 'tool',
      severity: 'error',
      outcome: 'failed',
      name: 'tool.failure',
      callId: '2',
      durationMs: 1,
      errorType: because,
      errorMessage: because,
      error: undefined,
    },
    {
      ...call,
      category: 'tool',
      severity: '',
      outcome: 'success',
      name: 'tool.invoke',
      callId: '3',
      durationMs: 1,
      result: because,
    },
    { ...about, category: 'run', severity: 'error', outcome: 'failed', name: 'run.end', errorType: because },
  ] as const;
  return renderTimeline(events, { title: because, intro: because });
}
