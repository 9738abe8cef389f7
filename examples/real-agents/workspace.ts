import { Agent, argumentsKey, Enforce, Idempotent, inject, Tool } from '@actguard/core';
import * as v from 'valibot';
import { askedToCancel, askedToDelete } from './asked.js';
import { Backend } from './backend.js';
import * as calendar from './calendar.js';
import { eventFacts, knownEvent } from './calendar.js';
import * as mail from './mail.js';
import { contactFacts, knownAddresses, knownMail, mailFacts } from './mail.js';
import * as drive from './workspace-drive.js';
import { attachedFilesAreKnown, fileFacts, knownFile, privateOrNamedFile } from './workspace-drive.js';

const nothing = v.object({});

/**
 * An assistant for the office: mail, calendar and a drive of files.
 *
 * Almost all that it reads was written by somebody else, and any of it may hold instructions. So it may read all of the user's
 * own things, and what it reads decides nothing: who gets a mail, an invitation or a file is decided by the user's words, the
 * contacts, and the people with whom the user has to do already.
 */
@Agent()
export class WorkspaceAgent {
  readonly #backend = inject(Backend);

  // Reading mail.

  @Tool({ description: 'Read the mails that are new, and mark them as read.', input: nothing, prove: mailFacts })
  async get_unread_emails(args: object): Promise<mail.Mail[]> {
    return this.#backend.call('get_unread_emails', args);
  }

  @Tool({ description: 'Read the mails that the user has sent.', input: nothing, prove: mailFacts })
  async get_sent_emails(args: object): Promise<mail.Mail[]> {
    return this.#backend.call('get_sent_emails', args);
  }

  @Tool({ description: 'Read the mails that the user has received.', input: nothing, prove: mailFacts })
  async get_received_emails(args: object): Promise<mail.Mail[]> {
    return this.#backend.call('get_received_emails', args);
  }

  @Tool({ description: 'Read the drafts of mails.', input: nothing, prove: mailFacts })
  async get_draft_emails(args: object): Promise<mail.Mail[]> {
    return this.#backend.call('get_draft_emails', args);
  }

  @Tool({
    description: 'Find mails by words in subject or body, and by sender.',
    input: mail.mailSearch,
    prove: mailFacts,
  })
  async search_emails(args: mail.MailSearch): Promise<mail.Mail[]> {
    return this.#backend.call('search_emails', args);
  }

  @Tool({ description: 'Find contacts by name.', input: mail.contactSearch, prove: contactFacts })
  async search_contacts_by_name(args: mail.ContactSearch): Promise<mail.Contact[]> {
    return this.#backend.call('search_contacts_by_name', args);
  }

  @Tool({ description: 'Find contacts by mail address.', input: mail.contactSearch, prove: contactFacts })
  async search_contacts_by_email(args: mail.ContactSearch): Promise<mail.Contact[]> {
    return this.#backend.call('search_contacts_by_email', args);
  }

  // What is sent is gone. Whoever gets a copy that nobody sees gets it too, and so does whoever gets a file with it.

  @Tool({ description: 'Send a mail.', input: mail.mailToSend })
  @Enforce(knownAddresses('recipients', 'cc', 'bcc'), attachedFilesAreKnown())
  @Idempotent({ key: argumentsKey })
  async send_email(args: mail.MailToSend): Promise<mail.Mail> {
    return this.#backend.call('send_email', args);
  }

  // A mail that the agent has just sent is in no list that it has read, so it cannot cover its tracks in passing.

  @Tool({ description: 'Delete a mail for good.', input: mail.mailById })
  @Enforce(knownMail(), askedToDelete())
  async delete_email(args: mail.MailById): Promise<string> {
    return this.#backend.call('delete_email', args);
  }

  // Reading the calendar.

  @Tool({ description: 'What day it is today.', input: nothing })
  async get_current_day(args: object): Promise<string> {
    return this.#backend.call('get_current_day', args);
  }

  @Tool({
    description: 'Find events by words in title or description, and by day.',
    input: calendar.eventSearch,
    prove: eventFacts,
  })
  async search_calendar_events(args: calendar.EventSearch): Promise<calendar.CalendarEvent[]> {
    return this.#backend.call('search_calendar_events', args);
  }

  @Tool({ description: 'The events of one day.', input: calendar.eventsOfDay, prove: eventFacts })
  async get_day_calendar_events(args: calendar.EventsOfDay): Promise<calendar.CalendarEvent[]> {
    return this.#backend.call('get_day_calendar_events', args);
  }

  // Changing the calendar writes to all guests. An event without guests tells nobody, so its day and title are free.

  @Tool({ description: 'Create an event and invite guests to it.', input: calendar.eventToCreate, prove: eventFacts })
  @Enforce(knownAddresses('participants'))
  async create_calendar_event(args: calendar.EventToCreate): Promise<calendar.CalendarEvent> {
    return this.#backend.call('create_calendar_event', args);
  }

  @Tool({ description: 'Invite more guests to an event.', input: calendar.guestsToAdd })
  @Enforce(knownEvent(), knownAddresses('participants'))
  async add_calendar_event_participants(args: calendar.GuestsToAdd): Promise<calendar.CalendarEvent> {
    return this.#backend.call('add_calendar_event_participants', args);
  }

  @Tool({ description: 'Move an event to another time, and tell its guests.', input: calendar.eventToMove })
  @Enforce(knownEvent())
  async reschedule_calendar_event(args: calendar.EventToMove): Promise<calendar.CalendarEvent> {
    return this.#backend.call('reschedule_calendar_event', args);
  }

  @Tool({ description: 'Cancel an event, and tell its guests.', input: calendar.eventById })
  @Enforce(knownEvent(), askedToCancel())
  async cancel_calendar_event(args: calendar.EventById): Promise<string> {
    return this.#backend.call('cancel_calendar_event', args);
  }

  // Reading the drive.

  @Tool({ description: 'List all files.', input: nothing, prove: fileFacts })
  async list_files(args: object): Promise<drive.DriveFile[]> {
    return this.#backend.call('list_files', args);
  }

  @Tool({ description: 'Find files by words in their content.', input: drive.search, prove: fileFacts })
  async search_files(args: drive.Search): Promise<drive.DriveFile[]> {
    return this.#backend.call('search_files', args);
  }

  @Tool({ description: 'Find files by name.', input: drive.filesByName, prove: fileFacts })
  async search_files_by_filename(args: drive.FilesByName): Promise<drive.DriveFile[]> {
    return this.#backend.call('search_files_by_filename', args);
  }

  @Tool({ description: 'Read a file.', input: drive.fileById, prove: fileFacts })
  async get_file_by_id(args: drive.FileById): Promise<drive.DriveFile> {
    return this.#backend.call('get_file_by_id', args);
  }

  // What is written stays with the user, as long as nobody else reads the file. Nothing is lost by it.

  @Tool({ description: 'Create a file.', input: drive.fileToCreate, prove: fileFacts })
  async create_file(args: drive.FileToCreate): Promise<drive.DriveFile> {
    return this.#backend.call('create_file', args);
  }

  @Tool({ description: 'Add text to the end of a file.', input: drive.textToAppend })
  @Enforce(privateOrNamedFile())
  async append_to_file(args: drive.TextToAppend): Promise<drive.DriveFile> {
    return this.#backend.call('append_to_file', args);
  }

  // To share a file is to send it; to delete one cannot be undone.

  @Tool({ description: 'Share a file with somebody.', input: drive.fileToShare })
  @Enforce(knownFile(), knownAddresses('email'))
  async share_file(args: drive.FileToShare): Promise<drive.DriveFile> {
    return this.#backend.call('share_file', args);
  }

  @Tool({ description: 'Delete a file for good.', input: drive.fileById })
  @Enforce(knownFile(), askedToDelete())
  async delete_file(args: drive.FileById): Promise<drive.DriveFile> {
    return this.#backend.call('delete_file', args);
  }
}
