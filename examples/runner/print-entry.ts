import { inspect } from 'node:util';
import type { FactOrigin, Refusal, UsedFact } from '@actguard/core';
import { budgetStyle, budgetText } from './budget-bar.js';
import { didRun, factsProven, factsUsed, isGivenUp, type Stop, stopOf } from './guard-decision.js';
import { type Page, printRow } from './page.js';
import type { CallEntry, Entry } from './transcript.js';

/** Prints something that happened in a run. */
export function printEntry(page: Page, entry: Entry): void {
  // Bars stand below each other.
  if (entry.kind === 'spent') {
    const { usd, limitUsd } = entry;
    return printRow(page, 'budget', budgetText(usd, limitUsd), budgetStyle(usd, limitUsd));
  }
  page.print('');
  switch (entry.kind) {
    case 'call':
      return printCall(page, entry);
    case 'user':
      return printRow(page, 'user', entry.text, 'bold');
    case 'model':
      return printRow(page, 'model', entry.text, 'cyan');
    case 'application':
      return printRow(page, 'application', entry.text, 'cyan');
    case 'not called': {
      const { code, because } = entry;
      return printRow(page, 'budget', `REFUSED (${code}): the model was not called. ${because}`, 'yellow', 'bold');
    }
    case 'time':
      return printRow(page, 'time', `${duration(entry.ms)} later`);
    case 'late end': {
      const end = entry.hasFailed ? 'has failed' : 'has ended, and its result is known';
      return printRow(page, 'meanwhile', `${entry.tool}, which had been cut off, ${end}`, 'yellow');
    }
  }
}

function printCall(page: Page, call: CallEntry): void {
  const { tool, args, result, tookMs } = call;
  printRow(page, 'tool call', `${tool}(${sent(args)})`);
  for (const fact of factsUsed(call)) printRow(page, 'checked', `${nameOf(fact)}, ${sourceOf(fact.origin)}`, 'green');
  if (tookMs > 0) printRow(page, 'time', `after ${duration(tookMs)}`);

  const stop = stopOf(call);
  if (stop !== undefined) printRow(page, 'guard', `${decision(stop)}: ${whatRan(call, stop)}`, 'yellow', 'bold');
  else if (isGivenUp(call)) printRow(page, 'agent loop', `GAVE UP: ${tool} may still be running`, 'yellow', 'bold');
  if (result.ok) printRow(page, 'result', shown(result.value));
  // The loop ends by a final one, so the model is not asked again.
  else printRow(page, result.final ? 'refusal' : 'model reads', lines(result.refusal), 'yellow');
  for (const fact of factsProven(call)) printRow(page, 'proven', `${nameOf(fact)}${aboutOf(fact.origin)}`, 'green');
}

function decision({ guard, how, code }: Stop): string {
  return `${how.toUpperCase()} by ${guard}${code === undefined ? '' : ` (${code})`}`;
}

function whatRan(call: CallEntry, { how }: Stop): string {
  if (!didRun(call)) return `${call.tool} did not run`;
  return how === 'cut off' ? `${call.tool} may still be running` : `${call.tool} had run`;
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

/** In seconds below two minutes, else in minutes. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
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
