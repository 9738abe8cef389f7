import { type ProveOptions, type Rule, requireFact, rule } from '@actguard/core';
import * as v from 'valibot';
import { isDayOfUser, isSpanOfUser } from './days.js';
import { MANY } from './long-lists.js';
import { ADDRESS } from './mail.js';
import { folded } from './names.js';

/**
 * Facts and rules about a calendar.
 *
 * Creating, changing and cancelling an event sends mail to everybody who is invited. So the guests of an event are guarded like
 * the recipients of a mail (`knownAddresses`), and only events that stand in the calendar can be changed.
 */

/** Kind of the facts: the id of an event in the calendar. */
const EVENT_ID = 'event_id';

/** Kind of the facts: a day on which an event of the calendar begins or ends, such as `2030-05-17`. */
const EVENT_DAY = 'event_day';

/** An event, as the calendar returns it. Only what somebody reads is spelled out. */
export interface CalendarEvent {
  readonly id_: string;
  readonly participants?: readonly string[] | null;
  /** Such as `2030-05-17 10:00:00`. */
  readonly start_time: string;
  readonly end_time: string;
  /** `confirmed`, unless it was cancelled or nobody has accepted it yet. */
  readonly status: string;
}

type Events = CalendarEvent | readonly CalendarEvent[];

/** What `create_calendar_event` takes. */
export const eventToCreate = v.object({
  title: v.string(),
  start_time: v.string(),
  end_time: v.string(),
  description: v.optional(v.string()),
  participants: v.nullish(v.array(v.string())),
  location: v.nullish(v.string()),
});
export type EventToCreate = v.InferOutput<typeof eventToCreate>;

/** What `reschedule_calendar_event` takes. */
export const eventToMove = v.object({
  event_id: v.string(),
  new_start_time: v.string(),
  new_end_time: v.nullish(v.string()),
});
export type EventToMove = v.InferOutput<typeof eventToMove>;

/** What `cancel_calendar_event` takes. */
export const eventById = v.object({ event_id: v.string() });
export type EventById = v.InferOutput<typeof eventById>;

/** What `add_calendar_event_participants` takes. */
export const guestsToAdd = v.object({ event_id: v.string(), participants: v.array(v.string()) });
export type GuestsToAdd = v.InferOutput<typeof guestsToAdd>;

/** What `search_calendar_events` takes. */
export const eventSearch = v.object({ query: v.string(), date: v.nullish(v.string()) });
export type EventSearch = v.InferOutput<typeof eventSearch>;

/** What `get_day_calendar_events` takes. */
export const eventsOfDay = v.object({ day: v.string() });
export type EventsOfDay = v.InferOutput<typeof eventsOfDay>;

/**
 * What every tool proves that returns events: `@Tool({ …, prove: eventFacts })`. An invitation that the user has not accepted
 * proves neither guests nor days: anybody can send one.
 */
export const eventFacts = [
  { kind: EVENT_ID, extract: 'id_', ...MANY },
  {
    kind: ADDRESS,
    extract: (events) => accepted(events).flatMap(({ participants }) => (participants ?? []).map(folded)),
    ...MANY,
  },
  {
    kind: EVENT_DAY,
    extract: (events) => accepted(events).flatMap(({ start_time, end_time }) => [start_time, end_time].map(dayOf)),
    ...MANY,
  },
] as const satisfies readonly ProveOptions<object, Events>[];

/** Only an event that stands in the calendar. */
export function knownEvent<Args extends { readonly event_id: string }>(): Rule<Args> {
  return requireFact<{ readonly event_id: string }>('event_id', EVENT_ID, {
    from: ['tool', 'app', 'user'],
  }) as Rule<Args>;
}

/**
 * Only from a day that the user said, in any of the usual spellings, or on which an event of the calendar begins or ends. Where
 * an end is asked for, it is such a day too, or the user said how many days or nights it is.
 *
 * For agents that cannot look up what day it is: they cannot know what “tomorrow” is, so they have no day but these.
 *
 * @param start name of the argument with the day on which it begins, or a time on it: `2030-05-17`, `2030-05-17 10:00`
 * @param end name of the argument with the day on which it ends
 */
export function onKnownDays<Args>(start: keyof NoInfer<Args> & string, end?: keyof NoInfer<Args> & string): Rule<Args> {
  return rule<Args>(
    'on known days',
    (given, facts) => {
      const from = String(given[start]);
      const until = String((end && given[end]) ?? from);
      const isKnownDay = (time: string): boolean => facts.has(EVENT_DAY, dayOf(time)) || isDayOfUser(facts, time);
      if (!isKnownDay(from)) return 'The user did not say the day on which it begins.';
      return isKnownDay(until) || isSpanOfUser(facts, from, until) || 'The user did not say the day on which it ends.';
    },
    { hint: 'Ask the user for the day.' },
  );
}

function accepted(events: Events): readonly CalendarEvent[] {
  return [events].flat().filter(({ status }) => status === 'confirmed');
}

function dayOf(time: string): string {
  return time.slice(0, 'YYYY-MM-DD'.length);
}
