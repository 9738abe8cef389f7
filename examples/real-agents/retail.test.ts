import { describe, expect, test } from '@jest/globals';
import { call, endsOf } from './conversation.js';
import { RetailAgent } from './retail.js';

const MINA = 'I am Mina Sato, mina@example.com.';
const find = (email = 'mina@example.com', user_id = 'mina_sato_11') =>
  call('find_user_id_by_email', { email }, user_id);
const findByZip = call(
  'find_user_id_by_name_zip',
  { first_name: 'Mina', last_name: 'Sato', zip: '10115' },
  'mina_sato_11',
);

const home = {
  address1: '5 Birch Lane',
  address2: 'Suite 2',
  city: 'Springfield',
  state: 'OR',
  country: 'USA',
  zip: '97477',
};
const office = { address1: '81 Dock Road', address2: '', city: 'Astoria', state: 'OR', country: 'USA', zip: '97103' };

const profile = (user_id = 'mina_sato_11', orders = ['#W1000001', '#W1000002']) =>
  call(
    'get_user_details',
    { user_id },
    { email: 'mina@example.com', address: home, payment_methods: { card_1: {} }, orders },
  );
const order = (order_id = '#W1000001', item_id = '2000000001') =>
  call(
    'get_order_details',
    { order_id },
    {
      order_id: `#${order_id.replace('#', '')}`,
      user_id: 'mina_sato_11',
      address: office,
      items: [{ item_id, product_id: '3000000001' }],
      payment_history: [{ payment_method_id: 'gift_3' }],
    },
  );
const product = call(
  'get_product_details',
  { product_id: '3000000001' },
  {
    product_id: '3000000001',
    variants: { '2000000008': {}, '2000000009': {} },
  },
);
/** What comes before any change: who the customer is, what they ordered, and one order of it. */
const known = [MINA, find(), profile(), order()] as const;

const cancel = (order_id: string) => call('cancel_pending_order', { order_id, reason: 'no longer needed' });
const swap = (tool: string, change: object = {}) =>
  call(tool, {
    order_id: '#W1000001',
    item_ids: ['2000000001'],
    new_item_ids: ['2000000009'],
    payment_method_id: 'card_1',
    ...change,
  });
const giveBack = (change: object = {}) =>
  call('return_delivered_order_items', {
    order_id: '#W1000001',
    item_ids: ['2000000001'],
    payment_method_id: 'card_1',
    ...change,
  });
const pay = (change: object = {}) =>
  call('modify_pending_order_payment', { order_id: '#W1000001', payment_method_id: 'card_1', ...change });
const sendTo = (address: object, order_id = '#W1000001') =>
  call('modify_pending_order_address', { order_id, ...home, ...address });
const moveTo = (address: object, user_id = 'mina_sato_11') =>
  call('modify_user_address', { user_id, ...home, ...address });

const end = endsOf(RetailAgent);

/** The same where the application says who is signed in. */
const endSignedIn = endsOf(RetailAgent, [{ at: 0, kind: 'user_id', value: 'mina_sato_11' }]);

describe('who the customer is', () => {
  test('the e-mail address is one that they gave', async () => {
    expect(await end(MINA, find())).toBe('returned');
    expect(await end(MINA, find('ole@example.com'))).toBe('MISSING_FACT email');
    expect(await end('I am Mina Sato.', find())).toBe('MISSING_FACT email');
  });

  test.each([
    ['e-mail address', find()],
    ['name and zip code', findByZip],
  ])('a profile is read of whom a look-up by %s found', async (_by, lookUp) => {
    expect(await end(MINA, lookUp, profile())).toBe('returned');
    expect(await end(MINA, lookUp, profile('ole_berg_22'))).toBe('MISSING_FACT user_id');
  });

  test('saying a user id is not enough', async () => {
    expect(await end('I am mina_sato_11.', profile())).toBe('MISSING_FACT user_id');
  });

  test('whom the application vouched for need not be looked up', async () => {
    expect(await endSignedIn('Where is my order?', profile())).toBe('returned');
    const oles = find('ole@example.com', 'ole_berg_22');
    expect(await endSignedIn('I am ole@example.com.', oles, profile('ole_berg_22'))).toBe('RULE_FAILED only customer');
  });

  test.each([
    ['e-mail address', find()],
    ['name and zip code', findByZip],
  ])('ten look-ups by %s are enough', async (_by, lookUp) => {
    const ten = Array.from({ length: 10 }, () => lookUp);
    expect(await end(MINA, ...ten)).toBe('returned');
    expect(await end(MINA, ...ten, lookUp)).toMatch('guard.max_attempts_exceeded');
  });

  test('one conversation is about one customer', async () => {
    const both = [`${MINA} My brother is ole@example.com.`, find(), find('ole@example.com', 'ole_berg_22')] as const;
    expect(await end(...both, profile(), profile())).toBe('returned');
    expect(await end(...both, profile(), profile('ole_berg_22'))).toBe('RULE_FAILED only customer');
    expect(await end(...both, profile(), moveTo({}, 'ole_berg_22'))).toBe('RULE_FAILED only customer');
  });

  test('an order is read when the profile lists it, with or without the sign before it', async () => {
    expect(await end(MINA, find(), profile(), order())).toBe('returned');
    expect(await end(MINA, find(), profile(), order('W1000001'), cancel('W1000001'))).toBe('returned');
    expect(await end(`${MINA} It is #W1000009.`, find(), profile(), order('#W1000009'))).toBe('MISSING_FACT order_id');
  });
});

describe('changing an order', () => {
  const tools = {
    cancel_pending_order: cancel,
    modify_pending_order_items: (order_id: string) => swap('modify_pending_order_items', { order_id }),
    exchange_delivered_order_items: (order_id: string) => swap('exchange_delivered_order_items', { order_id }),
    return_delivered_order_items: (order_id: string) => giveBack({ order_id }),
    modify_pending_order_payment: (order_id: string) => pay({ order_id }),
    modify_pending_order_address: (order_id: string) => sendTo({}, order_id),
  };

  test.each(Object.entries(tools))('%s: one that was read', async (_tool, change) => {
    expect(await end(...known, product, change('#W1000001'))).toBe('returned');
  });

  test.each(Object.entries(tools))(
    '%s: not one that was only listed, nor one that is nobody’s',
    async (_tool, change) => {
      expect(await end(...known, product, change('#W1000002'))).toBe('MISSING_FACT order_id');
      expect(await end(...known, product, change('#W1000009'))).toBe('MISSING_FACT order_id');
    },
  );

  test.each([
    ['modify_pending_order_items', (change: object) => swap('modify_pending_order_items', change)],
    ['exchange_delivered_order_items', (change: object) => swap('exchange_delivered_order_items', change)],
    ['return_delivered_order_items', giveBack],
  ])('%s: items of this order, and what is the customer’s to pay with', async (_tool, change) => {
    const both = [...known, order('#W1000002', '2000000002'), product] as const;
    expect(await end(...both, change({ item_ids: ['2000000001', '2000000001'] }))).toBe('returned');
    expect(await end(...both, change({ item_ids: ['2000000001', '2000000002'] }))).toBe('MISSING_FACT item_ids');
    expect(await end(...both, change({ payment_method_id: 'gift_3' }))).toBe('returned');
    expect(await end(...both, change({ payment_method_id: 'card_9' }))).toBe('MISSING_FACT payment_method_id');
  });

  test('the payment is changed to what is the customer’s', async () => {
    expect(await end(...known, pay({ payment_method_id: 'card_9' }))).toBe('MISSING_FACT payment_method_id');
  });

  test.each(['modify_pending_order_items', 'exchange_delivered_order_items'])('%s: new items exist', async (tool) => {
    expect(await end(...known, swap(tool))).toBe('MISSING_FACT new_item_ids');
    expect(await end(...known, product, swap(tool, { new_item_ids: ['2000000007'] }))).toBe(
      'MISSING_FACT new_item_ids',
    );
  });
});

describe.each([
  ['modify_pending_order_address', sendTo],
  ['modify_user_address', moveTo],
])('%s', (_tool, change) => {
  const said = { address1: '7 Elm Row', address2: 'Apt 4', city: 'Salem', zip: '97301' };
  const turn = `${MINA} My new address is 7 elm row, Apt 4, Salem, OR 97301.`;

  test.each([
    ['as the customer said it, in any case of letters', said, 'returned'],
    ['without a second line', { ...said, address2: '' }, 'returned'],
    ['as on the profile', home, 'returned'],
    ['as on an order', office, 'returned'],
    ['another street', { ...said, address1: '8 Elm Row' }, 'MISSING_FACT address1'],
    ['another flat', { ...said, address2: 'Apt 5' }, 'MISSING_FACT address2'],
    ['another city', { ...said, city: 'Eugene' }, 'MISSING_FACT city'],
    ['another zip code', { ...said, zip: '97401' }, 'MISSING_FACT zip'],
  ])('%s', async (_what, address, expected) => {
    expect(await end(turn, find(), profile(), order(), change(address))).toBe(expected);
  });
});

test('an address is changed only for a customer whom a look-up found', async () => {
  expect(await end('I am mina_sato_11.', moveTo({}))).toBe('MISSING_FACT user_id');
});
