import { type AgentHost, type Run, readsCalls } from '@actguard/core';
import type { Call } from '../measure/loop.js';
import { measurePairs } from '../measure/pairs.js';
import type { Case, Group } from '../measure/readings.js';
import { bareCall, inShop, newOrder, QUERY, type Shop } from './shop.js';

type Prepare = (shop: Shop, run: Run, host: AgentHost) => Call;

function guarded(name: string, title: string, prepare: Prepare): Case {
  return {
    name,
    title,
    measure: (budget) => inShop(async (shop, run, host) => measurePairs(prepare(shop, run, host), bareCall(), budget)),
  };
}

const REPEATED = { orderId: 'order-17', idempotencyKey: 'key-of-all' };

/** What a guarded call costs, in multiples of the same call without a guard. */
export const calls: Group = {
  name: 'calls',
  title: 'A guarded call, in multiples of the bare call',
  rounds: 5,
  cases: [
    { name: 'bare', title: 'bare call', measure: (budget) => measurePairs(bareCall(), bareCall(), budget) },
    guarded('none', 'no guard', (shop) => () => shop.search(QUERY)),
    guarded('none-listener', 'no guard, with a listener', (shop, _, host) => {
      host.on(() => {});
      return () => shop.search(QUERY);
    }),
    guarded('input', 'input schema (valibot)', (shop) => () => shop.checked(QUERY)),
    guarded('rate', '`@RateLimit`', (shop) => () => shop.rateLimited(QUERY)),
    guarded('rate-user', '`@RateLimit` by user', (shop) => () => shop.rateLimitedByUser(QUERY)),
    guarded('breaker', '`@CircuitBreaker`', (shop) => () => shop.broken(QUERY)),
    guarded('timeout', '`@Timeout`', (shop) => () => shop.timed(QUERY)),
    guarded('attempts', '`@MaxAttempts`', (shop) => () => shop.counted(QUERY)),
    guarded('idempotent', '`@Idempotent`, a new key', (shop) => (index) => shop.once(newOrder(index))),
    guarded('idempotent-repeat', '`@Idempotent`, a repeat', (shop) => () => shop.repeated(REPEATED)),
    guarded('enforce', '`@Enforce(requireFact(…))`', (shop) => () => shop.enforced(REPEATED)),
    guarded('threshold', '`@Enforce(threshold(…))`', (shop) => () => shop.bounded(QUERY)),
    guarded('rule', '`@Enforce(rule(…))`', (shop) => () => shop.ruled(QUERY)),
    guarded('regex', '`@Enforce(blockRegex(…))`', (shop) => () => shop.searched(QUERY)),
    guarded('prove', '`@Prove`, one fact', (shop) => () => shop.proving(QUERY)),
    guarded('budget', '`@Budget`', (shop) => () => shop.budgeted(QUERY)),
    guarded('four', 'four: attempts, breaker, rate limit, timeout', (shop) => () => shop.four(QUERY)),
    guarded('four-listener', 'four, with a listener', (shop, _, host) => {
      host.on(() => {});
      return () => shop.four(QUERY);
    }),
    guarded('four-toolset', 'four and a schema, through `run.tools().call`', (_, run) => {
      const tools = run.tools();
      return () => tools.call('fourChecked', QUERY);
    }),
    guarded('five', 'four and idempotency, a new key', (shop) => (index) => shop.five(newOrder(index))),
    guarded(
      'everything',
      'everything: five, a fact checked, a fact proven',
      (shop) => (index) => shop.everything(newOrder(index)),
    ),
    guarded('everything-frame', 'everything, with a meter in the process', (shop) => {
      readsCalls();
      return (index) => shop.everything(newOrder(index));
    }),
    guarded(
      'everything-more',
      'everything, a schema and a budget',
      (shop) => (index) => shop.everythingAndMore(newOrder(index)),
    ),
  ],
};
