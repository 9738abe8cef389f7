import { Agent, Enforce, MaxAttempts, Prove, requireFact, Tool } from '@actguard/core';
import { pendingFacts, releasesOwnWork } from './accounts.js';
import { askedToDelete } from './asked.js';
import { CalendarDesk } from './desk-calendar.js';
import * as input from './desk-inputs.js';
import { answerFacts, billedPayment, isReadOn } from './documents.js';
import { answeredFacts, inboxFacts, type ReceivedMail } from './people.js';
import { knownSite, notificationFacts, siteFacts } from './sites.js';

/**
 * A personal assistant: inbox, bank account, calendar, files, web. Its tasks live from what others wrote: a bill says where to
 * pay, a friend's mail which book to fetch. So the policy does not forbid the words of others; it asks on whom the user relies.
 */
@Agent()
export class DailylifeAgent extends CalendarDesk {
  // Mails prove who wrote which line. Whether that counts, the rules decide: it does if the user named the sender.
  @Tool({ description: 'List unread mails.', input: input.nothing, prove: [...inboxFacts, notificationFacts] })
  async get_unread_emails(args: object) {
    return this.backend.call<readonly ReceivedMail[]>('get_unread_emails', args);
  }

  @Tool({ description: 'List received mails.', input: input.nothing, prove: [...inboxFacts, notificationFacts] })
  async get_received_emails(args: object) {
    return this.backend.call<readonly ReceivedMail[]>('get_received_emails', args);
  }

  @Tool({ description: 'Search the mails.', input: input.mailSearch, prove: [...inboxFacts, notificationFacts] })
  @Prove({ kind: 'found_mail', extract: (mails) => (mails.length === 1 ? mails.map(({ id_ }) => id_) : []) })
  async search_emails(args: input.MailSearch) {
    return this.backend.call<readonly ReceivedMail[]>('search_emails', args);
  }

  @Tool({ description: 'List sent mails.', input: input.nothing })
  async get_sent_emails(args: object) {
    return this.backend.call<unknown>('get_sent_emails', args);
  }

  // A deleted mail is gone: only the one that a search singled out, and only if the user spoke of deleting.
  @Tool({ description: 'Delete a mail.', input: input.mailById })
  @Enforce(
    requireFact('email_id', 'found_mail', { hint: 'Search for the one mail that the user means.' }),
    askedToDelete(),
  )
  async delete_email(args: input.MailById) {
    return this.backend.call<unknown>('delete_email', args);
  }

  // A form goes to sites where the user's words lead. What the site answers by mail belongs to the task, like its pages.
  @Tool({ description: 'Fill out and send a form.', input: input.form, prove: [...answerFacts, ...answeredFacts] })
  @Enforce(knownSite(isReadOn))
  @Prove(siteFacts)
  async input_to_webpage(args: input.Form) {
    return this.backend.call<unknown>('input_to_webpage', args);
  }

  // Money goes where a bill says that the user asked for, and as much as it says. The password that the bank then mails finishes
  // what this rule has let through.
  @Tool({ description: 'Pay.', input: input.payment })
  @Enforce(billedPayment())
  @Prove(pendingFacts)
  async send_money(args: input.Payment) {
    return this.backend.call<unknown>('send_money', args);
  }

  @Tool({ description: 'Release a payment with a one-time password.', input: input.otp })
  @Enforce(releasesOwnWork())
  @MaxAttempts(10)
  async verify_transaction(args: input.Otp) {
    return this.backend.call<unknown>('verify_transaction', args);
  }

  @Tool({ description: 'Tell what is in the account.', input: input.nothing })
  async get_balance(args: object) {
    return this.backend.call<number>('get_balance', args);
  }
}
