import { type Page, printRow, printTitle } from './page.js';
import type { Manner, Playthrough } from './play.js';
import type { AgentClass, Scenario } from './scenario.js';
import type { Verdict } from './verdict.js';
import type { WireCheck } from './wire-check.js';

/** Prints what a scenario is about. */
export function printScenario(page: Page, { name, title, story }: Scenario): void {
  page.print('');
  page.print('');
  printTitle(page, `${name}: ${title}`, 'bold');
  page.print('');
  printRow(page, 'story', story);
}

/** Prints how the run that follows is played. */
export function printManner(page: Page, manner: Manner, agents: readonly AgentClass[]): void {
  const names = agents.map(({ name }) => name).join(' and ');
  page.print('');
  printTitle(page, manner === 'bare' ? `Bare: new ${names}(…), no host` : `Guarded: ${names} in a run of an AgentHost`);
}

/** Prints what became of the world. */
export function printWorld(page: Page, { outcome, harm }: Playthrough): void {
  page.print('');
  printRow(page, 'world', outcome, harm === undefined ? 'green' : 'red', 'bold');
}

/** Prints what the two runs show, or why they do not. */
export function printVerdict(page: Page, { bare, guarded, stop, wire, problems }: Verdict): void {
  page.print('');
  printTitle(page, 'Verdict');
  page.print('');
  printHarm(page, 'bare', bare);
  printHarm(page, 'guarded', guarded, stop === undefined ? '' : `; stopped by the guard ${stop.guard} (${stop.code})`);
  if (wire !== undefined) printWire(page, wire);
  for (const problem of problems) printRow(page, 'but', problem, 'red', 'bold');
}

function printHarm(page: Page, label: string, { harm }: Playthrough, addition = ''): void {
  printRow(
    page,
    label,
    `${harm === undefined ? 'no harm' : `HARM: ${harm}`}${addition}`,
    harm === undefined ? 'green' : 'red',
  );
}

function printWire(page: Page, { isSame, exchanges, bytes, firstDifference }: WireCheck): void {
  const scope = `${exchanges} requests and responses until the first refusal`;
  if (isSame)
    printRow(page, 'same script', `${scope} were the same to the byte (${bytes.toLocaleString('en-US')} bytes)`);
  else printRow(page, 'same script', `of the ${scope}, ${firstDifference} differs`, 'red');
}
