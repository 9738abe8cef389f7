// Run it with an API key, after `npm run build`: OPENAI_API_KEY=… npm exec -c "tsx examples/providers/openai.ts"

import { Agent, AgentHost, Enforce, MaxAttempts, Prove, requireFact, Tool } from '@actguard/core';
import { answer, meter, openaiTools } from '@actguard/openai';
import OpenAI from 'openai';
import * as v from 'valibot';

const OrderId = v.object({ orderId: v.string() });

@Agent()
class Orders {
  @Tool({ description: 'List the orders of the customer.' })
  @Prove({ kind: 'order_id', extract: 'id' })
  async list() {
    return [
      { id: 'o1', item: 'a kettle' },
      { id: 'o2', item: 'a lamp' },
    ];
  }

  @Tool({ description: 'Cancel an order.', input: OrderId })
  @Enforce(requireFact('orderId', 'order_id'))
  @MaxAttempts(3)
  async cancel({ orderId }: v.InferOutput<typeof OrderId>) {
    return `cancelled ${orderId}`;
  }
}

const openai = meter(new OpenAI());
await using host = await AgentHost.create({
  agents: [Orders],
  onEvent: (event) => event.name === 'llm.usage' && console.log(`${event.tokens} tokens, ${event.usdMicros} µUSD`),
});

await host.run({ userId: 'alice', budget: { usdLimit: 0.1 } }, async (run) => {
  const tools = run.tools(Orders);
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Cancel the order of the lamp.' }];
  for (;;) {
    const reply = await openai.chat.completions.create({ model: 'gpt-5-mini', messages, tools: openaiTools(tools) });
    const results = await answer(tools, reply);
    const said = reply.choices[0]?.message;
    if (said === undefined || results.length === 0) {
      console.log(said?.content);
      break;
    }
    messages.push(said, ...results);
  }
});
