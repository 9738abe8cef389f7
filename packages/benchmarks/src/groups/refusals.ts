import {
  Agent,
  AgentHost,
  blockRegex,
  CircuitBreaker,
  Enforce,
  Idempotent,
  isRefusal,
  MaxAttempts,
  RateLimit,
  type Run,
  requireCall,
  requireFact,
  rule,
  Tool,
  threshold,
} from '@actguard/core';
import * as v from 'valibot';
import type { Call } from '../measure/loop.js';
import { measurePairs } from '../measure/pairs.js';
import type { Case, Group } from '../measure/readings.js';
import { caught, thrownAsDeepAs } from '../measure/thrown.js';

interface Item {
  readonly id: string;
  readonly idempotencyKey?: string;
}

/** Tools that refuse nearly everything. */
@Agent()
class Closed {
  #blocked = new Promise<string>(() => {});

  @Tool({ input: v.object({ id: v.pipe(v.string(), v.maxLength(3)) }) })
  async input(args: { id: string }): Promise<string> {
    return args.id;
  }

  @Tool()
  @MaxAttempts(1)
  async attempts(args: Item): Promise<string> {
    return args.id;
  }

  @Tool()
  @Enforce(requireFact('id', 'order_id'))
  async fact(args: Item): Promise<string> {
    return args.id;
  }

  @Tool()
  @Enforce(rule('never', () => 'it is never allowed'))
  async rule(args: Item): Promise<string> {
    return args.id;
  }

  @Tool()
  @Enforce(threshold('count', { max: 10 }))
  async threshold(args: { count: number }): Promise<number> {
    return args.count;
  }

  @Tool()
  @Enforce(blockRegex('id', /^order-/))
  async regex(args: Item): Promise<string> {
    return args.id;
  }

  @Tool()
  @Enforce(requireCall('Closed.plain'))
  async step(args: Item): Promise<string> {
    return args.id;
  }

  @Tool()
  @RateLimit({ maxCalls: 1, period: '1h', onLimit: 'wait', maxWait: '1s' })
  async wait(args: Item): Promise<string> {
    return args.id;
  }

  @Tool()
  @CircuitBreaker({ name: 'down', maxFails: 1, resetTimeout: '1h', failOn: ['unknown'], ignoreOn: [] })
  async breaker(args: Item): Promise<string> {
    throw new Error(`${args.id} is down`);
  }

  @Tool()
  @RateLimit({ maxCalls: 1, period: '1h' })
  async rate(args: Item): Promise<string> {
    return args.id;
  }

  @Tool()
  @Idempotent()
  async conflict(args: { id: string; idempotencyKey: string }): Promise<string> {
    return args.id;
  }

  @Tool()
  @Idempotent()
  async busy(_: { id: string; idempotencyKey: string }): Promise<string> {
    return this.#blocked;
  }

  @Tool()
  async plain(args: Item): Promise<string> {
    return args.id;
  }
}

type Prepare = (agent: Closed, run: Run, host: AgentHost) => Promise<Call>;

const ITEM = { id: 'order-17' };
const KEYED = { id: 'order-17', idempotencyKey: 'key-1' };

function refusal(name: string, title: string, code: string, prepare: Prepare): Case {
  return {
    name,
    title,
    async measure(budget) {
      const host = await AgentHost.create({ agents: [Closed], drain: 1 });
      try {
        return await host.run({ userId: 'alice' }, async (run) => {
          const refused = await prepare(run.get(Closed), run, host);
          await expectCode(refused, code);
          const plain = await thrownAsDeepAs(refused);
          const readings = await measurePairs(caught(refused), caught(plain.call), budget);
          return { ...readings, depth: plain.depth };
        });
      } finally {
        await host.close();
      }
    },
  };
}

async function expectCode(refused: Call, code: string): Promise<void> {
  const error = await Promise.resolve(refused(0)).catch((thrown: unknown) => thrown);
  if ((error as { code?: unknown }).code !== code)
    throw new Error(`refused for another reason than ${code}`, { cause: error });
}

async function failing(call: Promise<unknown>): Promise<void> {
  await call.then(
    () => {},
    () => {},
  );
}

/** What a refusal costs, in multiples of an `Error` that a plain method throws as deep in its calls. */
export const refusals: Group = {
  name: 'refusals',
  title: 'A refusal, in multiples of an `Error` thrown and caught at the same depth',
  rounds: 3,
  cases: [
    refusal('input', 'input schema (valibot)', 'guard.input_invalid', async (agent) => () => agent.input(ITEM)),
    refusal('attempts', '`@MaxAttempts`', 'guard.max_attempts_exceeded', async (agent) => {
      await agent.attempts(ITEM);
      return () => agent.attempts(ITEM);
    }),
    refusal('fact', '`@Enforce(requireFact(…))`', 'MISSING_FACT', async (agent) => () => agent.fact(ITEM)),
    refusal('rule', '`@Enforce(rule(…))`', 'RULE_FAILED', async (agent) => () => agent.rule(ITEM)),
    refusal(
      'threshold',
      '`@Enforce(threshold(…))`',
      'THRESHOLD_EXCEEDED',
      async (agent) => () => agent.threshold({ count: 11 }),
    ),
    refusal('regex', '`@Enforce(blockRegex(…))`', 'PATTERN_BLOCKED', async (agent) => () => agent.regex(ITEM)),
    refusal('step', '`@Enforce(requireCall(…))`', 'MISSING_STEP', async (agent) => () => agent.step(ITEM)),
    refusal('breaker', '`@CircuitBreaker`, open', 'guard.circuit_open', async (agent) => {
      await failing(agent.breaker(ITEM));
      return () => agent.breaker(ITEM);
    }),
    refusal('rate', '`@RateLimit`, window full', 'guard.rate_limit_exceeded', async (agent) => {
      await agent.rate(ITEM);
      return () => agent.rate(ITEM);
    }),
    refusal('wait', '`@RateLimit`, a wait that is too long', 'guard.rate_limit_exceeded', async (agent) => {
      await agent.wait(ITEM);
      return () => agent.wait(ITEM);
    }),
    refusal('conflict', '`@Idempotent`, other arguments', 'guard.idempotency_conflict', async (agent) => {
      await agent.conflict(KEYED);
      return () => agent.conflict({ ...KEYED, id: 'order-18' });
    }),
    refusal('busy', '`@Idempotent`, under way', 'guard.idempotency_in_progress', async (agent) => {
      void failing(agent.busy(KEYED));
      return () => agent.busy(KEYED);
    }),
    refusal('budget', 'a budget that is used up', 'budget.limit_exceeded', async (agent, run) => {
      const scope = run.budget({ usdLimit: 1, name: 'spent' });
      scope.addCost(2, 'before');
      const call = scope.run(() => run.bind(() => agent.plain(ITEM)));
      return () => call();
    }),
    refusal('killed', 'a run that was killed', 'run.killed', async (agent, run) => {
      run.kill('stop');
      return () => agent.plain(ITEM);
    }),
    refusal('ended', 'a run that has ended', 'run.ended', async (agent, _run, host) => {
      const ended = host.open();
      const left = ended.get(Closed);
      await ended.end();
      await failing(agent.plain(ITEM));
      return () => left.plain(ITEM);
    }),
    {
      name: 'toolset',
      title: '`run.tools().call` on a missing fact, answered and not thrown',
      async measure(budget) {
        const host = await AgentHost.create({ agents: [Closed] });
        try {
          return await host.run({ userId: 'alice' }, async (run) => {
            const tools = run.tools();
            const agent = run.get(Closed);
            const plain = await thrownAsDeepAs(() => agent.fact(ITEM));
            const answered: Call = async () => {
              const result = await tools.call('fact', ITEM);
              if (result.ok || !isRefusal(result.error)) throw new Error('the call was not refused');
            };
            return measurePairs(answered, caught(plain.call), budget);
          });
        } finally {
          await host.close();
        }
      },
    },
  ],
};
