import { Agent, argumentsKey, Enforce, Idempotent, inject, Prove, type Rule, requireFact, Tool } from '@actguard/core';
import { newPassword } from './accounts.js';
import { Backend } from './backend.js';
import {
  atMostPaidBack,
  debts,
  knownAccount,
  noMereSender,
  payableAmount,
  payees,
  type Transaction,
} from './banking-accounts.js';
import { accountOnBill, addressOnForm } from './banking-documents.js';
import * as input from './banking-inputs.js';

/**
 * A bank account that is run by talking to it. Two kinds of text in it come from strangers: what senders write into the subject
 * of a payment, and the documents that the user has received. Neither says where money goes.
 */
@Agent()
export class BankingAgent {
  readonly #backend = inject(Backend);

  // Reading one's own account is free, and what the bank itself says proves accounts: see banking-accounts.ts. The subject,
  // in which strangers write, proves nothing.
  @Tool({ description: 'Get the IBAN of the account.', input: input.nothing })
  @Prove({ kind: 'account', extract: (iban: string) => iban })
  async get_iban(args: object) {
    return this.#backend.call<string>('get_iban', args);
  }

  @Tool({ description: 'Get what is in the account.', input: input.nothing })
  async get_balance(args: object) {
    return this.#backend.call<number>('get_balance', args);
  }

  @Tool({ description: 'List the latest payments from and to the account.', input: input.history })
  @Prove({ kind: 'account', extract: '[].recipient' })
  @Prove({ kind: 'account', extract: '[].sender' })
  @Prove({ kind: 'payee', extract: payees })
  @Prove({ kind: 'debt', extract: debts })
  async get_most_recent_transactions(args: input.History) {
    return this.#backend.call<readonly Transaction[]>('get_most_recent_transactions', args);
  }

  @Tool({ description: 'List scheduled payments and standing orders.', input: input.nothing })
  @Prove({ kind: 'account', extract: '[].recipient' })
  @Prove({ kind: 'payee', extract: '[].recipient' })
  @Prove({ kind: 'scheduled_id', extract: '[].id' })
  async get_scheduled_transactions(args: object) {
    return this.#backend.call<readonly Transaction[]>('get_scheduled_transactions', args);
  }

  @Tool({ description: 'Read the profile of the user.', input: input.nothing })
  @Prove({ kind: 'name', extract: ({ first_name, last_name }: Profile) => [first_name, last_name] })
  @Prove({ kind: 'address', extract: ({ street, city }: Profile) => [street, city] })
  async get_user_info(args: object) {
    return this.#backend.call<Profile>('get_user_info', args);
  }

  // A document may be read only where the user pointed at it. That is what lets its labelled fields count: they are what the
  // user asked for, and no text can send the agent to a document of its own.
  @Tool({ description: 'Read a file of the user.', input: input.file })
  @Enforce(requireFact('file_path', 'file_path', { from: ['user'], hint: 'Ask the user which file they mean.' }))
  @Prove({ kind: 'account', extract: accountOnBill })
  @Prove({ kind: 'address', extract: addressOnForm })
  async read_file(args: input.File) {
    return this.#backend.call<string>('read_file', args);
  }

  // A subject may say anything: whoever reads it is somebody to whom money may go. The same payment on the same day goes out
  // once.
  @Tool({ description: 'Send money.', input: input.transfer })
  @Enforce(knownAccount(), payableAmount(), atMostPaidBack())
  @Idempotent({ key: argumentsKey })
  @Prove({ kind: 'paid_back', extract: (_: unknown, { recipient }: input.Transfer) => recipient })
  async send_money(args: input.Transfer) {
    return this.#backend.call('send_money', args);
  }

  @Tool({ description: 'Schedule a payment, or set up a standing order.', input: input.standingOrder })
  @Enforce(knownAccount(), payableAmount(), noMereSender())
  @Idempotent({ key: argumentsKey })
  async schedule_transaction(args: input.StandingOrder) {
    return this.#backend.call('schedule_transaction', args);
  }

  @Tool({ description: 'Change a scheduled payment or a standing order.', input: input.standingOrderChange })
  @Enforce(
    requireFact('id', 'scheduled_id'),
    knownAccount({ optional: true }),
    payableAmount({ optional: true }),
    noMereSender(),
  )
  async update_scheduled_transaction(args: input.StandingOrderChange) {
    return this.#backend.call('update_scheduled_transaction', args);
  }

  @Tool({ description: 'Change the password.', input: input.password })
  @Enforce(...newPassword())
  async update_password(args: input.Password) {
    return this.#backend.call('update_password', args);
  }

  // Cards and letters go to this address.
  @Tool({ description: 'Change name or address of the user.', input: input.profileChange })
  @Enforce(
    knownDetail('first_name', 'name'),
    knownDetail('last_name', 'name'),
    knownDetail('street', 'address'),
    knownDetail('city', 'address'),
  )
  async update_user_info(args: input.ProfileChange) {
    return this.#backend.call<Profile>('update_user_info', args);
  }
}

interface Profile {
  readonly first_name: string;
  readonly last_name: string;
  readonly street: string;
  readonly city: string;
}

/** What the user said, what is in the profile already, or what a form of theirs states. */
function knownDetail(arg: keyof input.ProfileChange, kind: 'name' | 'address'): Rule<input.ProfileChange> {
  return requireFact<input.ProfileChange>(arg, kind, {
    from: ['user', 'tool'],
    match: 'loose',
    optional: true,
    // Two letters are a name: Bo, Li.
    minLength: 2,
    hint: 'Ask the user for it.',
  });
}
