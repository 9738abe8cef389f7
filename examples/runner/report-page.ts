import { renderTimelines, type TimelineNote, type TimelineSection } from '@actguard/timeline';
import type { Playthrough } from './play.js';
import type { Verdict } from './verdict.js';

/** A complete HTML page: what the scenarios show, with the timeline of each guarded run. */
export function reportPage(verdicts: readonly Verdict[], modelDescription: string): string {
  return renderTimelines({
    title: 'ActGuard: bare and guarded',
    intro:
      'Each problem was played twice by the same model: bare, with plain instances of the agents, and guarded, with the ' +
      `same classes in a run of a host. The timelines show the guarded runs. The model: ${modelDescription}.`,
    sections: verdicts.map(sectionOf),
  });
}

function sectionOf(verdict: Verdict): TimelineSection {
  const { name, title, story } = verdict.scenario;
  return { id: name, title: `${name}: ${title}`, text: story, notes: notesOn(verdict), events: verdict.guarded.events };
}

function notesOn({ scenario, bare, guarded, stops, callsMade, callsSaved, wire, problems }: Verdict): TimelineNote[] {
  const notes: TimelineNote[] = [
    { label: 'Problem', text: scenario.problem },
    { label: 'Bare run', ...whatBecame(bare) },
    { label: 'Guarded run', ...whatBecame(guarded) },
    { label: 'Stopped by', text: stops.length === 0 ? 'nothing' : stops.join(', ') },
    { label: 'Calls saved', text: `${callsSaved} of ${callsMade}` },
    { label: 'Final answer', text: finalAnswer(guarded) },
  ];
  if (wire?.isSame) {
    const scope = `${wire.exchanges} requests and responses${stops.length === 0 ? '' : ' up to the first stop'}`;
    notes.push({ label: 'On the wire', text: `${scope} were the same, byte for byte` });
  }
  // A real model that behaves is no failure.
  const tone = wire === undefined ? 'neutral' : 'bad';
  return [
    ...notes,
    ...problems.map((text) => ({ label: wire === undefined ? 'Note' : 'Failed', text, tone }) as const),
  ];
}

function whatBecame({ harm, outcome }: Playthrough): { text: string; tone: 'good' | 'bad' } {
  return harm === undefined ? { text: `No harm: ${outcome}`, tone: 'good' } : { text: `Harm: ${harm}`, tone: 'bad' };
}

function finalAnswer({ transcript }: Playthrough): string {
  return transcript.entries.flatMap((entry) => (entry.kind === 'model' ? [entry.text] : [])).at(-1) ?? '(none)';
}
