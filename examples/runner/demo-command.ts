import { parseArgs } from 'node:util';
import type { Scenario } from './scenario.js';

/** What the command line asks for. */
export type DemoCommand =
  | {
      readonly asks: 'play';
      readonly scenarios: readonly Scenario[];
      /** Where a page about what happened shall be written. */
      readonly html: string | undefined;
    }
  | { readonly asks: 'help'; readonly text: string }
  /** What is wrong with it. */
  | { readonly asks: 'nothing'; readonly problem: string };

/** Reads a command line such as `airline-refund --html report.html`. */
export function readCommand(args: readonly string[], scenarios: readonly Scenario[]): DemoCommand {
  let given: ReturnType<typeof parse>;
  try {
    given = parse(args);
  } catch (error) {
    // Of an option without its value, say, in plain words.
    return { asks: 'nothing', problem: `${error instanceof Error ? error.message : error}\n\n${usage(scenarios)}` };
  }
  const { values, positionals } = given;
  if (values.help === true) return { asks: 'help', text: usage(scenarios) };

  const isScenario = (name: string) => scenarios.some((scenario) => scenario.name === name);
  const { html } = values;
  if (html !== undefined && (html === '' || isScenario(html))) {
    return {
      asks: 'nothing',
      problem: `--html needs the name of a file, such as --html report.html.\n\n${usage(scenarios)}`,
    };
  }
  const unknown = positionals.filter((name) => !isScenario(name)).map((name) => `"${name}"`);
  if (unknown.length > 0) {
    return { asks: 'nothing', problem: `There is no scenario ${unknown.join(', ')}. ${listOf(scenarios)}` };
  }
  const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { asks: 'play', scenarios: chosen, html };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: { html: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
}

function usage(scenarios: readonly Scenario[]): string {
  return `Usage: npm start -- [SCENARIO…] [--html FILE]

  SCENARIO…      plays these; all of them where none is named
  --html FILE    writes a page about what happened, too
  -h, --help     shows this text

${listOf(scenarios)}`;
}

function listOf(scenarios: readonly Scenario[]): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return ['The scenarios are:', ...scenarios.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`)].join('\n');
}
