import {
  Agent,
  AgentHost,
  type AgentHostOptions,
  Budget,
  blockRegex,
  byUser,
  CircuitBreaker,
  Enforce,
  Idempotent,
  MaxAttempts,
  Prove,
  RateLimit,
  type Run,
  requireFact,
  rule,
  Timeout,
  Tool,
  threshold,
} from '@actguard/core';
import * as v from 'valibot';

/** What a search gets. */
export interface Query {
  readonly text: string;
  readonly page: number;
}

/** What an action gets. */
export interface Order {
  readonly orderId: string;
  readonly idempotencyKey: string;
}

/** So many calls fit into so short a window that none is refused, and all but those of the last 100 µs are forgotten. */
export const WINDOW = { maxCalls: 2000, period: 0.1 } as const;
/** Records come and go while they are measured, and few live at a time: a run does not make a million actions. */
export const RECORD_TTL_MS = 1;
/** More calls than a measurement makes. */
export const ATTEMPTS = 1_000_000_000;

const query = v.object({ text: v.string(), page: v.number() });
const order = v.object({ orderId: v.string(), idempotencyKey: v.string() });

/** The same tiny methods under one guard, several, and all; unguarded where the class is constructed with `new`. */
@Agent()
export class Shop {
  @Tool()
  async search(args: Query): Promise<string> {
    return args.text;
  }

  @Tool({ input: query })
  async checked(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @RateLimit(WINDOW)
  async rateLimited(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @RateLimit({ ...WINDOW, scope: byUser })
  async rateLimitedByUser(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @CircuitBreaker({ name: 'alone' })
  async broken(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @Timeout('5s')
  async timed(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @MaxAttempts(ATTEMPTS)
  async counted(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @Idempotent({ ttl: RECORD_TTL_MS })
  async once(args: Order): Promise<string> {
    return args.orderId;
  }

  @Tool()
  @Idempotent({ ttl: '1h' })
  async repeated(args: Order): Promise<string> {
    return args.orderId;
  }

  @Tool()
  @Enforce(requireFact('orderId', 'order_id'))
  async enforced(args: Order): Promise<string> {
    return args.orderId;
  }

  @Tool()
  @Enforce(threshold('page', { min: 1, max: 100 }))
  async bounded(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @Enforce(rule('first pages', ({ page }) => page < 100))
  async ruled(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @Enforce(blockRegex('text', /drop\s+table/i))
  async searched(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @Prove({ kind: 'found', extract: 'id' })
  async proving(args: Query): Promise<{ id: string }> {
    return { id: args.text };
  }

  @Tool()
  @Budget({ tokenLimit: 1_000_000 })
  async budgeted(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @MaxAttempts(ATTEMPTS)
  @CircuitBreaker({ name: 'shop' })
  @RateLimit(WINDOW)
  @Timeout('5s')
  async four(args: Query): Promise<string> {
    return args.text;
  }

  @Tool({ input: query })
  @MaxAttempts(ATTEMPTS)
  @CircuitBreaker({ name: 'shop' })
  @RateLimit(WINDOW)
  @Timeout('5s')
  async fourChecked(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @Idempotent({ ttl: RECORD_TTL_MS })
  @MaxAttempts(ATTEMPTS)
  @CircuitBreaker({ name: 'shop' })
  @RateLimit(WINDOW)
  @Timeout('5s')
  async five(args: Order): Promise<string> {
    return args.orderId;
  }

  @Tool()
  @Idempotent({ ttl: RECORD_TTL_MS })
  @MaxAttempts(ATTEMPTS)
  @Enforce(requireFact('orderId', 'order_id'))
  @CircuitBreaker({ name: 'shop' })
  @RateLimit(WINDOW)
  @Timeout('5s')
  @Prove({ kind: 'receipt', extract: 'id' })
  async everything(args: Order): Promise<{ id: string }> {
    return { id: args.orderId };
  }

  @Tool({ input: order })
  @Idempotent({ ttl: RECORD_TTL_MS })
  @MaxAttempts(ATTEMPTS)
  @Enforce(requireFact('orderId', 'order_id'))
  @CircuitBreaker({ name: 'shop' })
  @RateLimit(WINDOW)
  @Budget({ tokenLimit: 1_000_000 })
  @Timeout('5s')
  @Prove({ kind: 'receipt', extract: 'id' })
  async everythingAndMore(args: Order): Promise<{ id: string }> {
    return { id: args.orderId };
  }
}

export const QUERY: Query = { text: 'blue shoes', page: 1 };
export const KNOWN_ORDER = 'order-17';

/** The call that everything is compared with: the same method of the plain class. */
export function bareCall(): () => Promise<string> {
  const shop = new Shop();
  return () => shop.search(QUERY);
}

// Made before: writing a number as text would cost more than to look it up. Each is forgotten long before it comes again.
const KEYS = Array.from({ length: 65_536 }, (_, index) => `key-${index}`);

/** An action under a key that is not known. */
export function newOrder(index: number): Order {
  return { orderId: KNOWN_ORDER, idempotencyKey: KEYS[index & 65_535] as string };
}

/** Runs a body in a run of a host with the shop. */
export async function inShop<T>(
  body: (shop: Shop, run: Run, host: AgentHost) => Promise<T>,
  options: AgentHostOptions = {},
): Promise<T> {
  const host = await AgentHost.create({ ...options, agents: [Shop] });
  try {
    return await host.run({ userId: 'alice' }, async (run) => {
      run.facts.add('order_id', KNOWN_ORDER);
      return body(run.get(Shop), run, host);
    });
  } finally {
    await host.close();
  }
}
