import { type Page, printRow, printTitle } from './page.js';
import type { Manner, Playthrough } from './play.js';
import type { AgentClass, Scenario } from './scenario.js';
import type { Verdict } from './verdict.js';

/** Prints what is to be seen, and who plays the model. */
export function printOpening(page: Page, modelDescription: string): void {
  page.print('');
  printRow(page, 'ActGuard', 'Each problem is played twice by the same model: bare, and guarded.', 'bold');
  printRow(page, 'model', modelDescription);
}

/** Prints what a scenario is about. */
export function printScenario(page: Page, { name, problem, title, story }: Scenario): void {
  page.print('');
  printTitle(page, `${name}: ${title}`, 'bold');
  page.print('');
  printRow(page, 'problem', problem);
  printRow(page, 'story', story);
}

/** Prints how the run that follows is played. */
export function printManner(page: Page, manner: Manner, agents: readonly AgentClass[]): void {
  const names = agents.map(({ name }) => name).join(', ');
  page.print('');
  if (manner === 'bare') printTitle(page, `Bare: ${names} as a plain class, made with new`);
  else printTitle(page, `Guarded: ${names} in a run of an AgentHost`);
}

/** Prints that calls were left out here. */
export function printLeftOut(page: Page, tool: string, count: number): void {
  page.print('');
  printRow(page, '…', `${count} more ${count === 1 ? 'call' : 'calls'} of ${tool}, much the same`, 'dim');
}

/** Prints what became of the world. */
export function printWorld(page: Page, { outcome, harm }: Playthrough): void {
  page.print('');
  printRow(page, 'world', outcome, harm === undefined ? 'green' : 'red', 'bold');
}

/** Prints what the two runs show, or why they do not. */
export function printVerdict(page: Page, { scenario, bare, guarded, stops, wire, problems }: Verdict): void {
  page.print('');
  printTitle(page, 'Verdict');
  page.print('');
  printHarm(page, 'bare', bare);
  printHarm(page, 'guarded', guarded, stops.length === 0 ? '' : `; stopped by ${stops.join(', ')}`);
  if (wire?.isSame) {
    const kilobytes = (wire.bytes / 1000).toFixed(1);
    const scope = `${wire.exchanges} requests and responses${stops.length === 0 ? '' : ' up to the first stop'}`;
    printRow(page, 'wire', `${scope} were the same, byte for byte (${kilobytes} kB)`);
  }
  printRow(page, 'the guards', `examples/${scenario.name}/agent.ts`);
  for (const problem of problems) {
    // Without the wire a real model played, and one that behaves is no failure.
    if (wire === undefined) printRow(page, 'note', problem, 'yellow');
    else printRow(page, 'FAILED', problem, 'red', 'bold');
  }
}

function printHarm(page: Page, label: string, { harm }: Playthrough, addition = ''): void {
  const style = harm === undefined ? 'green' : 'red';
  printRow(page, label, `${harm === undefined ? 'no harm' : `HARM: ${harm}`}${addition}`, style);
}
