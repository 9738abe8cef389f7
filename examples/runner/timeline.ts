import { inspect } from 'node:util';
import type { Refusal, UsedFact } from '@actguard/core';
import { didRun, factsProven, factsUsed, stopOf } from './guard-decision.js';
import { type Page, type Style, wrap } from './page.js';
import type { CallEntry, Entry } from './transcript.js';

const LABEL_WIDTH = 12;

/** A label, and beside it a text that wraps under itself. */
export function printRow(page: Page, label: string, text: string, ...styles: readonly Style[]): void {
  const lines = wrap(text, page.width - LABEL_WIDTH - 2);
  page.print(
    ...lines.map((line, index) => {
      const margin = page.paint((index === 0 ? label : '').padEnd(LABEL_WIDTH), ...(styles.length > 0 ? styles : ['dim' as const]));
      return `  ${margin}${page.paint(line, ...styles)}`;
    }),
  );
}

/** Prints what happened, as it happens. */
export function printEntry(page: Page, entry: Entry): void {
  page.print('');
  if (entry.kind === 'user') printRow(page, 'customer', entry.text);
  else if (entry.kind === 'model') printRow(page, 'model', entry.text, 'cyan');
  else printCall(page, entry);
}

function printCall(page: Page, call: CallEntry): void {
  printRow(page, 'model calls', `${call.tool}(${readable(call.args)})`, 'cyan');
  const stop = stopOf(call);
  if (stop !== undefined) {
    const verb = call.result.ok ? 'answered from store' : 'REFUSED';
    printRow(page, verb, `by guard ${stop.guard}: ${stop.code}. ${didRun(call) ? '' : 'The method did not run. '}`, 'yellow', 'bold');
  }
  if (call.result.ok) printRow(page, stop === undefined ? 'returned' : 'replayed', show(call.result.value));
  else printRefusal(page, call.result.refusal);
  for (const fact of factsUsed(call)) printRow(page, 'checked', `${nameOf(fact)}, as ${fact.origin?.source ?? 'the user'} gave it`, 'green');
  for (const fact of factsProven(call)) printRow(page, 'proven', nameOf(fact), 'green');
}
