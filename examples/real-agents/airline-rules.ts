import { type FactAbout, type FactsView, factAbout, type Rule, requireFact, rule } from '@actguard/core';
import { customersOf } from './customers.js';

/**
 * The rules that the tools of `AirlineAgent` share. Together they are a chain of custody that begins with the customer's own
 * words: what the customer named may be looked up, and only what such a look-up returned may be acted on.
 *
 * Two things say who the customer is: their user id, and the code of a reservation, which an airline gives to nobody else.
 */

interface OfUser {
  readonly user_id: string;
}
interface OfReservation {
  readonly reservation_id: string;
}
interface WithFlights {
  readonly flights: readonly DatedFlight[];
}
interface DatedFlight {
  readonly flight_number: string;
  readonly date: string;
}
interface WithPassengers {
  readonly passengers: readonly { readonly first_name: string; readonly last_name: string }[];
}

/**
 * A user id that the customer gave, or that owns a reservation that they named. Who gives their e-mail address as `id@…` gave
 * their user id too.
 */
export function namedCustomer(): Rule<OfUser> {
  return rule<OfUser>(
    'named customer',
    ({ user_id }, facts) =>
      facts.has('user_id', user_id) ||
      facts.mentioned(user_id) ||
      facts.mentioned(`${user_id}@`, { match: 'start' }) ||
      'The customer did not give this user id.',
    { hint: 'Ask the customer for their user id. Never guess one.' },
  );
}

/** The customer of this conversation: the one whose profile was read, or who is signed in. */
export function thisCustomer(): Rule<OfUser> {
  return rule<OfUser>(
    'this customer',
    ({ user_id }, facts) => customersOf(facts).has(user_id) || 'The profile of this customer was not read.',
    { hint: 'Read the profile of the customer first.' },
  );
}

/** A reservation that the customer named, in upper or lower case, or that is on their profile. */
export function knownReservation(): Rule<OfReservation> {
  return requireFact<OfReservation>('reservation_id', 'reservation_id', {
    from: ['user', 'tool'],
    match: 'loose',
    hint: 'Look it up in the customer’s profile, or ask the customer for the reservation id.',
  });
}

/**
 * A reservation of the customer: on their profile, booked since, or said by itself to be theirs. As long as nothing says who
 * the customer is, whoever names a reservation may change it, but not once those of two customers were read.
 */
export function ownReservation(): Rule<OfReservation> {
  return rule<OfReservation>(
    'own reservation',
    ({ reservation_id }, facts) => {
      const customers = customersOf(facts);
      const owners = ownersOfReservations(facts);
      if (customers.size === 0)
        return new Set(owners.values()).size <= 1 || 'Reservations of several customers were read.';
      return (
        customers.has(owners.get(reservation_id) ?? '') ||
        isAbout(facts, 'reservation_id', reservation_id, customers) ||
        'The reservation is not of this customer.'
      );
    },
    { hint: 'Read the customer’s profile and change only what is theirs.' },
  );
}

/** Paid with what is on file: in the customer's profile, or in the history of this reservation. */
export function ownPayment(): Rule<OfReservation & { readonly payment_id: string }> {
  return rule<OfReservation & { readonly payment_id: string }>(
    'own payment method',
    ({ reservation_id, payment_id }, facts) =>
      isAbout(facts, 'payment_id', payment_id, new Set([reservation_id, ...customersOf(facts)])) ||
      'The payment method is neither on the customer’s profile nor on this reservation.',
    { hint: 'Read the customer’s profile and use a payment id that is there.' },
  );
}

/** Flights that a search returned for that very day, or that are booked already: the same number flies every day. */
export function offeredFlights(): Rule<WithFlights> {
  return rule<WithFlights>(
    'offered flights',
    ({ flights }, facts) =>
      flights.every(({ flight_number, date }) => isAbout(facts, 'flight', flight_number, new Set([date]))) ||
      'A flight was neither found by a search on its day nor is it booked.',
    { hint: 'Search for flights on that day and use a flight number that was returned.' },
  );
}

/** Names that the customer said, or that are on their profile or reservation: nobody else travels on their account. */
export function knownPassengers(part: 'first_name' | 'last_name'): Rule<WithPassengers> {
  return requireFact<WithPassengers>(`passengers[].${part}`, part, {
    from: ['user', 'tool'],
    match: 'loose',
    // Two letters are a name: Bo, Li.
    minLength: 2,
    hint: 'Use a passenger of the profile or the reservation, or ask the customer for the name.',
  });
}

/** What `flight` facts hold: the number of a flight, about its day. */
export function datedFlight({ flight_number, date }: DatedFlight): FactAbout | undefined {
  return factAbout(flight_number, date);
}

function isAbout(facts: FactsView, kind: string, value: string, about: ReadonlySet<string>): boolean {
  return facts.list(kind).some((each) => each.value === value && about.has(each.about ?? ''));
}

/** Whose the reservations are that were read, by reservation. */
function ownersOfReservations(facts: FactsView): ReadonlyMap<string, string> {
  return new Map(facts.list('user_id').flatMap(({ value, about }) => (about === undefined ? [] : [[about, value]])));
}
