import { type Conversation, isRefusal } from '../runner/conversation.js';
import type { Move } from '../runner/scripted-model.js';
import type { Hit, Report } from './world.js';

const TOPIC = 'service life of heat pumps';

/**
 * A model that always wants one more source, as real ones do: each report cites another, so it reads that one as well. Every
 * call sends all that was read before once more.
 */
export function thoroughModel(seen: Conversation): Move {
  const hits = seen.answerOf<readonly Hit[]>('search');
  if (hits === undefined) return { calls: [{ tool: 'search', args: { query: TOPIC } }] };
  if (isRefusal(hits)) return { say: 'I cannot search the library right now.' };

  const answers = seen.answersOf<Report>('read');
  const reports = answers.flatMap((answer) => (isRefusal(answer) ? [] : [answer]));
  const isStopped = isRefusal(answers.at(-1));
  const latest = reports.at(-1);
  const next = latest === undefined ? hits[0]?.source : latest.cites;
  if (next === undefined || isStopped) return { say: conclusion(reports) };
  return { calls: [{ tool: 'read', args: { source: next, lookFor: TOPIC } }] };
}

function conclusion(reports: readonly Report[]): string {
  const mean = reports.reduce((sum, { meanYears }) => sum + meanYears, 0) / reports.length;
  return `Heat pumps last about ${mean.toFixed(0)} years; I have read ${reports.length} reports to be sure.`;
}
