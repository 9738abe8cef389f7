import { Agent, argumentsKey, Enforce, Idempotent, inject, Prove, requireFact, Tool, threshold } from '@actguard/core';
import * as input from './airline-inputs.js';
import {
  datedFlight,
  knownPassengers,
  knownReservation,
  namedCustomer,
  offeredFlights,
  ownPayment,
  ownReservation,
  thisCustomer,
} from './airline-rules.js';
import { Backend } from './backend.js';
import { onlyCustomer } from './customers.js';

/** Dollars: 100 for each of the five passengers that a reservation can have. */
const HIGHEST_COMPENSATION = 500;

/**
 * Customer service of an airline. Nobody else writes into what its tools return, so the danger is the conversation itself:
 * an id that the model made up, mixed up, or was talked into. Its reads prove what they return, its writes enforce what they
 * need.
 */
@Agent()
export class AirlineAgent {
  readonly #backend = inject(Backend);

  // Reading is guarded too. Otherwise a model could prove anybody's data, just by reading it.

  @Tool({ description: 'Read a customer’s profile.', input: input.user })
  @Enforce(namedCustomer(), onlyCustomer())
  @Prove({ kind: 'profile', extract: 'email', about: 'user_id' })
  @Prove({ kind: 'reservation_id', extract: 'reservations[]', about: 'user_id' })
  @Prove({ kind: 'payment_id', extract: 'payment_methods.$keys', about: 'user_id' })
  @Prove({ kind: 'first_name', extract: 'name.first_name' })
  @Prove({ kind: 'first_name', extract: 'saved_passengers[].first_name' })
  @Prove({ kind: 'last_name', extract: 'name.last_name' })
  @Prove({ kind: 'last_name', extract: 'saved_passengers[].last_name' })
  async get_user_details(args: input.User) {
    return this.#backend.call<Profile>('get_user_details', args);
  }

  @Tool({ description: 'Read a reservation.', input: input.reservation })
  @Enforce(knownReservation())
  @Prove({ kind: 'user_id', extract: 'user_id', about: 'reservation_id' })
  @Prove({ kind: 'payment_id', extract: 'payment_history[].payment_id', about: 'reservation_id' })
  @Prove({ kind: 'flight', extract: ({ flights }: Reservation) => flights.map(datedFlight) })
  @Prove({ kind: 'first_name', extract: 'passengers[].first_name' })
  @Prove({ kind: 'last_name', extract: 'passengers[].last_name' })
  async get_reservation_details(args: input.Reservation) {
    return this.#backend.call<Reservation>('get_reservation_details', args);
  }

  // The day is part of what a search finds. The second leg of a trip may leave on the next day, so there the result says it.

  @Tool({ description: 'Search direct flights on a day.', input: input.flightSearch })
  @Prove({
    kind: 'flight',
    extract: (found: readonly Flight[], { date }: input.FlightSearch) =>
      found.map(({ flight_number }) => datedFlight({ flight_number, date })),
  })
  async search_direct_flight(args: input.FlightSearch) {
    return this.#backend.call<readonly Flight[]>('search_direct_flight', args);
  }

  @Tool({ description: 'Search flights with one stop.', input: input.flightSearch })
  @Prove({ kind: 'flight', extract: (found: readonly (readonly Leg[])[]) => found.flat().map(datedFlight) })
  async search_onestop_flight(args: input.FlightSearch) {
    return this.#backend.call<readonly (readonly Leg[])[]>('search_onestop_flight', args);
  }

  // What is booked is paid for by this very customer; a negative amount would pay them.

  @Tool({ description: 'Book a reservation.', input: input.booking })
  @Enforce(
    thisCustomer(),
    offeredFlights(),
    knownPassengers('first_name'),
    knownPassengers('last_name'),
    requireFact('payment_methods[].payment_id', 'payment_id', { about: 'user_id' }),
    threshold('payment_methods[].amount', { min: 0 }),
  )
  @Prove({ kind: 'reservation_id', extract: 'reservation_id', about: 'user_id' })
  async book_reservation(args: input.Booking) {
    return this.#backend.call<Reservation>('book_reservation', args);
  }

  // A change needs a reservation that is the customer's own. A real id is not enough: it may be a real one of somebody else.

  @Tool({ description: 'Cancel a whole reservation.', input: input.reservation })
  @Enforce(knownReservation(), ownReservation())
  async cancel_reservation(args: input.Reservation) {
    return this.#backend.call<Reservation>('cancel_reservation', args);
  }

  @Tool({ description: 'Change flights or cabin of a reservation.', input: input.flightChange })
  @Enforce(knownReservation(), ownReservation(), offeredFlights(), ownPayment())
  async update_reservation_flights(args: input.FlightChange) {
    return this.#backend.call<Reservation>('update_reservation_flights', args);
  }

  @Tool({ description: 'Change the baggage of a reservation.', input: input.baggageChange })
  @Enforce(knownReservation(), ownReservation(), ownPayment())
  async update_reservation_baggages(args: input.BaggageChange) {
    return this.#backend.call<Reservation>('update_reservation_baggages', args);
  }

  @Tool({ description: 'Change the passengers of a reservation.', input: input.passengerChange })
  @Enforce(knownReservation(), ownReservation(), knownPassengers('first_name'), knownPassengers('last_name'))
  async update_reservation_passengers(args: input.PassengerChange) {
    return this.#backend.call<Reservation>('update_reservation_passengers', args);
  }

  // A gift of money. Asking again for the same does not pay twice.
  @Tool({ description: 'Send a certificate to a customer as a compensation.', input: input.certificate })
  @Idempotent({ key: argumentsKey })
  @Enforce(thisCustomer(), threshold('amount', { min: 1, max: HIGHEST_COMPENSATION }))
  async send_certificate(args: input.Certificate) {
    return this.#backend.call<string>('send_certificate', args);
  }

  // What follows reads nobody's data and changes nothing.

  @Tool({ description: 'List all airports and their cities.', input: input.nothing })
  async list_all_airports(args: object) {
    return this.#backend.call<object>('list_all_airports', args);
  }

  @Tool({ description: 'Calculate an expression.', input: input.expression })
  async calculate(args: input.Expression) {
    return this.#backend.call<string>('calculate', args);
  }

  @Tool({ description: 'Think about something.', input: input.thought })
  async think(args: input.Thought) {
    return this.#backend.call<string>('think', args);
  }

  @Tool({ description: 'Hand the customer over to a person.', input: input.summary })
  async transfer_to_human_agents(args: input.Summary) {
    return this.#backend.call<string>('transfer_to_human_agents', args);
  }
}

/** A customer's profile. It does not repeat the user id that it was asked for. */
interface Profile {
  readonly email: string;
  readonly name: PersonName;
  /** By payment id. */
  readonly payment_methods: Readonly<Record<string, unknown>>;
  readonly saved_passengers: readonly PersonName[];
  /** Ids of the customer's reservations. */
  readonly reservations: readonly string[];
}

/** A booking, as reading and changing it return it. */
interface Reservation {
  readonly reservation_id: string;
  /** Whose it is. */
  readonly user_id: string;
  readonly flights: readonly Leg[];
  readonly passengers: readonly PersonName[];
  readonly payment_history: readonly { readonly payment_id: string; readonly amount: number }[];
}

interface PersonName {
  readonly first_name: string;
  readonly last_name: string;
}

/** A flight of the day that was searched for. */
interface Flight {
  readonly flight_number: string;
}

/** A flight that says its day. */
interface Leg extends Flight {
  readonly date: string;
}
