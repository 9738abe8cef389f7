import type { Call } from '../measure/loop.js';
import { measurePairs } from '../measure/pairs.js';
import type { Case, Group } from '../measure/readings.js';
import { Minimum } from '../yardstick/minimum.js';
import { bareCall, KNOWN_ORDER, newOrder, type Order, QUERY, type Query } from './shop.js';

function byHand(name: string, title: string, prepare: (minimum: Minimum) => Call): Case {
  return {
    name,
    title,
    measure: (budget) => {
      const minimum = new Minimum();
      minimum.run.facts.add('order_id', KNOWN_ORDER, {
        tool: 'app',
        call: 0,
        at: 0,
        expiresAt: Number.POSITIVE_INFINITY,
      });
      // As a host does: the frame of the run is around all its calls.
      return minimum.frames.run({ run: minimum.run, tool: 'none' }, () =>
        measurePairs(prepare(minimum), bareCall(), budget),
      );
    },
  };
}

const search = async (args: Query): Promise<string> => args.text;
const act = async (args: Order): Promise<string> => args.orderId;
const find = async (args: Order): Promise<{ id: string }> => ({ id: args.orderId });

/** The same guards, written by hand into one function. */
export const yardstick: Group = {
  name: 'yardstick',
  title: 'The same guards by hand, as little as they can cost',
  rounds: 5,
  cases: [
    byHand(
      'promise',
      'no guard, but an answer that can be cut off',
      (minimum) => () => minimum.cuttable(search, QUERY),
    ),
    byHand(
      'copy',
      'the same, with a frozen copy of the arguments',
      (minimum) => () => minimum.cuttable(search, Object.freeze({ text: QUERY.text, page: QUERY.page })),
    ),
    byHand('four', 'four: attempts, breaker, rate limit, timeout', (minimum) => () => minimum.four(search, QUERY)),
    byHand('five', 'four and idempotency, a new key', (minimum) => (index) => minimum.five(act, newOrder(index))),
    byHand(
      'everything',
      'everything: five, a fact checked, a fact proven',
      (minimum) => (index) => minimum.everything(find, newOrder(index)),
    ),
    byHand(
      'everything-frame',
      'everything, and an ambient frame per call',
      (minimum) => (index) => minimum.everythingInFrame(find, newOrder(index)),
    ),
  ],
};
