import { inspect } from 'node:util';
import type { FactOrigin, UsedFact } from '@actguard/core';
import { didRun, factsProven, factsUsed, stopOf } from './guard-decision.js';
import { type Page, printRow } from './page.js';
import type { CallEntry, Entry } from './transcript.js';

/** Prints something that happened in a run. */
export function printEntry(page: Page, entry: Entry): void {
  page.print('');
  if (entry.kind === 'user') printRow(page, 'customer', entry.text, 'bold');
  else if (entry.kind === 'model') printRow(page, 'model', entry.text, 'cyan');
  else printCall(page, entry);
}

function printCall(page: Page, call: CallEntry): void {
  const { tool, args, result } = call;
  printRow(page, 'tool call', `${tool}(${sent(args)})`);
  for (const fact of factsUsed(call)) printRow(page, '', `checked: ${nameOf(fact)}, ${sourceOf(fact.origin)}`, 'green');

  const stop = stopOf(call);
  if (stop !== undefined) {
    const rest = didRun(call) ? 'its result is withheld' : `${tool} did not run`;
    printRow(
      page,
      result.ok ? 'REPLAYED' : 'REFUSED',
      `by the guard ${stop.guard}, ${stop.code}: ${rest}`,
      'yellow',
      'bold',
    );
  }
  if (result.ok) printRow(page, 'result', shown(result.value));
  else printRow(page, 'model reads', shown(result.refusal), ...(stop === undefined ? [] : (['yellow'] as const)));
  for (const fact of factsProven(call)) printRow(page, '', `proven: ${nameOf(fact)}${aboutOf(fact.origin)}`, 'green');
}

function nameOf({ kind, value }: UsedFact): string {
  return `${kind} ${inspect(value)}`;
}

function sourceOf(origin: FactOrigin | undefined): string {
  if (origin === undefined) return 'which the user mentioned';
  return origin.source === 'app'
    ? 'which the application vouched for'
    : `which ${origin.tool ?? 'a tool'} gave${aboutOf(origin)}`;
}

function aboutOf(origin: FactOrigin | undefined): string {
  return origin?.about === undefined ? '' : ` about ${inspect(origin.about)}`;
}

/** Arguments as the model sent them, easier to read than JSON; what is no JSON is shown as it is. */
function sent(args: string): string {
  try {
    return shown(JSON.parse(args));
  } catch {
    return args;
  }
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
