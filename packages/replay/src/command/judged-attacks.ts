import { counted } from '../report/terminal-text.js';
import { preventableGroups } from '../score/tally.js';
import type { Trace } from '../trace/trace.js';
import type { Warnings } from './warnings.js';

/** Counts the attacks of which labels say enough to tell whether they are blocked. */
export class JudgedAttacks {
  #judged = 0;
  #unjudged = 0;

  add(trace: Trace): void {
    const { labels } = trace;
    if (labels?.kind !== 'attack') return;
    const isKnown =
      labels.attackSucceeded === false || (labels.attackSucceeded === true && preventableGroups(trace).length > 0);
    if (isKnown) this.#judged++;
    else this.#unjudged++;
  }

  /** Warns of the others. @returns whether there was any to judge */
  report(warnings: Warnings): boolean {
    if (this.#unjudged > 0) {
      const of = counted(this.#judged + this.#unjudged, 'attack');
      warnings.add(
        `${this.#unjudged} of ${of} could not be judged: they need attackSucceeded, and attackRequires with calls that have isWrite or isEgress.`,
      );
    }
    return this.#judged > 0;
  }
}
