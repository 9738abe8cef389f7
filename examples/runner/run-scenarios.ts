import { printClosingTable } from './closing-table.js';
import type { ModelSource } from './model.js';
import { type Page, printRow, printTitle } from './page.js';
import { type Manner, type Playthrough, play } from './play.js';
import type { Scenario } from './scenario.js';
import { printEntry } from './timeline.js';
import { judge, type Verdict } from './verdict.js';

/**
 * Plays each scenario bare and guarded, and shows what happened.
 *
 * @returns the exit code: 1 if a guarded run did harm, a bare one did none, or the two were not played alike; always 0
 *   with a real model
 */
export async function runScenarios(scenarios: readonly Scenario[], source: ModelSource, page: Page): Promise<0 | 1> {
  printRow(page, 'Model', source.description);
  const verdicts: Verdict[] = [];
  for (const scenario of scenarios) {
    printHeading(page, scenario);
    const bare = await playOnPage(page, scenario, 'bare', source);
    const guarded = await playOnPage(page, scenario, 'guarded', source);
    verdicts.push(judge(scenario.name, bare, guarded));
    printVerdict(page, verdicts.at(-1) as Verdict, source);
  }
  printClosingTable(page, verdicts);
  return source.isScripted && verdicts.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

function printHeading(page: Page, { name, title, story }: Scenario): void {
  page.print('');
  printTitle(page, `${name}: ${title}`, 'bold');
  page.print('');
  printRow(page, 'Story', story);
}

async function playOnPage(page: Page, scenario: Scenario, manner: Manner, source: ModelSource): Promise<Playthrough> {
  page.print('');
  const names = scenario.agents.map(({ name }) => name).join(', ');
  printTitle(page, manner === 'bare' ? `Bare: the plain class ${names}, without a host` : `Guarded: ${names} in a run of an AgentHost`);
  const playthrough = await play(scenario, manner, source, (entry) => printEntry(page, entry));
  page.print('');
  const { harm, outcome } = playthrough;
  printRow(page, 'world', outcome, harm === undefined ? 'green' : 'red');
  return playthrough;
}

function printVerdict(page: Page, { bare, guarded, stop, wire, problems }: Verdict, { isScripted }: ModelSource): void {
  page.print('');
  printTitle(page, 'Verdict');
  page.print('');
  const harmOf = ({ harm }: Playthrough): string => (harm === undefined ? 'no harm' : `HARM: ${harm}`);
  printRow(page, 'bare', harmOf(bare), bare.harm === undefined ? 'green' : 'red');
  const by = stop === undefined ? '' : `, stopped by the guard ${stop.guard}`;
  printRow(page, 'guarded', `${harmOf(guarded)}${by}`, guarded.harm === undefined ? 'green' : 'red');
  if (wire !== undefined) {
    const { isSame, exchanges, bytes, firstDifference } = wire;
    ...
  }
}
