import type { Case } from '../../measure/readings.js';
import { QUERY, Shop } from '../shop.js';
import { peer } from './peer.js';

const TABLE = 'Libraries for one guard or a few';
const FOREVER_POINTS = 1_000_000_000;

/** Resilience libraries around the bare call. */
export const policies: readonly Case[] = [
  peer('cockatiel-breaker', TABLE, 'cockatiel `circuitBreaker`', async () => {
    const { circuitBreaker, ConsecutiveBreaker, handleAll } = await import('cockatiel');
    const shop = new Shop();
    const policy = circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(3) });
    return () => policy.execute(() => shop.search(QUERY));
  }),
  peer('cockatiel-bulkhead', TABLE, 'cockatiel `bulkhead(64)`', async () => {
    const { bulkhead } = await import('cockatiel');
    const shop = new Shop();
    const policy = bulkhead(64);
    return () => policy.execute(() => shop.search(QUERY));
  }),
  peer('cockatiel-timeout', TABLE, 'cockatiel `timeout`', async () => {
    const { timeout, TimeoutStrategy } = await import('cockatiel');
    const shop = new Shop();
    const policy = timeout(5000, TimeoutStrategy.Aggressive);
    return () => policy.execute(() => shop.search(QUERY));
  }),
  peer('cockatiel-wrap', TABLE, 'cockatiel `wrap(breaker, bulkhead, timeout)`', async () => {
    const { bulkhead, circuitBreaker, ConsecutiveBreaker, handleAll, TimeoutStrategy, timeout, wrap } = await import(
      'cockatiel'
    );
    const shop = new Shop();
    const policy = wrap(
      circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(3) }),
      bulkhead(64),
      timeout(5000, TimeoutStrategy.Aggressive),
    );
    return () => policy.execute(() => shop.search(QUERY));
  }),
  peer('opossum', TABLE, 'opossum: breaker and timeout, as it comes', async () => {
    const { default: CircuitBreaker } = await import('opossum');
    const shop = new Shop();
    const breaker = new CircuitBreaker(() => shop.search(QUERY), { timeout: 5000 });
    return () => breaker.fire();
  }),
  peer('opossum-breaker', TABLE, 'opossum: breaker without timeout and percentiles', async () => {
    const { default: CircuitBreaker } = await import('opossum');
    const shop = new Shop();
    const breaker = new CircuitBreaker(() => shop.search(QUERY), { timeout: false, rollingPercentilesEnabled: false });
    return () => breaker.fire();
  }),
  peer('rlf', TABLE, 'rate-limiter-flexible, in memory: a fixed window', async () => {
    const { RateLimiterMemory } = await import('rate-limiter-flexible');
    const shop = new Shop();
    const limiter = new RateLimiterMemory({ points: FOREVER_POINTS, duration: 60 });
    return async () => {
      await limiter.consume('alice');
      return shop.search(QUERY);
    };
  }),
  peer('p-timeout', TABLE, 'p-timeout, as it comes', async () => {
    const { default: pTimeout } = await import('p-timeout');
    const shop = new Shop();
    return () => pTimeout(shop.search(QUERY), { milliseconds: 5000 });
  }),
  peer('p-timeout-fallback', TABLE, 'p-timeout with `fallback`, which makes no error ahead', async () => {
    const { default: pTimeout } = await import('p-timeout');
    const shop = new Shop();
    const fallback = (): never => {
      throw new Error('too late');
    };
    return () => pTimeout(shop.search(QUERY), { milliseconds: 5000, fallback });
  }),
  peer(
    'assembled',
    'Other ways to have the four',
    'the four put together: cockatiel, rate-limiter-flexible, a `Map`',
    async () => {
      const { circuitBreaker, ConsecutiveBreaker, handleAll, TimeoutStrategy, timeout, wrap } = await import(
        'cockatiel'
      );
      const { RateLimiterMemory } = await import('rate-limiter-flexible');
      const shop = new Shop();
      const limiter = new RateLimiterMemory({ points: FOREVER_POINTS, duration: 60 });
      const attempts = new Map<string, number>();
      const policy = wrap(
        circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(3) }),
        timeout(5000, TimeoutStrategy.Aggressive),
      );
      return async () => {
        const used = (attempts.get('search') ?? 0) + 1;
        if (used > FOREVER_POINTS) throw new Error('too many attempts');
        attempts.set('search', used);
        await limiter.consume('alice');
        return policy.execute(() => shop.search(QUERY));
      };
    },
  ),
];
