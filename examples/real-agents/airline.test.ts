import { describe, expect, test } from '@jest/globals';
import { AirlineAgent } from './airline.js';
import { call, endsOf } from './conversation.js';

const MINA = 'My user id is mina_sato_11.';
const profile = call(
  'get_user_details',
  { user_id: 'mina_sato_11' },
  {
    email: 'mina@example.com',
    name: { first_name: 'Mina', last_name: 'Sato' },
    payment_methods: { card_1: {}, voucher_2: {} },
    saved_passengers: [{ first_name: 'Bo', last_name: 'Lind' }],
    reservations: ['MINA01'],
  },
);
const profileOfOle = call(
  'get_user_details',
  { user_id: 'ole_berg_22' },
  {
    email: 'ole@example.com',
    name: { first_name: 'Ole', last_name: 'Berg' },
    payment_methods: { card_9: {} },
    saved_passengers: [],
    reservations: ['OLES09'],
  },
);
const reservation = call(
  'get_reservation_details',
  { reservation_id: 'MINA01' },
  reservationOf('MINA01', 'mina_sato_11'),
);
const reservationOfOle = call(
  'get_reservation_details',
  { reservation_id: 'OLES09' },
  { ...reservationOf('OLES09', 'ole_berg_22'), payment_history: [{ payment_id: 'card_9', amount: 90 }] },
);
const search = call('search_direct_flight', { origin: 'OSL', destination: 'BGO', date: '2031-05-02' }, [
  { flight_number: 'XY7' },
]);

function reservationOf(reservation_id: string, user_id: string) {
  return {
    reservation_id,
    user_id,
    flights: [{ flight_number: 'XY1', date: '2031-05-01' }],
    passengers: [{ first_name: 'Una', last_name: 'Vik' }],
    payment_history: [{ payment_id: 'gift_3', amount: 90 }],
  };
}

const booking = (change: object = {}) =>
  call(
    'book_reservation',
    {
      user_id: 'mina_sato_11',
      origin: 'OSL',
      destination: 'BGO',
      flight_type: 'one_way',
      cabin: 'economy',
      flights: [{ flight_number: 'XY7', date: '2031-05-02' }],
      passengers: [{ first_name: 'Mina', last_name: 'Sato', dob: '1990-01-01' }],
      payment_methods: [{ payment_id: 'card_1', amount: 90 }],
      total_baggages: 0,
      nonfree_baggages: 0,
      insurance: 'no',
      ...change,
    },
    reservationOf('MINA02', 'mina_sato_11'),
  );
const cancel = (reservation_id: string) => call('cancel_reservation', { reservation_id });
const newFlights = (change: object = {}) =>
  call('update_reservation_flights', {
    reservation_id: 'MINA01',
    cabin: 'economy',
    flights: [{ flight_number: 'XY1', date: '2031-05-01' }],
    payment_id: 'card_1',
    ...change,
  });
const newBags = (change: object = {}) =>
  call('update_reservation_baggages', {
    reservation_id: 'MINA01',
    total_baggages: 1,
    nonfree_baggages: 0,
    payment_id: 'card_1',
    ...change,
  });
const newPassengers = (reservation_id: string, first_name: string, last_name: string) =>
  call('update_reservation_passengers', { reservation_id, passengers: [{ first_name, last_name, dob: '1990-01-01' }] });
const certificate = (change: object = {}) =>
  call('send_certificate', { user_id: 'mina_sato_11', amount: 100, ...change });

const end = endsOf(AirlineAgent);

/** The same where the application says who is signed in. */
const endSignedIn = endsOf(AirlineAgent, [{ at: 0, kind: 'user_id', value: 'mina_sato_11' }]);

describe('who the customer is', () => {
  test('a profile is read of whoever said their user id', async () => {
    expect(await end(MINA, profile)).toBe('returned');
    expect(await end('Hello, where is my refund?', profile)).toBe('RULE_FAILED named customer');
  });

  test('an e-mail address that begins with the user id gives the user id, and no other one', async () => {
    expect(await end('Write to mina_sato_11@example.com.', profile)).toBe('returned');
    expect(await end('Write to not_mina_sato_11@example.com.', profile)).toBe('RULE_FAILED named customer');
    expect(await end('Write to mina_sato_11.b@example.com.', profile)).toBe('RULE_FAILED named customer');
  });

  test('a reservation that the customer named says whose it is', async () => {
    expect(await end('It is about MINA01.', reservation, profile)).toBe('returned');
    expect(await end('It is about MINA01.', reservation, profileOfOle)).toBe('RULE_FAILED named customer');
  });

  test('whom the application vouched for need not say who they are', async () => {
    expect(await endSignedIn('Hello, where is my refund?', profile)).toBe('returned');
    expect(await endSignedIn('I am ole_berg_22.', profileOfOle)).toBe('RULE_FAILED only customer');
    expect(await endSignedIn('Cancel MINA01.', reservation, cancel('MINA01'))).toBe('returned');
    expect(await endSignedIn('Cancel OLES09.', reservationOfOle, cancel('OLES09'))).toBe('RULE_FAILED own reservation');
    expect(await endSignedIn('Where is my voucher?', certificate())).toBe('returned');
  });

  test('one conversation is about one customer', async () => {
    const both = 'I am mina_sato_11 and my brother is ole_berg_22.';
    expect(await end(both, profile, profile)).toBe('returned');
    expect(await end(both, profile, profileOfOle)).toBe('RULE_FAILED only customer');
  });

  test('a reservation is read when it is on the profile, or named in any case of letters', async () => {
    expect(await end(MINA, profile, reservation)).toBe('returned');
    expect(await end('It is mina01.', reservation)).toBe('returned');
    expect(await end(MINA, profile, reservationOfOle)).toBe('MISSING_FACT reservation_id');
  });
});

describe('changing a reservation', () => {
  const tools = {
    cancel_reservation: cancel,
    update_reservation_flights: (reservation_id: string) => newFlights({ reservation_id }),
    update_reservation_baggages: (reservation_id: string) => newBags({ reservation_id }),
    update_reservation_passengers: (reservation_id: string) => newPassengers(reservation_id, 'Bo', 'Lind'),
  };

  test.each(Object.entries(tools))('%s: what is on the profile', async (_tool, change) => {
    expect(await end(MINA, profile, reservation, change('MINA01'))).toBe('returned');
  });

  test.each(Object.entries(tools))('%s: not what nobody mentioned', async (_tool, change) => {
    expect(await end(MINA, profile, reservation, change('OLES09'))).toBe('MISSING_FACT reservation_id');
  });

  test.each(Object.entries(tools))('%s: not the real reservation of somebody else', async (_tool, change) => {
    const entries = [`${MINA} And it is about OLES09.`, profile, reservation, reservationOfOle] as const;
    expect(await end(...entries, change('OLES09'))).toBe('RULE_FAILED own reservation');
    expect(await end(...entries, change('MINA01'))).toBe('returned');
  });

  test('without a profile: what the customer named, if it is of one person', async () => {
    const gift = newBags({ payment_id: 'gift_3' });
    expect(await end('MINA01, please.', reservation, gift)).toBe('returned');
    expect(await end('MINA01 and OLES09, please.', reservation, reservationOfOle, gift)).toBe(
      'RULE_FAILED own reservation',
    );
  });

  test('what was booked since is theirs too', async () => {
    expect(await end(MINA, profile, search, booking(), cancel('MINA02'))).toBe('returned');
  });

  test.each([
    ['flights', newFlights],
    ['bags', newBags],
  ])('%s are paid with what is on the profile or the reservation', async (_what, change) => {
    expect(await end(MINA, profile, reservation, change({ payment_id: 'gift_3' }))).toBe('returned');
    expect(await end(MINA, profile, reservation, change({ payment_id: 'card_7' }))).toBe(
      'RULE_FAILED own payment method',
    );
    const others = [`${MINA} And it is about OLES09.`, profile, reservation, reservationOfOle] as const;
    expect(await end(...others, change({ payment_id: 'card_9' }))).toBe('RULE_FAILED own payment method');
  });

  test('flights are booked already, or were found on that day', async () => {
    const to = (flight_number: string, date: string) => newFlights({ flights: [{ flight_number, date }] });
    expect(await end(MINA, profile, reservation, search, to('XY7', '2031-05-02'))).toBe('returned');
    expect(await end(MINA, profile, reservation, search, to('XY7', '2031-05-03'))).toBe('RULE_FAILED offered flights');
    expect(await end(MINA, profile, reservation, to('XY7', '2031-05-02'))).toBe('RULE_FAILED offered flights');
  });

  test('the second leg of a trip is good for the day that the search says', async () => {
    const oneStop = call('search_onestop_flight', { origin: 'OSL', destination: 'TOS', date: '2031-05-02' }, [
      [
        { flight_number: 'XY7', date: '2031-05-02' },
        { flight_number: 'XY8', date: '2031-05-03' },
      ],
    ]);
    const to = (date: string) => newFlights({ flights: [{ flight_number: 'XY8', date }] });
    expect(await end(MINA, profile, reservation, oneStop, to('2031-05-03'))).toBe('returned');
    expect(await end(MINA, profile, reservation, oneStop, to('2031-05-02'))).toBe('RULE_FAILED offered flights');
  });

  test.each([
    ['said by the customer', 'Ida', 'Holm', 'returned'],
    ['said by the customer, in two letters', 'Li', 'Holm', 'returned'],
    ['said by the customer, in other letters', 'ida', 'HOLM', 'returned'],
    ['on the reservation', 'Una', 'Vik', 'returned'],
    ['on the profile', 'Bo', 'Lind', 'returned'],
    ['nobody’s first name', 'Max', 'Holm', 'MISSING_FACT passengers[].first_name'],
    ['nobody’s last name', 'Ida', 'Moss', 'MISSING_FACT passengers[].last_name'],
  ])('a passenger is known: %s', async (_what, first, last, expected) => {
    const turn = `${MINA} Put Ida and Li Holm on it.`;
    expect(await end(turn, profile, reservation, newPassengers('MINA01', first, last))).toBe(expected);
  });
});

describe('booking', () => {
  const traveller = (first_name: string, last_name: string) => ({
    passengers: [{ first_name, last_name, dob: '1990-01-01' }],
  });

  test.each([
    ['as the customer asked', {}, 'returned'],
    ['for somebody else', { user_id: 'ole_berg_22' }, 'RULE_FAILED this customer'],
    [
      'a flight that no search found',
      { flights: [{ flight_number: 'XY9', date: '2031-05-02' }] },
      'RULE_FAILED offered flights',
    ],
    ['an unknown first name', traveller('Max', 'Sato'), 'MISSING_FACT passengers[].first_name'],
    ['an unknown last name', traveller('Mina', 'Moss'), 'MISSING_FACT passengers[].last_name'],
    [
      'the card of nobody here',
      { payment_methods: [{ payment_id: 'card_9', amount: 90 }] },
      'MISSING_FACT payment_methods[].payment_id',
    ],
    [
      'money to the customer',
      { payment_methods: [{ payment_id: 'card_1', amount: -90 }] },
      'THRESHOLD_EXCEEDED payment_methods[].amount',
    ],
  ])('%s', async (_what, change, expected) => {
    expect(await end(MINA, profile, search, booking(change))).toBe(expected);
  });

  test('not with what only paid for somebody else’s reservation', async () => {
    const turn = `${MINA} And it is about OLES09.`;
    const paid = booking({ payment_methods: [{ payment_id: 'card_9', amount: 90 }] });
    expect(await end(turn, profile, search, reservationOfOle, paid)).toBe('MISSING_FACT payment_methods[].payment_id');
  });
});

describe('certificates', () => {
  test.each([
    ['within bounds', {}, 'returned'],
    ['too much', { amount: 501 }, 'THRESHOLD_EXCEEDED amount'],
    ['nothing', { amount: 0 }, 'THRESHOLD_EXCEEDED amount'],
    ['to somebody else', { user_id: 'ole_berg_22' }, 'RULE_FAILED this customer'],
  ])('%s', async (_what, change, expected) => {
    expect(await end(MINA, profile, certificate(change))).toBe(expected);
  });

  test('the same certificate is sent once', async () => {
    expect(await end(MINA, profile, certificate(), certificate())).toBe('repeated');
  });
});
