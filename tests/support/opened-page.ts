import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How somebody looks at a page. */
export interface Way {
  readonly name: string;
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

/** Wide and on a phone, each in light and dark. */
export const WAYS = [
  { name: 'light', width: 1280, colorScheme: 'light' },
  { name: 'dark', width: 1280, colorScheme: 'dark' },
  { name: 'light, 360 px wide', width: 360, colorScheme: 'light' },
  { name: 'dark, 360 px wide', width: 360, colorScheme: 'dark' },
] as const satisfies readonly Way[];

/** What a look at a page gave, and everything that the page complained of or asked for. */
export interface Opened<Result> {
  readonly seen: Result;
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

/** Opens a file in a window of its own, and closes it again. */
export async function openPage<Result>(
  browser: Browser | undefined,
  file: string,
  { width, colorScheme }: Pick<Way, 'width' | 'colorScheme'>,
  look: (page: Page) => Promise<Result>,
): Promise<Opened<Result>> {
  if (browser === undefined) throw new Error('the browser did not start');
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    const seen = await look(page);
    return { seen, complaints, requests };
  } finally {
    await context.close();
  }
}

/** What makes a page hard to use, with everything on it unfolded. */
export interface Fit {
  /** By how many pixels the page is wider than the window. */
  readonly overflow: number;
  /** Rules of accessibility that it breaks, and where. */
  readonly violations: readonly string[];
  /** Rules that it was found to keep. */
  readonly passes: readonly string[];
}

/** Unfolds everything, measures, and checks the rules of accessibility. */
export async function fitOf(page: Page): Promise<Fit> {
  await page.evaluate(`for (const details of document.querySelectorAll('details')) details.open = true`);
  const overflow = (await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )) as number;
  await page.evaluate(AXE);
  const { violations, passes } = (await page.evaluate(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] })`,
  )) as AxeResults;
  return {
    overflow,
    violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    passes: passes.map(({ id }) => id),
  };
}
