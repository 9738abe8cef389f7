import { open, writeFile } from 'node:fs/promises';
import { APIError } from 'openai';
import { readCommand } from './demo-command.js';
import { modelFrom } from './model.js';
import { pageOn } from './page.js';
import { reportPage } from './report-page.js';
import { runScenarios } from './run-scenarios.js';
import type { Scenario } from './scenario.js';
import { exitCode, type Verdict } from './verdict.js';

/** What was asked for could not be done; the message is for the user. */
class DemoError extends Error {}

/**
 * What `npm start` does.
 *
 * @returns the exit code: 0; 1 where a scenario does not show what it should, the model did not answer or the page could
 *   not be written; 2 where the command line is wrong
 */
export async function runDemo(args: readonly string[], scenarios: readonly Scenario[]): Promise<0 | 1 | 2> {
  const command = readCommand(args, scenarios);
  if (command.asks === 'nothing') {
    console.error(command.problem);
    return 2;
  }
  if (command.asks === 'help') {
    console.log(command.text);
    return 0;
  }
  try {
    const verdicts = await playAndWrite(command.scenarios, command.html);
    return exitCode(verdicts);
  } catch (error) {
    if (!(error instanceof DemoError)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function playAndWrite(scenarios: readonly Scenario[], html: string | undefined): Promise<readonly Verdict[]> {
  // Before playing: nobody wants to hear it afterwards. What the file holds stays until there is something to put there.
  if (html !== undefined) await writing(html, async () => (await open(html, 'a')).close());

  const source = modelFrom(process.env);
  const verdicts = await runScenarios(scenarios, source, pageOn(process.stdout)).catch((error: unknown) => {
    if (error instanceof APIError) throw new DemoError(`The model did not answer: ${error.message}`);
    throw error;
  });
  if (html !== undefined) {
    await writing(html, () => writeFile(html, reportPage(verdicts, source.description)));
    console.log(`\n  Wrote ${html}`);
  }
  return verdicts;
}

async function writing(file: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw new DemoError(`Cannot write ${file}: ${error instanceof Error ? error.message : error}`);
  }
}
