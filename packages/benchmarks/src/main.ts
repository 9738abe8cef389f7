/** Measures, and writes what came out: `npm run bench -- [--only NAME] [--quick] [--check] [--baseline] [--report]`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Baseline, baselineOf, judgeBaseline, judgeGoals, type Verdict } from './check/check.js';
import { GOALS } from './check/goals.js';
import { GROUPS } from './groups/index.js';
import { measureInChild } from './measure/child.js';
import { thisMachine } from './measure/machine.js';
import type { Results } from './measure/results.js';
import { measureRounds } from './measure/rounds.js';
import { type BenchOptions, chosen, readOptions } from './options.js';
import { fillPage, reportPage, sectionsOf } from './report/pages.js';
import { performanceChart } from './report/performance-chart.js';
import { resultsText } from './report/results-text.js';
import { tablesOf } from './report/tables.js';
import { verdictTable } from './report/verdicts.js';

const PACKAGE = path.resolve(import.meta.dirname, '..');
const ROOT = path.resolve(PACKAGE, '../..');
const RESULTS = path.join(PACKAGE, 'results');
const LATEST = path.join(RESULTS, 'latest.json');
const BASELINE = path.join(RESULTS, 'baseline.json');
const QUICK_ROUNDS = 2;

const options = readOptions(process.argv.slice(2));
const results = options.report ? readJson<Results>(LATEST) : await measure(options);
const goals = judgeGoals(results, GOALS);
const isWhole = options.report || (options.only.length === 0 && !options.quick);
if (isWhole) publish(results);
else for (const group of results.groups) console.log(`${tablesOf(group)}\n`);
if (options.baseline) writeJson(BASELINE, baselineOf(results));
if (options.check) check(results, goals);

async function measure({ only, quick }: BenchOptions): Promise<Results> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const machine = thisMachine(PACKAGE);
  console.error(`${machine.cores} cores of ${machine.cpu}, ${machine.system}, Node ${machine.node}`);
  const groups = await measureRounds({
    groups: chosen(GROUPS, only),
    rounds: quick ? QUICK_ROUNDS : undefined,
    measure: (place) => measureInChild(place, quick ? ['--quick'] : []),
    progress: (text) => console.error(`${Math.round(seconds())} s  ${text}`),
  });
  return { date: new Date().toISOString(), machine, seconds: Math.round(seconds()), groups };
}

/** Writes the results, the page that shows them, and the picture. */
function publish(measured: Results): void {
  write(LATEST, resultsText(measured));
  // As they are kept, with fewer digits: a figure on the border of two roundings would be shown in another way by the next report.
  const kept = readJson<Results>(LATEST);
  const verdicts = judgeGoals(kept, GOALS);
  write(path.join(RESULTS, 'latest.md'), reportPage(kept, verdicts));
  const chart = performanceChart(kept);
  if (chart !== undefined) write(path.join(ROOT, 'docs/images/performance.svg'), chart);
  const page = path.join(ROOT, 'docs/performance.md');
  write(page, fillPage(readFileSync(page, 'utf8'), sectionsOf(kept, verdicts)));
}

function check(measured: Results, verdicts: readonly Verdict[]): void {
  const before = existsSync(BASELINE) ? judgeBaseline(measured, readJson<Baseline>(BASELINE)) : [];
  if (before.length === 0) console.error('There is no baseline to compare with.');
  const shown = [...verdicts, ...before.filter(({ state }) => state === 'failed')];
  console.log(verdictTable(shown.filter(({ state }) => state !== 'unmeasured')));
  complain(
    'Missed by more than half',
    shown.filter(({ state }) => state === 'failed'),
  );
  if (isWhole)
    complain(
      'Not measured',
      verdicts.filter(({ state }) => state === 'unmeasured'),
    );
}

function complain(what: string, about: readonly Verdict[]): void {
  if (about.length === 0) return;
  console.error(`${what}: ${about.map(({ name }) => name).join('; ')}.`);
  process.exitCode = 1;
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

function writeJson(file: string, value: unknown): void {
  write(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.error(path.relative(ROOT, file));
}
