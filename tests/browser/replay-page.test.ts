import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { PageCollector } from '../../packages/replay/src/report/page.js';
import {
  attack,
  list,
  peek,
  read,
  remove,
  reportOf,
  search,
  send,
  traceOf,
  USEFUL,
} from '../../packages/replay/test-support/inbox.js';
import { launchBrowser, whyNoBrowser } from '../support/browser.js';
import { fitOf, openPage, WAYS } from '../support/opened-page.js';
import { readStructure } from '../support/page-structure.js';

const TIME_LIMIT = 60_000;
if (whyNoBrowser !== undefined) console.warn(`Tests in a browser are skipped, ${whyNoBrowser}`);
const describeInBrowser = whyNoBrowser === undefined ? describe : describe.skip;

describeInBrowser(`a page of a replay${whyNoBrowser === undefined ? '' : ` (skipped: ${whyNoBrowser})`}`, () => {
  let folder: string;
  let file: string;
  let browser: Browser | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'actguard-replay-page-'));
    file = path.join(folder, 'replay.html');
    writeFileSync(file, await replayPage());
    browser = await launchBrowser();
  }, TIME_LIMIT);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  }, TIME_LIMIT);

  test.each(WAYS)(
    'is accessible, fits, and loads nothing: $name',
    async (way) => {
      const { seen, complaints, requests } = await openPage(browser, file, way, fitOf);
      expect(seen.violations).toEqual([]);
      expect(seen.passes).toEqual(expect.arrayContaining(['color-contrast', 'td-headers-attr', 'region']));
      expect(seen.overflow).toBe(0);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([pathToFileURL(file).href]);
    },
    TIME_LIMIT,
  );

  test(
    'tables that are too wide for a phone scroll by keyboard, and leave the page where it is',
    async () => {
      const { seen } = await openPage(browser, file, { width: 360, colorScheme: 'light' }, async (page) => {
        const table = page.locator('.scroll').first();
        await table.focus();
        for (let press = 0; press < 20; press++) await page.keyboard.press('ArrowRight');
        await page.waitForFunction(`document.querySelector('.scroll').scrollLeft > 0`);
        return { page: await page.evaluate('scrollX'), policy: await table.locator('.main th').first().textContent() };
      });
      expect(seen).toEqual({ page: 0, policy: 'this policy' });
    },
    TIME_LIMIT,
  );

  test(
    'a link of what refused leads to the call, and no code is broken inside of a word',
    async () => {
      const { seen } = await openPage(browser, file, { width: 1200, colorScheme: 'light' }, async (page) => {
        const broken = await page.evaluate(BROKEN_WORDS);
        await page.locator('.figures a').first().click();
        return { broken, target: await page.evaluate('document.querySelector(":target").className') };
      });
      expect(seen).toEqual({ broken: [], target: 'step call refused' });
    },
    TIME_LIMIT,
  );

  test('is markup of ours alone, and every link in it leads somewhere', () => {
    const { problems, ids, links } = readStructure(readFileSync(file, 'utf8'));
    expect(problems).toEqual([]);
    expect(links.filter((link) => !ids.includes(link))).toEqual([]);
  });
});

/** Words in cells of tables that stand on two lines, though nothing in them says where they may be broken. */
const BROKEN_WORDS = `(() => {
  const broken = [];
  for (const cell of document.querySelectorAll('.figures td')) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const { index, 0: word } of texts.currentNode.data.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, index);
        range.setEnd(texts.currentNode, index + word.length);
        if (range.getClientRects().length > 1) broken.push(word);
      }
    }
  }
  return broken;
})()`;

/** Traces of every kind, more than are linked without folding, with names that have no end. */
async function replayPage(): Promise<string> {
  const endless = 'W'.repeat(120);
  const mina = 'mina@example.com';
  const thief = 'thief@example.net';
  const traces = [
    traceOf([list(thief), send(thief)], { id: 'through', labels: attack([1]) }),
    traceOf([read(thief), send(thief)], { id: 'blocked', labels: attack([1]), model: endless }),
    traceOf([list(mina), send(mina), remove], { id: 'stopped', labels: USEFUL, suite: endless }),
    traceOf([search, search, peek(mina, thief), { tool: endless, args: {} }], { id: endless }),
    traceOf([{ ...read('Hello.'), startMs: 1000, durationMs: 20 }], { id: 'timed', labels: USEFUL }),
    ...Array.from({ length: 22 }, (_, index) => traceOf([], { id: `empty-${index}`, labels: USEFUL })),
  ];
  const page = new PageCollector();
  const report = await reportOf(traces, {
    onEvent: page.onEvent,
    onResult: (trace, result) => page.add({ trace, outcomes: [] }, result),
  });
  return page.html(report);
}
