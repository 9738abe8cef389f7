import { expect, test } from '@jest/globals';
import { nearNames } from './near-names.js';

test.each([
  ['getUser', ['get_user', 'delete_user'], ['get_user']],
  ['GET-USER', ['get_user'], ['get_user']],
  ['get_usr', ['set_user', 'get_user', 'sing'], ['get_user', 'set_user']],
  ['refund_order', ['refund', 'order_pizza'], ['refund']],
  ['sing', ['dance', 'draw'], []],
  ['', ['go'], []],
])('%s may have been meant as one of %j: %j', (name, candidates, near) => {
  expect(nearNames(name, candidates)).toEqual(near);
});

test('a name of any length is compared in no time', () => {
  expect(
    nearNames(
      'x'.repeat(10_000_000),
      Array.from({ length: 100 }, (_, index) => `y${index}`),
    ),
  ).toEqual([]);
});
