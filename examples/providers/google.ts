// Run it with an API key, after `npm run build`: GEMINI_API_KEY=… npm exec -c "tsx examples/providers/google.ts"

import { Agent, AgentHost, Enforce, MaxAttempts, Prove, requireFact, Tool } from '@actguard/core';
import { answer, googleTools, meter } from '@actguard/google';
import { type Content, GoogleGenAI } from '@google/genai';
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

const gemini = meter(new GoogleGenAI({}));
await using host = await AgentHost.create({
  agents: [Inbox],
  onEvent: (event) => event.name === 'llm.usage' && console.log(`${event.tokens} tokens, ${event.usdMicros} µUSD`),
});

await host.run({ userId: 'alice', budget: { usdLimit: 0.1 } }, async (run) => {
  const tools = run.tools(Inbox);
  const config = { tools: [googleTools(tools)] };
  const contents: Content[] = [{ role: 'user', parts: [{ text: 'Delete the spam in my inbox.' }] }];
  for (;;) {
    const reply = await gemini.models.generateContent({ model: 'gemini-2.5-flash', contents, config });
    const results = await answer(tools, reply);
    if (results.length === 0) {
      console.log(reply.text);
      break;
    }
    contents.push(reply.candidates?.[0]?.content ?? {}, ...results);
  }
});
