// Run it with an API key, after `npm run build`: ANTHROPIC_API_KEY=… npm exec -c "tsx examples/providers/anthropic.ts"

import { answer, anthropicTools, meter } from '@actguard/anthropic';
import { Agent, AgentHost, Enforce, MaxAttempts, Prove, requireFact, Tool } from '@actguard/core';
import Anthropic from '@anthropic-ai/sdk';
import * as v from 'valibot';

const MailId = v.object({ id: v.string() });

@Agent()
class Inbox {
  @Tool({ description: 'List the latest mails.' })
  @Prove({ kind: 'mail_id', extract: 'id' })
  async list() {
    return [
      { id: 'em_1', subject: 'You have won!!!' },
      { id: 'em_2', subject: 'Lunch on Friday?' },
    ];
  }

  @Tool({ description: 'Delete a mail.', input: MailId })
  @Enforce(requireFact('id', 'mail_id'))
  @MaxAttempts(3)
  async delete({ id }: v.InferOutput<typeof MailId>) {
    return `deleted ${id}`;
  }
}

const claude = meter(new Anthropic());
await using host = await AgentHost.create({
  agents: [Inbox],
  onEvent: (event) => event.name === 'llm.usage' && console.log(`${event.tokens} tokens, ${event.usdMicros} µUSD`),
});

await host.run({ userId: 'alice', budget: { usdLimit: 0.1 } }, async (run) => {
  const tools = run.tools(Inbox);
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Delete the spam in my inbox.' }];
  for (;;) {
    const request = { model: 'claude-haiku-4-5', max_tokens: 1024, messages, tools: anthropicTools(tools) };
    const reply = await claude.messages.create(request);
    messages.push({ role: 'assistant', content: reply.content });
    const results = await answer(tools, reply);
    if (results.length === 0) break;
    messages.push(...results);
  }
  console.log(messages.at(-1)?.content);
});
