/** One of the processes: a host like that of any application, and a run in which the demo asks for calls. */
import { AgentHost, isActGuardError } from '@actguard/core';
import { RedisStore } from '@actguard/redis';
import { Redis } from 'ioredis';
import { OrderAgent } from './agent.js';
import type { Answer, Order, Report } from './messages.js';
import { Bank, Courier, Mailer, Witness } from './world.js';

const [url = '', prefix = ''] = process.argv.slice(2);
const tell = (report: Report): void => void process.send?.(report);

const witness: Witness = { saw: (effect) => tell({ is: 'effect', effect }) };

// This is all that a host needs to share its limits with others.
const redis = new Redis(url);
const store = new RedisStore(redis, { prefix });
const host = await AgentHost.create({
  agents: [OrderAgent],
  providers: [Bank, Courier, Mailer, { provide: Witness, useValue: witness }],
  store,
});
const run = host.open({ userId: 'alice' });

process.on('message', async (order: Order) => {
  if (order.is === 'repair') host.get(Courier).isDown = false;
  else tell({ is: 'answer', id: order.id, answer: await call(order.tool, order.args) });
});
process.once('disconnect', async () => {
  await host.close();
  store.close();
  await redis.quit();
});
tell({ is: 'ready' });

async function call(tool: string, args: object): Promise<Answer> {
  const result = await run.tools(OrderAgent).call(tool, args);
  if (result.ok) return { is: 'done', result: String(result.value) };
  const { error } = result;
  if (isActGuardError(error)) return { is: 'refused', code: error.code, retryAfterMs: retryAfterOf(error) };
  return { is: 'failed', message: error instanceof Error ? error.message : String(error) };
}

function retryAfterOf(error: object): number | undefined {
  return 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? error.retryAfterMs : undefined;
}
