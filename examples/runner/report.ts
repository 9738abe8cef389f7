import { usdText } from './bill.js';
import { type Page, printRow, printTitle } from './page.js';
import type { Manner, Playthrough } from './play.js';
import { type Received, receivedText } from './pretend-gateway.js';
import type { Scenario } from './scenario.js';
import { printSpent } from './spent-bars.js';
import { labelOf, type Verdict } from './verdict.js';

/** Prints what is to be seen, and who plays the model. */
export function printOpening(page: Page, modelDescription: string): void {
  page.print('');
  printRow(page, 'ActGuard', 'Each problem is played by the same model twice: bare, and guarded.', 'bold');
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
export function printManner(page: Page, manner: Manner, { agents, budget }: Scenario): void {
  const names = agents.map(({ name }) => name).join(', ');
  const limit = budget && usdText(budget.options.usdLimit);
  page.print('');
  if (manner === 'bare') printTitle(page, `Bare: ${names} as a plain class, made with new`);
  else if (manner === 'guarded') printTitle(page, `Guarded: ${names} in a run of an AgentHost`);
  else printTitle(page, `Guarded: ${names} in a run of an AgentHost, with a ${manner} budget of ${limit}`);
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

/** Prints what the runs of a scenario show, or why they do not. */
export function printVerdict(page: Page, verdicts: readonly [Verdict, ...Verdict[]]): void {
  const [{ scenario, bare }] = verdicts;
  page.print('');
  printTitle(page, 'Verdict');
  page.print('');
  printHarm(page, bare);
  for (const { guarded, stops } of verdicts)
    printHarm(page, guarded, stops.length === 0 ? '' : `; stopped by ${stops.join(', ')}`);
  printSpent(page, verdicts);
  for (const verdict of verdicts) {
    const text = wireText(verdict);
    if (text !== undefined) printRow(page, verdicts.length > 1 ? `wire, ${verdict.guarded.manner}` : 'wire', text);
  }
  printRow(
    page,
    'the guards',
    `examples/${scenario.name}/${scenario.budget === undefined ? 'agent.ts' : 'scenario.ts'}`,
  );
  for (const problem of new Set(verdicts.flatMap(({ problems }) => problems))) {
    // Without the wire a real model played, and one that behaves is no failure.
    if (verdicts.some(({ wire }) => wire === undefined)) printRow(page, 'note', problem, 'yellow');
    else printRow(page, 'FAILED', problem, 'red', 'bold');
  }
}

/** Prints what a gateway would have heard of the guarded runs. */
export function printGateway(page: Page, received: Received): void {
  page.print('');
  printRow(page, 'gateway', receivedText(received));
}

/** How much of the two runs was the same on the wire; `undefined` where it was not, or is not known. */
export function wireText({ wire, stops }: Verdict): string | undefined {
  if (!wire?.isSame) return undefined;
  const { exchanges, bytes, lowered } = wire;
  const until = lowered !== undefined || stops.length === 0 ? '' : ' up to the first stop';
  const same = `${exchanges} requests and responses${until} were the same, byte for byte (${(bytes / 1000).toFixed(1)} kB)`;
  if (lowered === undefined) return same;
  const { request, from, to } = lowered;
  return `${same}; in request ${request} the budget lowered the cap of output from ${from} to ${to} tokens, and nothing else`;
}

function printHarm(page: Page, { harm, manner }: Playthrough, addition = ''): void {
  const style = harm === undefined ? 'green' : 'red';
  printRow(page, labelOf(manner), `${harm === undefined ? 'no harm' : `HARM: ${harm}`}${addition}`, style);
}
