import type { ReplayedTrace } from '../replay/outcome.js';
import type { ReplayTool } from '../replay/tool-names.js';
import { printable } from '../report/terminal-text.js';
import { CommandError } from './command-error.js';
import { nearNames } from './near-names.js';
import type { Warnings } from './warnings.js';

type Tools = ReadonlyMap<string, ReplayTool>;

interface Seen {
  /** The file of the agents. */
  readonly file: string;
  readonly suites: Set<string>;
  calls: number;
  matched: number;
  /** Calls of names that no agent has; of the first so many names. */
  readonly unmatched: Map<string, number>;
}

// A recording can have any number of names; nobody reads more.
const MAX_NAMES = 1000;
const MAX_SHOWN = 20;
const MAX_SUITES = 5;
const NAME_WIDTH = 45;

/** Compares the tool names of recordings with the tools of the agents that they were replayed with. */
export class ToolMatch {
  readonly #seen = new Map<Tools, Seen>();

  /** Counts the calls of a trace. @param file where the agents are that it was replayed with */
  add({ trace, outcomes }: ReplayedTrace, tools: Tools, file: string): void {
    let seen = this.#seen.get(tools);
    if (seen === undefined) {
      seen = { file, suites: new Set(), calls: 0, matched: 0, unmatched: new Map() };
      this.#seen.set(tools, seen);
    }
    if (seen.suites.size <= MAX_SUITES) seen.suites.add(trace.suite);
    seen.calls += outcomes.length;
    for (const [index, { status }] of outcomes.entries()) {
      if (status !== 'unknown') {
        seen.matched++;
        continue;
      }
      const name = trace.calls[index]?.tool ?? '';
      const count = seen.unmatched.get(name);
      if (count !== undefined || seen.unmatched.size < MAX_NAMES) seen.unmatched.set(name, (count ?? 0) + 1);
    }
  }

  /**
   * Warns of calls that name no tool.
   *
   * @throws {CommandError} where no call at all names one
   */
  report(warnings: Warnings): void {
    const all = [...this.#seen];
    if (all.length === 0) throw new CommandError('None of the traces could be replayed.');
    if (all.every(([, { matched }]) => matched === 0)) {
      const lists = all.map(([tools, seen]) => sideBySide(tools, seen)).join('\n');
      throw new CommandError(`No recorded call names a tool of the agents.\n\n${lists}\n${HINT}`);
    }
    for (const [tools, seen] of all) {
      if (seen.matched === seen.calls) continue;
      const where = `${seen.calls - seen.matched} of ${seen.calls} calls of ${suitesOf(seen)} name no tool in ${seen.file}`;
      warnings.add(
        seen.matched === 0
          ? `${where}:\n\n${sideBySide(tools, seen)}`
          : `${where}, and were not made:\n${unmatchedLines(tools, seen).join('\n')}`,
      );
    }
  }
}

const HINT = `A call is of the tool whose method, or whose name for the model, is the name in the recording:
name the method so, or say @Tool({ name: '…' }).`;

function suitesOf({ suites }: Seen): string {
  const names = [...suites].slice(0, MAX_SUITES).map((suite) => printable(suite, NAME_WIDTH));
  return suites.size > MAX_SUITES ? `${names.join(', ')} and others` : names.join(', ');
}

function unmatchedLines(tools: Tools, { unmatched }: Seen): string[] {
  const names = new Set([...tools.values()].flatMap(({ name, method }) => [name, method]));
  return limited(mostFrequent(unmatched), ([tool, count]) => {
    const near = nearNames(tool, names);
    const hint = near.length === 0 ? '' : `  (there is ${near.join(', ')})`;
    return `  ${printable(tool, NAME_WIDTH)} (${count})${hint}`;
  });
}

function sideBySide(tools: Tools, seen: Seen): string {
  const recorded = [`recorded in ${suitesOf(seen)}`, ...unmatchedLines(tools, seen)];
  const ids = [...new Map([...tools.values()].map((tool) => [tool.id, tool])).values()];
  const declared = [
    `tools in ${seen.file}`,
    ...limited(ids, ({ id, name, method }) => `  ${id}${name === method ? '' : ` (named ${name})`}`),
  ];
  const width = Math.max(...recorded.map(({ length }) => length)) + 3;
  return Array.from({ length: Math.max(recorded.length, declared.length) }, (_, row) =>
    `${(recorded[row] ?? '').padEnd(width)}${declared[row] ?? ''}\n`.replace(/ +\n$/, '\n'),
  ).join('');
}

function mostFrequent(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

function limited<Entry>(entries: readonly Entry[], line: (entry: Entry) => string): string[] {
  const shown = entries.slice(0, MAX_SHOWN).map(line);
  return entries.length > MAX_SHOWN ? [...shown, `  and ${entries.length - MAX_SHOWN} more`] : shown;
}
