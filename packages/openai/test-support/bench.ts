import {
  AgentHost,
  type AgentHostOptions,
  type BudgetOptions,
  type BudgetScope,
  type LlmUsageEvent,
} from '@actguard/core';
import { meter, type OpenAIMeterOptions } from '@actguard/openai';
import OpenAI, { type ClientOptions } from 'openai';
import { usual } from './answers.js';
import { type LoopbackServer, startServer } from './loopback-server.js';

/** A metered client of a loopback server, and runs to use it in. */
export interface Bench extends AsyncDisposable {
  readonly server: LoopbackServer;
  /** Not metered. */
  readonly plain: OpenAI;
  readonly client: OpenAI;
  readonly events: readonly LlmUsageEvent[];
  /** Runs a body in a run with a budget, and answers the budget as it is after the run. */
  run(budget: BudgetOptions, body: (scope: BudgetScope) => unknown): Promise<BudgetScope>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BenchOptions {
  readonly client?: ClientOptions;
  readonly meter?: OpenAIMeterOptions;
  readonly host?: Omit<AgentHostOptions, 'onEvent'>;
}

export async function openBench({ client, meter: options, host: more }: BenchOptions = {}): Promise<Bench> {
  const server = await startServer(usual);
  const events: LlmUsageEvent[] = [];
  const host = await AgentHost.create({
    ...more,
    onEvent: (event) => {
      if (event.name === 'llm.usage') events.push(event);
    },
  });
  const plain = new OpenAI({ apiKey: 'test', baseURL: server.url, ...client });
  return {
    server,
    plain,
    client: meter(plain, { provider: 'openai', ...options }),
    events,
    async run(budget, body) {
      let opened: BudgetScope | undefined;
      await host.run((run) =>
        run.budget(budget, async (scope) => {
          opened = scope;
          await body(scope);
        }),
      );
      return opened as BudgetScope;
    },
    async [Symbol.asyncDispose]() {
      await host.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A budget that nothing in a test uses up. */
export const WIDE = { tokenLimit: 1_000_000_000 } satisfies BudgetOptions;

/** A small request for a chat. */
export const CHAT = {
  model: 'gpt-5',
  messages: [{ role: 'user', content: 'hi' }],
} satisfies OpenAI.Chat.ChatCompletionCreateParams;

/** A small request for a response. */
export const ASK = { model: 'gpt-5', input: 'hi' } satisfies OpenAI.Responses.ResponseCreateParams;

export async function collected<Item>(stream: AsyncIterable<Item> | PromiseLike<AsyncIterable<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of await stream) items.push(item);
  return items;
}
