import {
  Agent,
  defineToolInputGuardrail,
  defineToolOutputGuardrail,
  invokeFunctionTool,
  RunContext,
  runToolInputGuardrails,
  runToolOutputGuardrails,
  ToolGuardrailFunctionOutputFactory,
  tool,
} from '@openai/agents';
import { z } from 'zod';
import type { Call } from '../../measure/loop.js';
import { Breaker, Ring } from '../../yardstick/parts.js';
import { ATTEMPTS, QUERY, WINDOW } from '../shop.js';

const { allow, throwException } = ToolGuardrailFunctionOutputFactory;

const options = {
  name: 'search',
  description: 'Search the shop.',
  parameters: z.object({ text: z.string(), page: z.number() }),
  execute: async (args: { text: string }) => args.text,
};
const SENT = JSON.stringify(QUERY);

/** A tool of the SDK, without the loop around it that talks to a model. */
export function plainTool(): Call {
  const search = tool(options);
  const context = new RunContext({});
  return () => search.invoke(context, SENT);
}

/** The four: three guardrails before, one after, and the timeout of the SDK. */
export function guardedTool(): Call {
  const breaker = new Breaker(3, 60_000);
  const ring = new Ring(WINDOW.maxCalls, WINDOW.period);
  let used = 0;
  const answer = (passes: boolean) => (passes ? allow() : throwException());
  const before = [
    defineToolInputGuardrail({ name: 'attempts', run: async () => answer(++used <= ATTEMPTS) }),
    defineToolInputGuardrail({ name: 'breaker', run: async () => answer(breaker.enter(performance.now())) }),
    defineToolInputGuardrail({ name: 'rate', run: async () => answer(ring.take(performance.now())) }),
  ];
  const after = [
    defineToolOutputGuardrail({
      name: 'breaker',
      run: async () => {
        breaker.succeeded();
        return allow();
      },
    }),
  ];
  const search = tool({ ...options, timeoutMs: 5000, inputGuardrails: before, outputGuardrails: after });
  const context = new RunContext({});
  const agent = new Agent({ name: 'shop', tools: [search] });
  return async (index) => {
    const toolCall = { type: 'function_call', callId: `call-${index}`, name: 'search', arguments: SENT } as const;
    const checked = await runToolInputGuardrails({ guardrails: before, context, agent, toolCall });
    if (checked.type !== 'allow') throw new Error(checked.message);
    const toolOutput = await invokeFunctionTool({ tool: search, runContext: context, input: SENT });
    return runToolOutputGuardrails({ guardrails: after, context, agent, toolCall, toolOutput });
  };
}
