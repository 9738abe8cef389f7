import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { AgentHost } from '@actguard/core';
import { meter } from '@actguard/openai';
import { observeOpenAI } from '@langfuse/openai';
import { BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import OpenAI from 'openai';
import { STREAM, WHOLE } from './answers.js';

/** What is put around the client of the SDK. */
export type Wrapper = 'none' | 'meter' | 'meter-hard' | 'langfuse' | 'langfuse-otel';

/** Runs the measurement where the client finds what it needs: for a meter, a run with a budget. */
export interface WrappedClient {
  readonly client: OpenAI;
  within<T>(body: () => Promise<T>): Promise<T>;
  /** @throws {Error} where the wrapper did nothing */
  check(): void;
}

export function wrapped(client: OpenAI, wrapper: Wrapper): Promise<WrappedClient> | WrappedClient {
  switch (wrapper) {
    case 'none':
      return { client, within: (body) => body(), check: () => {} };
    case 'meter':
    case 'meter-hard':
      return metered(client, wrapper === 'meter-hard');
    case 'langfuse':
      return { client: observeOpenAI(client), within: (body) => body(), check: () => {} };
    case 'langfuse-otel':
      return traced(client);
  }
}

async function metered(client: OpenAI, isHard: boolean): Promise<WrappedClient> {
  const host = await AgentHost.create();
  let used = 0;
  return {
    client: meter(client, { provider: 'openai' }),
    within: (body) =>
      host.run({ userId: 'alice' }, (run) =>
        run.budget({ usdLimit: 1e9, enforcement: isHard ? 'hard' : 'soft' }, async (scope) => {
          const result = await body();
          used = scope.tokensUsed;
          return result;
        }),
      ),
    check() {
      if (used === 0) throw new Error('nothing was charged');
    },
  };
}

function traced(client: OpenAI): WrappedClient {
  let ended = 0;
  const processor: SpanProcessor = {
    onStart: () => {},
    onEnd: () => {
      ended++;
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  // The copy of the API that the wrapper reads: another version of it would be ignored.
  const require = createRequire(import.meta.resolve('@langfuse/openai'));
  const { trace } = require('@opentelemetry/api') as {
    trace: { setGlobalTracerProvider(provider: BasicTracerProvider): boolean };
  };
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  return {
    client: observeOpenAI(client),
    within: (body) => body(),
    check() {
      if (ended === 0) throw new Error('no span was made');
    },
  };
}

const encoder = new TextEncoder();
const PIECES = STREAM.map((each) => encoder.encode(each));

/** A client whose requests never leave the process; each event of a stream is a piece of its own. */
export function stubbedClient(): OpenAI {
  const fetch = async (_: unknown, init?: { body?: unknown }): Promise<Response> =>
    String(init?.body).includes('"stream":true')
      ? new Response(pieces(), { headers: { 'content-type': 'text/event-stream' } })
      : new Response(WHOLE, { headers: { 'content-type': 'application/json' } });
  return new OpenAI({ apiKey: 'none', baseURL: 'http://127.0.0.1:1/v1', fetch: fetch as typeof globalThis.fetch });
}

function pieces(): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const piece = PIECES[next++];
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
}

/** A client of a server on loopback. */
export async function loopbackClient(): Promise<OpenAI> {
  const server = fork(path.join(import.meta.dirname, 'server.js'), { execArgv: [] });
  const [port] = await once(server, 'message');
  server.unref();
  server.channel?.unref();
  return new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1` });
}
