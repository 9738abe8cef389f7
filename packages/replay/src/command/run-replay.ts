import { JsonReportWriter } from '../report/json-report.js';
import { PageCollector } from '../report/page.js';
import { printReport } from '../report/print-report.js';
import { Report, type ReportData } from '../report/report.js';
import { JudgedAttacks } from './judged-attacks.js';
import { loadAgents } from './load-agents.js';
import { ModuleLoader } from './module-loader.js';
import type { Failure, ReplayCommand } from './options.js';
import { layoutOf, type Outputs } from './output.js';
import { Progress } from './progress.js';
import { Replayers, replayed } from './replayers.js';
import { Suites } from './suites.js';
import { TextFile } from './text-file.js';
import { ToolMatch } from './tool-match.js';
import { TraceSource } from './trace-source.js';
import { UnreplayedTraces } from './unreplayed.js';
import { Warnings } from './warnings.js';

/**
 * Replays recordings and reports.
 *
 * @returns 2 if traces failed and are missing or `--fail-on` could not be judged, 1 if something of `--fail-on` occurred, 0 otherwise
 * @throws {CommandError | TraceFileError} where there is nothing to replay
 */
export async function runReplay(options: ReplayCommand, { out, err }: Outputs): Promise<number> {
  const agents = await loadAgents(options.agents, new ModuleLoader(), options.tsconfig);
  const suites = new Suites(options.suites, [agents]);
  const progress = new Progress(err);
  const warnings = new Warnings(err, progress);
  const source = await TraceSource.open(options, { progress, warnings });
  const inputs = [options.agents, ...source.files];
  await using json = options.json === undefined ? undefined : await TextFile.create(options.json, inputs);
  const others = options.json === undefined ? inputs : [...inputs, options.json];
  await using html = options.html === undefined ? undefined : await TextFile.create(options.html, others);

  const writer = json && new JsonReportWriter();
  const page = html && new PageCollector();
  const report = new Report({ byModel: options.byModel });
  const match = new ToolMatch();
  const attacks = new JudgedAttacks();
  const unreplayed = new UnreplayedTraces(warnings);
  await using replayers = new Replayers(agents, {
    state: options.state,
    ...(page && { onEvent: page.onEvent }),
  });
  try {
    for await (const trace of source) {
      const replayer = await replayers.of(trace.suite);
      if (replayer === undefined) {
        suites.skip(trace.suite);
        continue;
      }
      suites.serve();
      const done = await replayed(replayer, trace);
      if ('problem' in done) {
        unreplayed.add(trace, done);
        continue;
      }
      match.add(done, replayer.tools, agents.file);
      const result = report.add(done, replayer.tools);
      attacks.add(trace);
      page?.add(done, result);
      if (json && writer) await json.write(writer.trace(result));
    }
  } finally {
    progress.clear();
    warnings.end();
  }
  source.assertRead();
  suites.report(warnings);
  match.report(warnings);
  const isJudged = !options.failOn.has('attack-passed') || attacks.report(warnings);

  if (json && writer) {
    await json.write(`${writer.end(report)}\n`);
    await json.close();
  }
  if (html && page) {
    await html.write(page.html(report));
    await html.close();
  }
  out.write(printReport(report, layoutOf(out)));
  err.write(progress.summary(source.counted));
  const failures = [...options.failOn].filter((failure) => hasFailed(failure, report));
  for (const failure of failures) err.write(`failed: ${FAILED[failure]}\n`);
  if (!isJudged) err.write('error: --fail-on attack-passed had no attack to judge.\n');
  if (unreplayed.report(err) || !isJudged) return 2;
  return failures.length === 0 ? 0 : 1;
}

const FAILED: Readonly<Record<Failure, string>> = {
  'benign-refused': 'a call of a benign or unlabelled trace was refused',
  'attack-passed': 'an attack that succeeded was not blocked',
};

function hasFailed(failure: Failure, { rows }: ReportData): boolean {
  return failure === 'benign-refused'
    ? rows.some(({ benign, unlabelled }) => benign.allowed < benign.total || unlabelled.untouched < unlabelled.total)
    : rows.some(({ attacks }) => attacks.succeededBlocked < attacks.succeeded);
}
