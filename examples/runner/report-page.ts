import { renderTimelines, type TimelineNote, type TimelineSection } from '@actguard/timeline';
import type { Playthrough } from './play.js';
import { wireText } from './report.js';
import { byScenario, labelOf, type Verdict } from './verdict.js';

/** A complete HTML page: what the scenarios show, with the timeline of each guarded run. */
export function reportPage(verdicts: readonly Verdict[], modelDescription: string): string {
  return renderTimelines({
    title: 'ActGuard: bare and guarded',
    intro:
      'Each problem was played by the same model twice: bare, with plain instances of the agents, and guarded, with the ' +
      `same classes in a run of a host. The timelines show the guarded runs. The model: ${modelDescription}.`,
    sections: byScenario(verdicts).map(sectionOf),
  });
}

function sectionOf(verdicts: readonly [Verdict, ...Verdict[]]): TimelineSection {
  const [{ scenario, bare }] = verdicts;
  const { name, title, story, problem } = scenario;
  return {
    id: name,
    title: `${name}: ${title}`,
    text: story,
    notes: [
      { label: 'Problem', text: problem },
      { label: 'Bare run', ...whatBecame(bare) },
      ...verdicts.flatMap((verdict) => notesOn(verdict, verdicts.length > 1)),
    ],
    events: verdicts.flatMap(({ guarded }) => guarded.events),
  };
}

function notesOn(verdict: Verdict, isOneOfSeveral: boolean): TimelineNote[] {
  const { guarded, stops, callsMade, callsSaved, wire, problems } = verdict;
  const notes: TimelineNote[] = [
    { label: isOneOfSeveral ? `With a ${labelOf(guarded.manner)}` : 'Guarded run', ...whatBecame(guarded) },
    { label: 'Stopped by', text: stops.length === 0 ? 'nothing' : stops.join(', ') },
    { label: 'Calls saved', text: `${callsSaved} of ${callsMade}` },
    { label: 'Final answer', text: finalAnswer(guarded) },
  ];
  const text = wireText(verdict);
  if (text !== undefined) notes.push({ label: 'On the wire', text });
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
  return (
    transcript.entries
      .flatMap((entry) => (entry.kind === 'model' || entry.kind === 'application' ? [entry.text] : []))
      .at(-1) ?? '(none)'
  );
}
