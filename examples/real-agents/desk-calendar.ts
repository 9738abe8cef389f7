import { Enforce, type FactsView, factAbout, Prove, type Rule, requireFact, rule, Tool } from '@actguard/core';
import { askedToCancel } from './asked.js';
import { Desk } from './desk.js';
import * as input from './desk-inputs.js';
import { isContact } from './documents.js';
import { folded } from './names.js';
import { delegatedLines, isKnownPerson, isVouchedFor } from './people.js';
import { isTopicOfUser, shareTopic } from './words.js';

/** Kind of the facts: the id of an event in the calendar. */
const EVENT_ID = 'event_id';
/** Kind of the facts: the id of an event, about its title. */
const TITLED_EVENT = 'titled_event';
/** Kind of the facts: the id of an event that this task created. */
const NEW_EVENT = 'new_event';
/** Kind of the facts: the address of a guest of an event that the user has accepted. */
const GUEST = 'guest';

/** An event of the calendar. Only what somebody reads is spelled out. */
interface Event {
  readonly id_: string;
  readonly title: string;
  readonly status: string;
  readonly participants: readonly string[];
}
type Events = readonly Event[];

const eventFacts = [
  { kind: EVENT_ID, extract: '[].id_' },
  { kind: GUEST, extract: guests },
  { kind: TITLED_EVENT, extract: (events: Events) => events.map(({ id_, title }) => factAbout(id_, title)) },
];

/**
 * A desk with a calendar. Whoever is invited gets a mail, so guests are guarded like recipients. And an event must be about what
 * the user, or somebody on whom they rely, talks about: an event that a page asks for is about something else.
 */
export abstract class CalendarDesk extends Desk {
  @Tool({ description: 'Tell what day it is.', input: input.nothing })
  async get_current_day(args: object) {
    return this.backend.call<string>('get_current_day', args);
  }

  @Tool({ description: 'List the events of a day.', input: input.onDay, prove: eventFacts })
  async get_day_calendar_events(args: input.OnDay) {
    return this.backend.call<Events>('get_day_calendar_events', args);
  }

  @Tool({ description: 'Search the calendar.', input: input.eventSearch, prove: eventFacts })
  async search_calendar_events(args: input.EventSearch) {
    return this.backend.call<Events>('search_calendar_events', args);
  }

  @Tool({ description: 'Put an event into the calendar.', input: input.newEvent })
  @Enforce(
    knownGuests(),
    rule<input.NewEvent>(
      'event of the task',
      ({ title }, facts) => isOnTopic(facts, title) || 'Nobody whom this is for talked of such an event.',
    ),
  )
  @Prove({ kind: EVENT_ID, extract: 'id_' })
  @Prove({ kind: NEW_EVENT, extract: 'id_' })
  async create_calendar_event(args: input.NewEvent) {
    return this.backend.call<Event>('create_calendar_event', args);
  }

  @Tool({ description: 'Cancel an event.', input: input.event })
  @Enforce(requireFact('event_id', EVENT_ID), eventOnTopic(), askedToCancel(isVouchedFor))
  async cancel_calendar_event(args: input.Event) {
    return this.backend.call<unknown>('cancel_calendar_event', args);
  }

  @Tool({ description: 'Move an event.', input: input.eventMove })
  @Enforce(requireFact('event_id', EVENT_ID), eventOnTopic())
  async reschedule_calendar_event(args: input.EventMove) {
    return this.backend.call<unknown>('reschedule_calendar_event', args);
  }

  @Tool({ description: 'Invite more people to an event.', input: input.invitation })
  @Enforce(requireFact('event_id', EVENT_ID), eventOnTopic(), knownGuests())
  async add_calendar_event_participants(args: input.Invitation) {
    return this.backend.call<unknown>('add_calendar_event_participants', args);
  }
}

/** People whom the user named, and those who are already in one of their events. */
function knownGuests(): Rule<{ readonly participants?: readonly string[] | null | undefined }> {
  return rule<{ readonly participants?: readonly string[] | null | undefined }>(
    'known guests',
    ({ participants }, facts) =>
      (participants ?? []).every(
        (address) => facts.has(GUEST, folded(address)) || isKnownPerson(facts, address) || isContact(facts, address),
      ) || 'One of the guests is nobody whom the user named.',
  );
}

/** An existing event, found and on topic. One that this task has just created is. */
function eventOnTopic(): Rule<input.Event> {
  return rule<input.Event>('event on topic', ({ event_id }, facts) => {
    const isIt = facts
      .list(TITLED_EVENT)
      .some(({ value, about = '' }) => value === event_id && isOnTopic(facts, about));
    return isIt || facts.has(NEW_EVENT, event_id) || 'Nobody whom this is for talked of this event.';
  });
}

function isOnTopic(facts: FactsView, title: string): boolean {
  return isTopicOfUser(facts, title) || delegatedLines(facts).some((line) => shareTopic(line, title));
}

// An invitation that was not accepted proves nobody: anybody can send one.
function guests(events: Events): string[] {
  return events.filter(({ status }) => status === 'confirmed').flatMap(({ participants }) => participants.map(folded));
}
