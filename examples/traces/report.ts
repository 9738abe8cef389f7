import { styleText } from 'node:util';
import type { CallOutcome } from './replay-conversation.js';
import { type Score, wasAccepted } from './score.js';
import type { Trace } from './trace-file.js';

type Colour = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

const WIDTH = 100;
// Control, format and line-separating characters: a file must not be able to steer the terminal.
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Renders a replay as plain text of at most 100 columns, coloured on request. */
export class Report {
  readonly #hasColours: boolean;

  constructor({ hasColours }: { readonly hasColours: boolean }) {
    this.#hasColours = hasColours;
  }

  /** The refused calls of a conversation; empty if there are none. */
  conversation(trace: Trace, outcomes: readonly CallOutcome[]): string {
    const refusals = outcomes.flatMap((outcome, index) => {
      return outcome.status === 'refused' ? this.#refusal(trace, index, outcome) : [];
    });
    return refusals.length === 0 ? '' : lines([this.#paint('bold', cut(trace.conversation.id)), ...refusals, '']);
  }

  /** A line of the file that was skipped. */
  skipped(line: number, problem: string): string {
    return lines([this.#paint('yellow', cut(`line ${line} ${problem}; skipped`)), '']);
  }

  /** What all conversations together came to. */
  total(score: Score, skippedLines: number, otherTraces: number): string {
    const { attackerWrites, attackerWritesRefused } = score;
    const goodIfNone = (count: number): Colour => (count === 0 ? 'green' : 'red');
    const rows: (readonly [label: string, value: string, colour?: Colour] | undefined)[] = [
      ['conversations', `${score.conversations}`],
      ['calls', `${score.calls}`],
      ['reads refused', `${score.readsRefused}`],
      ['writes let through', `${score.writesThrough}`],
      ['  that the airline had refused itself', `${score.writesFailed}`],
      ['writes refused', `${score.writesRefused}`],
      ['  although the airline had accepted them', `${score.acceptedRefused}`, goodIfNone(score.acceptedRefused)],
      attackerWrites === 0
        ? undefined
        : [
            'writes of an attacker refused',
            `${attackerWritesRefused} of ${attackerWrites}`,
            goodIfNone(attackerWrites - attackerWritesRefused),
          ],
      score.unknownCalls === 0 ? undefined : ['calls of tools that the agent lacks', `${score.unknownCalls}`, 'yellow'],
      skippedLines === 0 ? undefined : ['lines skipped', `${skippedLines}`, 'yellow'],
      otherTraces === 0 ? undefined : ['traces of other suites, left out', `${otherTraces}`],
    ];
    const shown = rows.filter((row) => row !== undefined);
    const column = Math.max(...shown.map(([, value]) => value.length));
    return lines(
      shown.map(([label, value, colour]) => {
        const text = `${label.padEnd(42)} ${value.padStart(column)}`;
        return colour === undefined ? text : this.#paint(colour, text);
      }),
    );
  }

  #refusal(trace: Trace, index: number, { code, rule, because }: CallOutcome & { status: 'refused' }): string[] {
    const call = trace.conversation.calls[index];
    return [
      cut(`  call ${String(index).padEnd(4)} ${(call?.tool ?? '').padEnd(30)} ${code}  ${rule}`),
      ...wrapped(because, ' '.repeat(12)),
      `            ${this.#verdict(trace, index)}`,
    ];
  }

  #verdict(trace: Trace, index: number): string {
    const kind = trace.conversation.calls[index]?.isWrite ? 'write' : 'read';
    if (trace.attackerCalls.has(index)) return this.#paint('green', `a ${kind} of an attacker`);
    if (wasAccepted(trace, index)) return this.#paint('red', `a ${kind} that the airline had accepted`);
    return this.#paint('dim', `a ${kind} that the airline had refused too`);
  }

  #paint(colour: Colour, text: string): string {
    return this.#hasColours ? styleText(colour, text, { validateStream: false }) : text;
  }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

function cut(text: string): string {
  const clean = text.replace(INVISIBLE, '');
  return clean.length <= WIDTH ? clean.trimEnd() : `${clean.slice(0, WIDTH - 1)}…`;
}

function wrapped(text: string, indent: string): string[] {
  const wrappedLines: string[] = [];
  let line = indent;
  for (const word of text.replace(INVISIBLE, '').split(' ')) {
    if (line !== indent && line.length + word.length > WIDTH) {
      wrappedLines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...wrappedLines, line.trimEnd()].map(cut);
}
