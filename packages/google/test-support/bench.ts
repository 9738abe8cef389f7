import {
  AgentHost,
  type AgentHostOptions,
  type BudgetOptions,
  type BudgetScope,
  type LlmUsageEvent,
} from '@actguard/core';
import { type GoogleMeterOptions, meter } from '@actguard/google';
import { GoogleGenAI, type GoogleGenAIOptions } from '@google/genai';
import { usualReply } from './answers.js';
import { type LoopbackServer, type Reply, type Seen, startServer } from './loopback-server.js';

/** A metered client of a loopback server, and runs to use it in. */
export interface Bench extends AsyncDisposable {
  readonly server: LoopbackServer;
  readonly host: AgentHost;
  /** Not metered. */
  readonly plain: GoogleGenAI;
  readonly client: GoogleGenAI;
  readonly usage: readonly LlmUsageEvent[];
  /** Another client of the same server. */
  connect(options?: GoogleGenAIOptions): GoogleGenAI;
  /** Runs a body in a run with a budget, and answers the budget as it is after the run. */
  run(budget: BudgetOptions, body: (scope: BudgetScope) => unknown): Promise<BudgetScope>;
}

export interface BenchOptions {
  readonly client?: GoogleGenAIOptions;
  readonly meter?: GoogleMeterOptions;
  readonly host?: Omit<AgentHostOptions, 'onEvent'>;
  /** What requests are answered with. @default `usualReply` */
  readonly reply?: (path: string, body: Seen['body']) => Reply;
}

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const server = await startServer(options.reply ?? usualReply);
  const usage: LlmUsageEvent[] = [];
  const host = await AgentHost.create({
    ...options.host,
    onEvent: (event) => {
      if (event.name === 'llm.usage') usage.push(event);
    },
  });
  const connect = (more: GoogleGenAIOptions = {}): GoogleGenAI =>
    new GoogleGenAI({ apiKey: 'test', ...more, httpOptions: { baseUrl: server.url, ...more.httpOptions } });
  const plain = connect(options.client);
  return {
    server,
    host,
    plain,
    client: meter(plain, options.meter),
    usage,
    connect,
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
export const ASK = { model: 'gemini-2.5-flash', contents: 'hi' };
