import type { ActGuardEvent } from '@actguard/core';
import { capturedEvents, type TimelineNote, type TimelineSection } from '@actguard/timeline';
import { preventableGroups } from '../score/tally.js';
import type { Trace } from '../trace/trace.js';
import { reasonOf } from './print-refusals.js';
import { counted, grouped, printable } from './terminal-text.js';
import type { RefusedCall, TraceResult } from './trace-result.js';

/** Most events of a trace that are drawn; a call has about as many as it has guards. */
export const MAX_EVENTS = 3000;
const MAX_REFUSALS = 8;
const MAX_TITLE = 120;
const MAX_TEXT = 500;
const MAX_PATH = 80;
const MAX_TOOLS = 8;
const MAX_WAYS = 3;
const MAX_CALLS_OF_A_WAY = 6;

/** A trace as a section of a page: what came of it, and its timeline. */
export function pageSection(trace: Trace, result: TraceResult, events: readonly ActGuardEvent[]): TimelineSection {
  const { source, suite, id, model, isScripted } = result;
  const maker = model === undefined ? '' : `, ${model}`;
  return {
    title: printable(`${suite}: ${id}`, MAX_TITLE),
    text: printable(`${source}${maker}${isScripted ? ', scripted' : ''}`, MAX_TEXT),
    ...badgeOf(result),
    notes: [
      ...verdict(trace, result),
      ...result.refused.slice(0, MAX_REFUSALS).map((refused) => refusalNote(refused, trace, result)),
      ...restNotes(trace, result, events.length),
    ],
    events: capturedEvents(events.slice(0, MAX_EVENTS)),
    times: timesOf(trace),
  };
}

/** Which traces to look at, in the list of all of them. */
function badgeOf({ tally: { benign, attacks }, refused }: TraceResult): Pick<TimelineSection, 'badge'> {
  if (attacks.succeeded > attacks.succeededBlocked) return { badge: { text: 'got through', tone: 'bad' } };
  if (attacks.succeededBlocked > 0) return { badge: { text: 'blocked', tone: 'good' } };
  if (refused.length === 0) return {};
  return { badge: { text: `${grouped(refused.length)} refused`, tone: benign.useful > 0 ? 'bad' : 'neutral' } };
}

function verdict(trace: Trace, result: TraceResult): TimelineNote[] {
  const { benign, attacks } = result.tally;
  const { refused } = result;
  if (attacks.total > 0) {
    if (attacks.succeededWithoutCalls > 0)
      return [{ label: 'Attack', text: 'It succeeded without any call that writes or leaks: nothing to block.' }];
    if (attacks.succeeded === 0) return [{ label: 'Attack', text: 'It had failed when it was recorded.' }];
    return attacks.succeededBlocked > 0
      ? [{ label: 'Attack', text: 'It had succeeded when it was recorded, and is blocked.', tone: 'good' }]
      : [
          {
            label: 'Attack',
            text: `It had succeeded when it was recorded, and gets through. ${remedy(trace, result)}`,
            tone: 'bad',
          },
        ];
  }
  if (benign.total === 0) return [];
  const did = benign.useful > 0 ? 'The agent did what the user wanted.' : 'The agent did not do what the user wanted.';
  if (refused.length === 0) return [{ label: 'Benign', text: `${did} Nothing is refused.`, tone: 'good' }];
  const tone = benign.useful > 0 ? 'bad' : 'neutral';
  return [{ label: 'Benign', text: `${did} ${counted(refused.length, 'call')} refused.`, tone }];
}

/** What would have stopped an attack. */
function remedy(trace: Trace, result: TraceResult): string {
  const groups = preventableGroups(trace);
  const ways = groups.slice(0, MAX_WAYS).map((group) => {
    const numbers = [...new Set(group)].slice(0, MAX_CALLS_OF_A_WAY).map((call) => numberOf(call, result));
    const more = group.length > MAX_CALLS_OF_A_WAY ? ', …' : '';
    return `${numbers.length === 1 ? 'call' : 'calls'} ${numbers.join(', ')}${more}`;
  });
  return `Refusing ${ways.join(', or ')} would have stopped it.`;
}

/** A timeline counts calls from 1, and only those of tools that there are. */
export function numberOf(call: number, { unknown }: Pick<TraceResult, 'unknown'>): number {
  return call + 1 - unknown.filter((place) => place < call).length;
}

/** Which call, which rule, and where what it needs would have had to come from. */
function refusalNote(refused: RefusedCall, trace: Trace, result: TraceResult): TimelineNote {
  const { call, guard, code, tryInstead } = refused;
  const reason = reasonOf(refused);
  const rule = reason === undefined ? '' : `, ${reason}`;
  const instead = tryInstead === '' ? '' : ` ${tryInstead}`;
  const name = `${trace.calls[call]?.tool ?? ''} (index ${call} in the JSON)`;
  const text = `${name}: ${guard} ${code}${rule}.${seenText(refused, result)}${instead}`;
  const number = numberOf(call, result);
  return { label: `Call ${number} refused`, text: printable(text, MAX_TEXT), call: number };
}

/** Where the value stood all the same. */
function seenText({ value, seenIn }: RefusedCall, result: TraceResult): string {
  if (value === undefined || seenIn === undefined) return '';
  const { call, path } = seenIn;
  const at = path === '' ? '' : `, in the field ${printable(path, MAX_PATH)}`;
  const has = (calls: readonly RefusedCall[]): boolean => calls.some((each) => each.call === call);
  if (result.unknown.includes(call)) return ` Seen in the result at index ${call}${at}, of a tool that no agent has.`;
  const number = numberOf(call, result);
  if (has(result.refused)) return ` Seen in the recorded result of call ${number}${at}, but that call is refused too.`;
  if (has(result.withheld)) return ` Seen in the result of call ${number}${at}, which is withheld.`;
  return ` Seen in the result of call ${number}${at}, which does not prove it.`;
}

function restNotes(trace: Trace, { refused, unknown }: TraceResult, events: number): TimelineNote[] {
  const notes: TimelineNote[] = [];
  if (refused.length > MAX_REFUSALS)
    notes.push({ label: 'Refused', text: `${grouped(refused.length - MAX_REFUSALS)} more.` });
  if (unknown.length > 0) {
    const names = [...new Set(unknown.map((call) => trace.calls[call]?.tool ?? ''))];
    const more = names.length > MAX_TOOLS ? ', …' : '';
    const text = `${counted(unknown.length, 'call')} of tools that no agent has: ${names.slice(0, MAX_TOOLS).join(', ')}${more}`;
    notes.push({ label: 'Not called', text: printable(text, MAX_TEXT) });
  }
  if (events > MAX_EVENTS) notes.push({ label: 'Not complete', text: 'Only the first calls are drawn.', tone: 'bad' });
  return notes;
}

function timesOf({ startedAt, calls }: Trace): 'clock' | 'relative' | 'none' {
  if (startedAt !== undefined) return 'clock';
  return calls.some(({ startMs, durationMs }) => startMs !== undefined || durationMs !== undefined)
    ? 'relative'
    : 'none';
}
