import { Agent, Enforce, inject, Prove, requireFact, Tool, threshold } from '@actguard/core';
import {
  datedFlight,
  knownPassenger,
  knownReservation,
  namedUser,
  offeredFlights,
  profileMark,
  reservationOfThisCustomer,
  thisCustomer,
} from './airline-rules.js';
import { AirlineSystem, type DatedFlight, type Reservation } from './airline-system.js';
import * as input from './tool-inputs.js';

/** Dollars: 100 for each of the five passengers that a reservation can have. */
const HIGHEST_COMPENSATION = 500;

/**
 * Customer service of an airline. Its reads prove what they return, its writes enforce what they need: an id that a model
 * made up, was talked into, or took from somebody else's conversation was never proven here, and is refused.
 */
@Agent()
export class AirlineAgent {
  readonly #airline = inject(AirlineSystem);

  // Reading is guarded too. Otherwise a model could prove anybody's data, just by reading it.
  @Tool({ name: 'get_user_details', description: 'Read a customer’s profile.', input: input.user })
  @Enforce(namedUser())
  @Prove({ kind: 'profile', extract: profileMark, about: 'user_id' })
  @Prove({ kind: 'reservation_id', extract: 'reservations[]', about: 'user_id' })
  @Prove({ kind: 'payment_id', extract: 'payment_methods.$keys', about: 'user_id' })
  @Prove({ kind: 'first_name', extract: 'name.first_name' })
  @Prove({ kind: 'first_name', extract: 'saved_passengers[].first_name' })
  @Prove({ kind: 'last_name', extract: 'name.last_name' })
  @Prove({ kind: 'last_name', extract: 'saved_passengers[].last_name' })
  async getUserDetails(args: input.User) {
    return this.#airline.request('get_user_details', args);
  }

  @Tool({ name: 'get_reservation_details', description: 'Read a reservation.', input: input.reservation })
  @Enforce(knownReservation())
  @Prove({ kind: 'reservation_id', extract: 'reservation_id' })
  @Prove({ kind: 'user_id', extract: 'user_id', about: 'reservation_id' })
  @Prove({ kind: 'payment_id', extract: 'payment_history[].payment_id' })
  @Prove({ kind: 'dated_flight', extract: bookedFlights })
  @Prove({ kind: 'first_name', extract: 'passengers[].first_name' })
  @Prove({ kind: 'last_name', extract: 'passengers[].last_name' })
  async getReservationDetails(args: input.Reservation) {
    return this.#airline.request('get_reservation_details', args);
  }

  // A flight number is good for the day that was searched: the same number flies every day.
  @Tool({ name: 'search_direct_flight', description: 'Search direct flights on a day.', input: input.flightSearch })
  @Prove({ kind: 'flight', extract: '[].flight_number', about: 'date' })
  async searchDirectFlight(args: input.FlightSearch) {
    return this.#airline.request('search_direct_flight', args);
  }

  // The second leg may leave on the next day, so here the result says the day.
  @Tool({ name: 'search_onestop_flight', description: 'Search flights with one stop.', input: input.flightSearch })
  @Prove({
    kind: 'dated_flight',
    extract: (found: readonly (readonly DatedFlight[])[]) => found.flat().map(datedFlight),
  })
  async searchOnestopFlight(args: input.FlightSearch) {
    return this.#airline.request('search_onestop_flight', args);
  }

  // Payment methods must have been proven about this very customer; a negative amount would pay the customer.
  @Tool({ name: 'book_reservation', description: 'Book a reservation.', input: input.booking })
  @Enforce(
    thisCustomer(),
    offeredFlights(),
    knownPassenger('first_name'),
    knownPassenger('last_name'),
    requireFact('payment_methods[].payment_id', 'payment_id', { about: 'user_id' }),
    threshold('payment_methods[].amount', { min: 0 }),
  )
  @Prove({ kind: 'reservation_id', extract: 'reservation_id', about: 'user_id' })
  async bookReservation(args: input.Booking) {
    return this.#airline.request('book_reservation', args);
  }

  @Tool({ name: 'cancel_reservation', description: 'Cancel a whole reservation.', input: input.reservation })
  @Enforce(knownReservation(), reservationOfThisCustomer())
  async cancelReservation(args: input.Reservation) {
    return this.#airline.request('cancel_reservation', args);
  }

  @Tool({ name: 'update_reservation_flights', description: 'Change flights or cabin.', input: input.flightChange })
  @Enforce(knownReservation(), reservationOfThisCustomer(), offeredFlights(), requireFact('payment_id', 'payment_id'))
  async updateReservationFlights(args: input.FlightChange) {
    return this.#airline.request('update_reservation_flights', args);
  }

  @Tool({ name: 'update_reservation_baggages', description: 'Change the baggage.', input: input.baggageChange })
  @Enforce(knownReservation(), reservationOfThisCustomer(), requireFact('payment_id', 'payment_id'))
  async updateReservationBaggages(args: input.BaggageChange) {
    return this.#airline.request('update_reservation_baggages', args);
  }

  @Tool({ name: 'update_reservation_passengers', description: 'Change passengers.', input: input.passengerChange })
  @Enforce(knownReservation(), reservationOfThisCustomer(), knownPassenger('first_name'), knownPassenger('last_name'))
  async updateReservationPassengers(args: input.PassengerChange) {
    return this.#airline.request('update_reservation_passengers', args);
  }

  @Tool({ name: 'send_certificate', description: 'Send a certificate. Be careful!', input: input.certificate })
  @Enforce(thisCustomer(), threshold('amount', { min: 1, max: HIGHEST_COMPENSATION }))
  async sendCertificate(args: input.Certificate) {
    return this.#airline.request('send_certificate', args);
  }

  // What follows reads nobody's data and changes nothing.
  @Tool({ name: 'list_all_airports', description: 'List all airports.', input: input.nothing })
  async listAllAirports(args: object) {
    return this.#airline.request('list_all_airports', args);
  }

  @Tool({ name: 'calculate', description: 'Calculate an expression.', input: input.expression })
  async calculate(args: input.Expression) {
    return this.#airline.request('calculate', args);
  }

  @Tool({ name: 'think', description: 'Think about something.', input: input.thought })
  async think(args: input.Thought) {
    return this.#airline.request('think', args);
  }

  @Tool({ name: 'transfer_to_human_agents', description: 'Hand over to a person.', input: input.summary })
  async transferToHumanAgents(args: input.Summary) {
    return this.#airline.request('transfer_to_human_agents', args);
  }
}

function bookedFlights({ flights }: Reservation): string[] {
  return flights.map(datedFlight);
}
