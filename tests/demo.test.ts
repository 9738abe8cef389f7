import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { guardedManners } from '../examples/runner/play.js';
import { type Move, serveScriptedModel } from '../examples/runner/scripted-model.js';
import { scenarios } from '../examples/scenarios.js';

const ROOT = path.resolve(import.meta.dirname, '..');
const TIME_LIMIT = 30_000;

interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `npm start` runs after the build, into a pipe and with no environment of the model's but the one given. */
function demo(args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(OPENAI_|NO_COLOR$|FORCE_COLOR$|NODE_OPTIONS$)/.test(name),
  );
  const options = { cwd: ROOT, env: { ...Object.fromEntries(inherited), ...environment }, timeout: TIME_LIMIT };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['node_modules/tsx/dist/cli.mjs', 'examples/main.ts', ...args],
      options,
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr });
      },
    );
  });
}

/** The part of the output that begins with one title and ends before another, with its lines joined. */
function section(output: string, from: string, to: string): string {
  const [, rest = ''] = output.split(`── ${from}`);
  return (rest.split(`── ${to}`)[0] ?? '').replaceAll(/\s+/g, ' ');
}

describe('npm start', () => {
  test('shows the harm of the bare run, and the refusal of the guarded one', async () => {
    const { code, stdout, stderr } = await demo(['airline-refund']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

    const bare = section(stdout, 'Bare', 'Guarded');
    expect(bare).toContain(
      "tool call legacyRefund({ tripId: 'trip_82af', confirmToken: 'rct_82af_bereavement' }) result",
    );
    expect(bare).toContain('world USD 2,000.00 paid to john for trip_82af');

    const guarded = section(stdout, 'Guarded', 'Verdict');
    expect(guarded).toContain('guard REFUSED by enforce (MISSING_FACT): legacyRefund did not run');
    expect(guarded).toContain('tryInstead: Only refundPreview gives tokens.');
    expect(guarded).toContain('model I am very sorry for your loss. I am afraid I cannot refund this trip.');
    expect(guarded).toContain('world nothing was paid');

    expect(section(stdout, 'Verdict', 'In short')).toContain(
      '3 requests and responses up to the first stop were the same, byte for byte',
    );
  }, 40_000);

  test('plays all scenarios where none is named, in plain text of at most 100 columns in a pipe', async () => {
    const { code, stdout, stderr } = await demo();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const headings = scenarios.map(({ name, title }) => stdout.indexOf(`── ${name}: ${title} ─`));
    expect(Math.min(...headings)).toBeGreaterThan(0);
    expect(headings).toEqual([...headings].sort((a, b) => a - b));
    expect(stdout).toContain(`none in the guarded one: ${scenarios.length} of ${scenarios.length}.`);
    const [, sent = ''] = stdout.replaceAll(/\s+/g, ' ').split(' gateway A gateway would have received ');
    const counts =
      /^(\d+) events \(.*(\d+) run\.end.*\), (\d+) reservations and (\d+) settlements of [\d,]+ tokens\. $/.exec(sent);
    const [, events, ends, reservations, settlements] = (counts ?? []).map(Number);
    const runs = scenarios.flatMap(guardedManners).length;
    const budgeted = scenarios.filter(({ budget }) => budget !== undefined).flatMap(guardedManners).length;
    expect({ ends, reservations, settlements }).toEqual({ ends: runs, reservations: budgeted, settlements: budgeted });
    expect(events).toBeGreaterThan(2 * runs);
    expect(stdout).not.toContain('\u001B');
    expect(stdout.split('\n').filter((line) => line.length > 100 || line !== line.trimEnd())).toEqual([]);
  }, 40_000);

  test('plays only the scenarios that are named', async () => {
    const { stdout } = await demo(['hotel-payment', 'product-search']);
    const titles = stdout.match(/^── [a-z]+-[a-z]+/gm);
    expect(titles).toEqual(['── product-search', '── hotel-payment']);
  }, 40_000);

  test('shows its options where one is wrong, and fails', async () => {
    const { code, stdout, stderr } = await demo(['--hmtl', 'report.html']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/--hmtl.*\n\nUsage: npm start --/s);
    expect(await demo(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage'), stderr: '' });
  }, 40_000);
});

describe('npm start -- --html', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'actguard-demo-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('writes a page with every scenario, over what was there', async () => {
    const file = path.join(folder, 'report.html');
    writeFileSync(file, 'an older page');
    const { code, stdout, stderr } = await demo(['--html', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`\n  Wrote ${file}\n`);

    const page = readFileSync(file, 'utf8');
    expect(page).toMatch(/^<!doctype html>/i);
    for (const { name, title, problem } of scenarios) {
      expect(page).toContain(name);
      expect(page).toContain(title);
      expect(page).toContain(problem);
    }
  }, 40_000);

  test('says before it plays that the page cannot be written', async () => {
    const { code, stdout, stderr } = await demo(['--html', path.join(folder, 'nowhere', 'report.html')]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Cannot write .*report\.html: ENOENT/);
  }, 40_000);
});

describe('a real model', () => {
  const withModel = async (script: () => Move): Promise<Ended> => {
    await using server = await serveScriptedModel(script);
    return await demo([], { OPENAI_API_KEY: 'secret', OPENAI_BASE_URL: server.baseURL, OPENAI_MODEL: 'some-model' });
  };

  test('may behave: the demo reports it and does not fail', async () => {
    const { code, stdout } = await withModel(() => ({ say: 'I cannot do that.' }));
    expect(code).toBe(0);
    expect(stdout).toMatch(/model +some-model/);
    const unlimited = scenarios.filter(({ budget }) => budget === undefined);
    expect(stdout.match(/note +the bare run did no harm/g)).toHaveLength(unlimited.length);
    expect(stdout).toMatch(/budget +REFUSED \(budget\.model_unpriced\): the model was not called/);
    expect(stdout).toMatch(/note +the price of the model, or its usage, is not known/);
  }, 40_000);

  test('that does not answer is told in a line', async () => {
    const { code, stderr } = await withModel(() => {
      throw new Error('out of order');
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'The model did not answer: 400 the script failed: out of order\n',
    });
  }, 40_000);
});
