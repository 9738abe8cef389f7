import { Comparison } from '../compare/comparison.js';
import { JsonComparisonWriter } from '../compare/comparison-json.js';
import { printComparison } from '../compare/print-comparison.js';
import { loadAgents } from './load-agents.js';
import { ModuleLoader } from './module-loader.js';
import type { DiffCommand } from './options.js';
import { layoutOf, type Outputs } from './output.js';
import { Progress } from './progress.js';
import { Replayers, replayed, type Unreplayed } from './replayers.js';
import { Suites } from './suites.js';
import { TextFile } from './text-file.js';
import { ToolMatch } from './tool-match.js';
import { TraceSource } from './trace-source.js';
import { UnreplayedTraces } from './unreplayed.js';
import { Warnings } from './warnings.js';

/**
 * Replays recordings with two versions of agents and says what changed.
 *
 * @returns 2 if traces failed and are missing, 1 if a call newly passes, 0 otherwise
 * @throws {CommandError | TraceFileError} where there is nothing to compare
 */
export async function runDiff(options: DiffCommand, { out, err }: Outputs): Promise<number> {
  const loader = new ModuleLoader();
  const before = await loadAgents(options.before, loader, options.tsconfig);
  const after = await loadAgents(options.after, loader, options.tsconfig);
  const suites = new Suites(options.suites, [before, after]);
  const progress = new Progress(err);
  const warnings = new Warnings(err, progress);
  const source = await TraceSource.open(options, { progress, warnings });
  const inputs = [options.before, options.after, ...source.files];
  await using json = options.json === undefined ? undefined : await TextFile.create(options.json, inputs);

  const writer = json && new JsonComparisonWriter();
  let pieces: string[] = [];
  const comparison = new Comparison(writer && { onChange: (change) => pieces.push(writer.change(change)) });
  const match = new ToolMatch();
  const unreplayed = new UnreplayedTraces(warnings);
  await using replayersBefore = new Replayers(before, { state: options.state });
  await using replayersAfter = new Replayers(after, { state: options.state });
  try {
    for await (const trace of source) {
      const old = await replayersBefore.of(trace.suite);
      const current = await replayersAfter.of(trace.suite);
      if (old === undefined || current === undefined) {
        suites.skip(trace.suite);
        continue;
      }
      suites.serve();
      const [was, is] = [await replayed(old, trace), await replayed(current, trace)];
      if ('problem' in was || 'problem' in is) {
        // Where both failed, what the recording is to blame for counts less.
        const problems = [was, is].flatMap((each) => ('problem' in each ? [each] : []));
        unreplayed.add(trace, problems.find(({ isDefect }) => isDefect) ?? (problems[0] as Unreplayed));
        continue;
      }
      match.add(was, old.tools, before.file);
      match.add(is, current.tools, after.file);
      comparison.add(was, is);
      if (json && pieces.length > 0) {
        await json.write(pieces.join(''));
        pieces = [];
      }
    }
  } finally {
    progress.clear();
    warnings.end();
  }
  source.assertRead();
  suites.report(warnings);
  match.report(warnings);

  if (json && writer) {
    await json.write(writer.end(comparison));
    await json.close();
  }
  out.write(printComparison(comparison, layoutOf(out)));
  err.write(progress.summary(source.counted));
  if (unreplayed.report(err)) return 2;
  return comparison.newlyPassing.length > 0 ? 1 : 0;
}
