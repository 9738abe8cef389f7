/**
 * Fills the tables of `docs/evidence.md` and of the README with what the shipped policies come to on recorded traces, or with
 * `--check` says where they differ: `npm run docs:evidence -- --traces DIR [--check]`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { JsonReport } from '@actguard/replay';
import { evidenceTables } from './evidence-tables.js';

const ROOT = path.resolve(import.meta.dirname, '..');
const PAGES = ['README.md', 'docs/evidence.md'];
const MARKED = /(<!-- evidence: (\w+) -->\n)[\s\S]*?(<!-- \/evidence -->)/g;

const { values } = parseArgs({ options: { traces: { type: 'string' }, check: { type: 'boolean', default: false } } });
if (values.traces === undefined) throw new Error('--traces DIR is missing: where the recorded traces are');

const tables = evidenceTables(replayed(values.traces));
for (const page of PAGES) {
  const file = path.join(ROOT, page);
  const text = readFileSync(file, 'utf8');
  const filled = text.replace(MARKED, (_, begin: string, name: string, end: string) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`${page}: there is no table of evidence named ${name}`);
    return `${begin}\n${table}\n\n${end}`;
  });
  if (filled === text) continue;
  if (values.check) {
    console.error(`${page}: its figures are not those of these traces; npm run docs:evidence brings them up to date`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, filled);
    console.log(`${page}: updated`);
  }
}

function replayed(traces: string): JsonReport {
  const folder = mkdtempSync(path.join(tmpdir(), 'actguard-evidence-'));
  try {
    const json = path.join(folder, 'report.json');
    const agents = path.join(ROOT, 'examples/real-agents/suites.ts');
    const command = path.join(ROOT, 'packages/replay/dist/bin.js');
    execFileSync(process.execPath, [command, '--agents', agents, '--traces', path.resolve(traces), '--json', json], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    return JSON.parse(readFileSync(json, 'utf8')) as JsonReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
