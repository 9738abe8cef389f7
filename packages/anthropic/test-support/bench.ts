import { type MeterOptions, meter } from '@actguard/anthropic';
import {
  AgentHost,
  type AgentHostOptions,
  type BudgetOptions,
  type BudgetScope,
  type LlmUsageEvent,
} from '@actguard/core';
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { type LoopbackServer, startServer } from './loopback-server.js';

/** A metered client of a loopback server, and runs to use it in. */
export interface Bench extends AsyncDisposable {
  readonly server: LoopbackServer;
  /** Not metered. */
  readonly plain: Anthropic;
  readonly client: Anthropic;
  readonly usage: readonly LlmUsageEvent[];
  /** Runs a body in a run with a budget, and answers the budget as it is after the run. */
  run(budget: BudgetOptions, body: (scope: BudgetScope) => unknown): Promise<BudgetScope>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BenchOptions {
  readonly client?: ClientOptions;
  readonly meter?: MeterOptions;
  readonly host?: Omit<AgentHostOptions, 'onEvent'>;
}

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const server = await startServer();
  const usage: LlmUsageEvent[] = [];
  const host = await AgentHost.create({
    ...options.host,
    onEvent: (event) => {
      if (event.name === 'llm.usage') usage.push(event);
    },
  });
  const plain = new Anthropic({ apiKey: 'test', baseURL: server.url, ...options.client });
  return {
    server,
    plain,
    client: meter(plain, options.meter),
    usage,
    async run(budget, body) {
      let opened: BudgetScope | undefined;
      await host.run(async (run) => {
        await run.budget(budget, async (scope) => {
          opened = scope;
          await body(scope);
        });
      });
      return opened as BudgetScope;
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A small request. */
export const ASK = {
  model: 'claude-opus-5-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'hi' }],
} satisfies Anthropic.MessageCreateParams;
