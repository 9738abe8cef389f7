import { type FactsView, type Rule, requireFact, rule } from '@actguard/core';

/**
 * The rules that the tools of `AirlineAgent` share. Together they are a chain of custody that begins with the customer's
 * own words: what the customer named may be looked up, and only what such a look-up returned may be acted on.
 */

interface OfUser {
  readonly user_id: string;
}
interface OfReservation {
  readonly reservation_id: string;
}
interface WithFlights {
  readonly flights: readonly { readonly flight_number: string; readonly date: string }[];
}

/** A user id that the customer gave, or that owns a reservation that they named. */
export function namedUser(): Rule<OfUser> {
  return requireFact<OfUser>('user_id', 'user_id', {
    from: ['user', 'app', 'tool'],
    hint: 'Ask the customer for their user id. Never guess one.',
  });
}

/** A reservation that the customer named, in upper or lower case, or that a look-up of theirs listed. */
export function knownReservation(): Rule<OfReservation> {
  return requireFact<OfReservation>('reservation_id', 'reservation_id', {
    from: ['user', 'tool'],
    match: 'loose',
    hint: 'Look it up in the customer’s profile, or ask the customer for the reservation id.',
  });
}

/** The one customer of this conversation, whose profile was read. */
export function thisCustomer(): Rule<OfUser> {
  return rule<OfUser>('this customer', ({ user_id }, facts) => {
    if (!profilesRead(facts).has(user_id)) return 'The profile of this customer was not read.';
    return customers(facts).size === 1 || SEVERAL_CUSTOMERS;
  });
}

/**
 * A reservation of the one customer of this conversation. Whoever names a reservation may act on it as long as no profile
 * was read; then it must be in the profile, or have been booked since.
 */
export function reservationOfThisCustomer(): Rule<OfReservation> {
  return rule<OfReservation>('reservation of this customer', ({ reservation_id }, facts) => {
    if (customers(facts).size > 1) return SEVERAL_CUSTOMERS;
    if (profilesRead(facts).size === 0) return true;
    const isTheirs = facts
      .list('reservation_id')
      .some((each) => each.value === reservation_id && each.about !== undefined);
    return isTheirs || 'This reservation is not one of the customer’s.';
  });
}

/** Flights that a search returned for that very day, or that are booked already. */
export function offeredFlights(): Rule<WithFlights> {
  return rule<WithFlights>(
    'offered flights',
    ({ flights }, facts) => {
      const searched = facts.list('flight');
      const isOffered = ({ flight_number, date }: WithFlights['flights'][number]): boolean =>
        searched.some((each) => each.value === flight_number && each.about === date) ||
        facts.has('dated_flight', datedFlight({ flight_number, date }));
      return flights.every(isOffered) || 'A flight was neither found by a search on its day nor is it booked.';
    },
    { hint: 'Search for flights on that day and use a flight number that was returned.' },
  );
}

/** Names that the customer said, or that are on their profile or reservation: nobody else travels on their account. */
export function knownPassenger(
  part: 'first_name' | 'last_name',
): Rule<{ readonly passengers: readonly PassengerName[] }> {
  return requireFact<{ readonly passengers: readonly PassengerName[] }>(`passengers[].${part}`, part, {
    from: ['user', 'tool'],
    match: 'loose',
    // Two letters are a name: Bo, Li.
    minLength: 2,
    hint: 'Use a passenger of the profile or the reservation, or ask the customer for the name.',
  });
}

interface PassengerName {
  readonly first_name: string;
  readonly last_name: string;
}

/** How a flight and its day are one fact, where the result says the day. Days have one form, so two never look alike. */
export function datedFlight({ flight_number, date }: WithFlights['flights'][number]): string {
  return `${flight_number} on ${date}`;
}

const SEVERAL_CUSTOMERS = 'Data of more than one customer was read in this conversation.';

/** What a profile proves about its user id, which it does not hold itself: that it was read. */
export function profileMark({ reservations }: { readonly reservations: readonly string[] }): readonly string[] {
  return Array.isArray(reservations) ? ['read'] : [];
}

/** User ids whose profile was read. */
function profilesRead(facts: FactsView): Set<string> {
  return new Set(facts.list('profile').flatMap(({ about }) => about ?? []));
}

/** User ids whose data was read: a profile, or a reservation with its owner. */
function customers(facts: FactsView): Set<string> {
  const owners = facts.list('user_id').filter(({ source }) => source === 'tool');
  return new Set([...profilesRead(facts), ...owners.map(({ value }) => value)]);
}
