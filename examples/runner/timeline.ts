import { inspect } from 'node:util';
import type { FactOrigin, Refusal, UsedFact } from '@actguard/core';
import { didRun, factsProven, factsUsed, nameStop, stopOf } from './guard-decision.js';
import { type Page, printRow } from './page.js';
import type { CallEntry, Entry } from './transcript.js';

/** Prints something that happened in a run. */
export function printEntry(page: Page, entry: Entry): void {
  page.print('');
  if (entry.kind === 'call') printCall(page, entry);
  else if (entry.kind === 'user') printRow(page, 'user', entry.text, 'bold');
  else printRow(page, 'model', entry.text, 'cyan');
}

function printCall(page: Page, call: CallEntry): void {
  const { tool, args, result } = call;
  printRow(page, 'tool call', `${tool}(${sent(args)})`);
  for (const fact of factsUsed(call)) printRow(page, 'checked', `${nameOf(fact)}, ${sourceOf(fact.origin)}`, 'green');

  const stop = stopOf(call);
  if (stop !== undefined) {
    const ran = didRun(call) ? `${tool} had started` : `${tool} did not run`;
    printRow(page, 'guard', `${stop.how.toUpperCase()} by ${nameStop(stop)}: ${ran}`, 'yellow', 'bold');
  }
  if (result.ok) printRow(page, 'result', shown(result.value));
  else printRow(page, 'model reads', lines(result.refusal), 'yellow');
  for (const fact of factsProven(call)) printRow(page, 'proven', `${nameOf(fact)}${aboutOf(fact.origin)}`, 'green');
}

function nameOf({ kind, value }: UsedFact): string {
  return `${kind} ${inspect(value)}`;
}

function sourceOf(origin: FactOrigin | undefined): string {
  if (origin === undefined) return 'mentioned by the user';
  return origin.source === 'app'
    ? 'vouched for by the application'
    : `given by ${origin.tool ?? 'a tool'}${aboutOf(origin)}`;
}

function aboutOf(origin: FactOrigin | undefined): string {
  return origin?.about === undefined ? '' : ` for ${inspect(origin.about)}`;
}

/** Arguments as the model sent them, easier to read than JSON; what is no JSON is shown as it is. */
function sent(args: string): string {
  try {
    return shown(JSON.parse(args));
  } catch {
    return args;
  }
}

/** A refusal with each field on a line of its own. */
function lines({ refused: _, ...refusal }: Refusal): string {
  return Object.entries(refusal)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

function shown(value: unknown): string {
  return inspect(value, {
    compact: true,
    breakLength: Number.POSITIVE_INFINITY,
    depth: 4,
    maxArrayLength: 6,
    maxStringLength: 300,
  });
}
