import { printClosingTable } from './closing-table.js';
import type { ModelSource } from './model.js';
import type { Page } from './page.js';
import { type Manner, play } from './play.js';
import { printManner, printOpening, printScenario, printVerdict, printWorld } from './report.js';
import type { Scenario } from './scenario.js';
import { printEntry } from './timeline.js';
import { judge, type Verdict } from './verdict.js';

/**
 * Plays each scenario bare and guarded, and shows what happened.
 *
 * @returns the exit code: 1 if a guarded run did harm, a bare one did none, or the two were not played alike; with a real
 *   model always 0
 */
export async function runScenarios(scenarios: readonly Scenario[], source: ModelSource, page: Page): Promise<0 | 1> {
  printOpening(page, source.description);
  const verdicts: Verdict[] = [];
  for (const scenario of scenarios) {
    printScenario(page, scenario);
    const playOnPage = async (manner: Manner) => {
      printManner(page, manner, scenario.agents);
      const playthrough = await play(scenario, manner, source, (entry) => printEntry(page, entry));
      printWorld(page, playthrough);
      return playthrough;
    };
    const verdict = judge(scenario.name, await playOnPage('bare'), await playOnPage('guarded'));
    printVerdict(page, verdict);
    verdicts.push(verdict);
  }
  printClosingTable(page, verdicts);
  return source.isScripted && verdicts.some(({ problems }) => problems.length > 0) ? 1 : 0;
}
