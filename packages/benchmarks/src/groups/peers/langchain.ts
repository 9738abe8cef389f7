import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { toolCallLimitMiddleware } from 'langchain';
import { z } from 'zod';
import type { Call } from '../../measure/loop.js';
import { QUERY } from '../shop.js';

const search = tool(async (args: { text: string }) => args.text, {
  name: 'search',
  description: 'Search the shop.',
  schema: z.object({ text: z.string(), page: z.number() }),
});

/** A tool, without the agent around it that talks to a model. */
export function plainTool(): Call {
  return () => search.invoke(QUERY);
}

interface LimitState {
  readonly messages: readonly unknown[];
  readonly threadToolCallCount: Record<string, number>;
  readonly runToolCallCount: Record<string, number>;
}

/** The same, and what the limit of tool calls does for a call; the graph that runs it in an agent is not counted. */
export function limitedTool(): Call {
  // Its options are inferred from a schema, and come out as `never` under our compiler options.
  const { afterModel } = toolCallLimitMiddleware({ runLimit: 1_000_000, threadLimit: 1_000_000 } as never);
  const hook = (typeof afterModel === 'function' ? afterModel : afterModel?.hook) as
    | ((state: LimitState, runtime: object) => unknown)
    | undefined;
  if (hook === undefined) throw new Error('toolCallLimitMiddleware has no hook after the model any more');
  const messages = [
    new HumanMessage('Find blue shoes.'),
    new AIMessage({ content: '', tool_calls: [{ id: 'call-1', name: 'search', args: { ...QUERY } }] }),
  ];
  return async () => {
    const counted = await hook({ messages, threadToolCallCount: { __all__: 1 }, runToolCallCount: { __all__: 1 } }, {});
    if (counted === undefined) throw new Error('the middleware did not count');
    return search.invoke(QUERY);
  };
}
