import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const wanted = process.env['ACTGUARD_CHROMIUM'];

/** Where a browser is: what `ACTGUARD_CHROMIUM` says (empty: nowhere), or else one of the usual places. */
const browserPath: string | undefined = wanted === undefined ? USUAL_PATHS.find(existsSync) : wanted || undefined;

/** Whether tests fail where there is no browser, instead of being skipped. */
const isBrowserRequired = process.env['ACTGUARD_BROWSER'] === 'required';

/** Why tests in a browser are skipped; `undefined` where they are not. */
export const whyNoBrowser: string | undefined =
  browserPath === undefined && !isBrowserRequired
    ? 'no Chromium found: set ACTGUARD_CHROMIUM to its path to run these tests'
    : undefined;

/** Starts the browser without a window. The caller closes it. */
export function launchBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('no Chromium found, and ACTGUARD_BROWSER says that it is required');
  // Containers have no user namespaces; the pages are our own, from files.
  return chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-quic'] });
}
