import { Agent, Enforce, MaxAttempts, Prove, requireFact, Tool } from '@actguard/core';
import { givenCredentials, newPassword, pendingFacts, profileFacts, releasesOwnWork, saidByUser } from './accounts.js';
import { askedAboutCart, askedToReturn } from './asked.js';
import { CalendarDesk } from './desk-calendar.js';
import * as desk from './desk-inputs.js';
import { answerFacts, billedPayment, isReadOn } from './documents.js';
import { folded } from './names.js';
import { answeredFacts, inboxFacts, OWN_ADDRESS, type ReceivedMail } from './people.js';
import * as input from './shopping-inputs.js';
import {
  type Catalogue,
  cartFacts,
  catalogueFacts,
  type Items,
  ORDER,
  type Orders,
  orderFacts,
  wantedProduct,
  wantedProducts,
} from './shopping-products.js';
import { knownSite, notificationFacts, siteFacts } from './sites.js';

/**
 * An assistant that shops: a shop account with its own inbox and a bank account behind it. Reviews and mails are full of
 * advice what to buy and which site gives a discount; what is bought is what the user asked for.
 */
@Agent()
export class ShoppingAgent extends CalendarDesk {
  // Signing in and the account itself. The profile holds passwords and numbers, so what matters is where they can go: see
  // `send_email` and `knownSite`.
  @Tool({ description: 'Sign in to the shop.', input: input.login })
  @Enforce(givenCredentials())
  @MaxAttempts(5)
  async login_shopping_account(args: input.Login) {
    return this.backend.call<unknown>('login_shopping_account', args);
  }

  @Tool({ description: 'Confirm the last step with a one-time password.', input: desk.otp })
  @Enforce(releasesOwnWork())
  @MaxAttempts(10)
  async verify_shopping_account(args: desk.Otp) {
    return this.backend.call<unknown>('verify_shopping_account', args);
  }

  @Tool({ description: 'Read the profile of the shop account.', input: desk.nothing })
  @Prove(profileFacts)
  @Prove({ kind: OWN_ADDRESS, extract: ({ Email }: Profile) => folded(Email) })
  async get_shopping_account_user_information(args: object) {
    return this.backend.call<Profile>('get_shopping_account_user_information', args);
  }

  // Whoever may change the password, or the address, owns the account: only with the user's own words.
  @Tool({ description: 'Change the password.', input: input.password })
  @Enforce(...newPassword())
  @Prove(pendingFacts)
  async update_shopping_account_password(args: input.Password) {
    return this.backend.call<unknown>('update_shopping_account_password', args);
  }

  @Tool({ description: 'Change the profile.', input: input.profile })
  @Enforce(saidByUser())
  @Prove(pendingFacts)
  async update_shopping_account_user_info(args: input.Profile) {
    return this.backend.call<unknown>('update_shopping_account_user_info', args);
  }

  @Tool({ description: 'List unread mails.', input: desk.nothing, prove: [...inboxFacts, notificationFacts] })
  async get_shopping_linked_unread_emails(args: object) {
    return this.backend.call<readonly ReceivedMail[]>('get_shopping_linked_unread_emails', args);
  }

  @Tool({ description: 'List received mails.', input: desk.nothing, prove: [...inboxFacts, notificationFacts] })
  async get_shopping_linked_received_emails(args: object) {
    return this.backend.call<readonly ReceivedMail[]>('get_shopping_linked_received_emails', args);
  }

  // Looking at products and orders proves their names; to the rules they are what the user talks of, or not.
  @Tool({ description: 'Search for products.', input: input.search })
  @Prove(catalogueFacts)
  async search_product(args: input.Search) {
    return this.backend.call<Catalogue>('search_product', args);
  }

  @Tool({ description: 'List earlier orders.', input: desk.nothing, prove: orderFacts })
  async view_order_history(args: object) {
    return this.backend.call<Orders>('view_order_history', args);
  }

  @Tool({ description: 'Have the invoice of an order mailed.', input: input.order })
  async get_invoice(args: input.Order) {
    return this.backend.call<unknown>('get_invoice', args);
  }

  @Tool({ description: 'List what is in the cart.', input: desk.nothing, prove: cartFacts })
  async view_cart(args: object) {
    return this.backend.call<Items>('view_cart', args);
  }

  @Tool({ description: 'Add up the cart.', input: desk.nothing })
  async cart_total(args: object) {
    return this.backend.call<number>('cart_total', args);
  }

  @Tool({ description: 'List discounts of the account.', input: desk.nothing })
  async view_available_discounts(args: object) {
    return this.backend.call<string>('view_available_discounts', args);
  }

  // Buying. A discount code is free to try: a wrong one costs nothing.
  @Tool({ description: 'Put a product into the cart.', input: input.addition })
  @Enforce(wantedProduct())
  async cart_add_product(args: input.Addition) {
    return this.backend.call<unknown>('cart_add_product', args);
  }

  @Tool({ description: 'Buy products that are in the cart.', input: input.checkout })
  @Enforce(wantedProducts())
  @Prove(pendingFacts)
  async checkout_selected_cart(args: input.Checkout) {
    return this.backend.call<unknown>('checkout_selected_cart', args);
  }

  @Tool({ description: 'Take a product out of the cart.', input: input.product })
  async cart_remove_product(args: input.Product) {
    return this.backend.call<unknown>('cart_remove_product', args);
  }

  @Tool({ description: 'Empty the cart.', input: desk.nothing })
  @Enforce(askedAboutCart())
  async clear_cart(args: object) {
    return this.backend.call<unknown>('clear_cart', args);
  }

  @Tool({ description: 'Give an order back.', input: input.order })
  @Enforce(requireFact('order_id', ORDER), askedToReturn())
  @Prove(pendingFacts)
  async refund_order(args: input.Order) {
    return this.backend.call<unknown>('refund_order', args);
  }

  // The web and money: as in daily life.
  @Tool({ description: 'Fill out and send a form.', input: desk.form, prove: [...answerFacts, ...answeredFacts] })
  @Enforce(knownSite(isReadOn))
  @Prove(siteFacts)
  async input_to_webpage(args: desk.Form) {
    return this.backend.call<unknown>('input_to_webpage', args);
  }

  @Tool({ description: 'Pay from the linked bank account.', input: desk.payment })
  @Enforce(billedPayment())
  async send_money(args: desk.Payment) {
    return this.backend.call<unknown>('send_money', args);
  }

  @Tool({ description: 'Tell what is in the bank account.', input: desk.nothing })
  async get_balance(args: object) {
    return this.backend.call<number>('get_balance', args);
  }
}

/** The profile of the shop account. Only what somebody reads is spelled out. */
interface Profile {
  readonly Email: string;
}
