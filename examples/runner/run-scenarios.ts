import { printClosingTable } from './closing-table.js';
import { FoldedEntries } from './folded-entries.js';
import type { ModelSource } from './model.js';
import type { Page } from './page.js';
import { guardedManners, type Manner, type Playthrough, play } from './play.js';
import { PretendGateway } from './pretend-gateway.js';
import { printEntry } from './print-entry.js';
import {
  printGateway,
  printLeftOut,
  printManner,
  printOpening,
  printScenario,
  printVerdict,
  printWorld,
} from './report.js';
import type { Scenario } from './scenario.js';
import { judge, type Verdict } from './verdict.js';

/** Plays each scenario bare and in its guarded manners, shows what happens, and says what each of them shows. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  source: ModelSource,
  page: Page,
): Promise<readonly Verdict[]> {
  printOpening(page, source.description);
  await using gateway = await PretendGateway.start();
  const verdicts: Verdict[] = [];
  for (const scenario of scenarios) {
    printScenario(page, scenario);
    const bare = await playOnPage(scenario, 'bare', source, page, gateway);
    const [first, ...others] = guardedManners(scenario);
    const judged = async (manner: Manner) =>
      judge(scenario, bare, await playOnPage(scenario, manner, source, page, gateway));
    const group: [Verdict, ...Verdict[]] = [await judged(first)];
    for (const manner of others) group.push(await judged(manner));
    printVerdict(page, group);
    verdicts.push(...group);
  }
  printClosingTable(page, verdicts);
  await gateway.client.flush();
  printGateway(page, gateway);
  return verdicts;
}

async function playOnPage(
  scenario: Scenario,
  manner: Manner,
  source: ModelSource,
  page: Page,
  { connection }: PretendGateway,
): Promise<Playthrough> {
  printManner(page, manner, scenario);
  const entries = new FoldedEntries({
    entry: (entry) => printEntry(page, entry),
    leftOut: (tool, count) => printLeftOut(page, tool, count),
  });
  const playthrough = await play(scenario, manner, source, (entry) => entries.add(entry), connection);
  entries.end();
  printWorld(page, playthrough);
  return playthrough;
}
