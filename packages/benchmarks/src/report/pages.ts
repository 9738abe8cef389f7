import type { Verdict } from '../check/check.js';
import type { GroupResult, Results } from '../measure/results.js';
import { machineText, tablesOf } from './tables.js';
import { verdictTable } from './verdicts.js';

const MARKED = /(<!-- bench: ([\w-]+) -->\n)[\s\S]*?(<!-- \/bench -->)/g;

/** What goes between the marks of a page: `machine`, `goals`, and the name of each group. */
export function sectionsOf(results: Results, verdicts: readonly Verdict[]): Readonly<Record<string, string>> {
  const groups = results.groups.map((group) => [group.name, tablesOf(group)] as const);
  return { machine: machineText(results), goals: verdictTable(verdicts), ...Object.fromEntries(groups) };
}

/**
 * A page with its marked sections filled.
 *
 * @throws {Error} where it has a mark for something that was not measured
 */
export function fillPage(text: string, sections: Readonly<Record<string, string>>): string {
  return text.replace(MARKED, (_, begin: string, name: string, end: string) => {
    const section = sections[name];
    if (section === undefined) throw new Error(`there is nothing to put into "bench: ${name}"`);
    return `${begin}\n${section}\n\n${end}`;
  });
}

/** All of a run as one page. */
export function reportPage(results: Results, verdicts: readonly Verdict[]): string {
  const groups = results.groups.map((group: GroupResult) => `## ${group.title}\n\n${tablesOf(group)}`);
  const parts = ['# Results', machineText(results), '## Goals', verdictTable(verdicts), ...groups];
  return `${parts.join('\n\n')}\n`;
}
