// interim command; replaced by the real one
import { readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { linesOf, readBenchmarkTrace, Replayer, Report, type Trace } from '@actguard/replay';
import { SUITES } from './suites.js';

const { values } = parseArgs({
  options: { traces: { type: 'string' }, suite: { type: 'string' }, json: { type: 'string' } },
});
const folder = values.traces ?? '.';
const replayers = new Map<string, Replayer>();
const reports: Report[] = [];
const bySuite = new Map<string, Report>();
const started = performance.now();
let calls = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz')).sort()) {
  for await (const line of linesOf(`${folder}/${file}`)) {
    const trace: Trace = readBenchmarkTrace(JSON.parse(line));
    if (values.suite !== undefined && !values.suite.split(',').includes(trace.suite)) continue;
    let replayer = replayers.get(trace.suite);
    if (replayer === undefined) {
      const agent = await SUITES[trace.suite]?.();
      if (agent === undefined) continue;
      replayer = await Replayer.create([agent]);
      replayers.set(trace.suite, replayer);
      const report = new Report(replayer.tools);
      bySuite.set(trace.suite, report);
      reports.push(report);
    }
    calls += trace.calls.length;
    bySuite.get(trace.suite)?.add(await replayer.replay(trace));
  }
}
const ms = performance.now() - started;
const rows = reports.flatMap((report) => report.rows);
for (const row of rows) {
  console.log(
    `${row.source} ${row.suite} ${row.model ?? ''}: ${row.traces} traces, ${row.calls} calls, ${row.refused} refused, ${row.unknown} unknown\n` +
      `   benign ${row.benign.allowed}/${row.benign.total}, useful ${row.benign.usefulAllowed}/${row.benign.useful}; attacks blocked ${row.attacks.succeededBlocked}/${row.attacks.succeeded} (+${row.attacks.succeededWithoutCalls} without calls)\n` +
      `   baselines: deny all useful ${row.baselines.denyAll.benign.usefulAllowed}, blocked ${row.baselines.denyAll.attacks.succeededBlocked}; seen anywhere useful ${row.baselines.seenAnywhere.benign.usefulAllowed}, blocked ${row.baselines.seenAnywhere.attacks.succeededBlocked}`,
  );
}
for (const count of reports.flatMap((report) => report.refusals).slice(0, 60))
  console.log(`   ${count.calls} calls in ${count.traces} traces: ${count.tool} ${count.guard} ${count.code} ${count.rule ?? ''}`);
console.log(`${calls} calls in ${ms.toFixed(0)} ms`);
if (values.json !== undefined)
  writeFileSync(values.json, JSON.stringify({ version: 1, rows, traces: reports.flatMap((report) => report.traces) }));
