// Runs in an empty project with the packed packages and the real SDK: no import of ours but theirs.
import assert from 'node:assert/strict';
import http from 'node:http';
import { AgentHost, BudgetExceededError } from '@actguard/core';
import { meter } from '@actguard/openai';
import OpenAI from 'openai';

const usage = { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 };
const answer = {
  id: 'c1',
  object: 'chat.completion',
  created: 0,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'assistant', content: 'Hello!' } }],
  usage,
};
let requests = 0;
const server = http.createServer((request, response) => {
  requests++;
  request.resume();
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${server.address().port}/v1` });
const openai = meter(client, { provider: 'openai' });
const ask = () => openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] });

const host = await AgentHost.create();
await host.run({ budget: { tokenLimit: 150, usdLimit: 1 } }, async (run) => {
  await ask();
  assert.equal(run.currentBudget.tokensUsed, 100);
  // The package of prices knows the model.
  assert.ok(run.currentBudget.usdUsed > 0);
  await ask();
  await assert.rejects(ask(), BudgetExceededError);
});
assert.equal(requests, 2);
await host.close();
server.close();
server.closeAllConnections();
console.log(`meter: ok under Node ${process.version}`);
