import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type OpenAI from 'openai';
import { Conversation } from './conversation.js';

/** What a model does next: says something, calls tools, or both. Without a call its turn is over. */
export interface Move {
  readonly say?: string;
  readonly calls?: readonly { readonly tool: string; readonly args: Readonly<Record<string, unknown>> }[];
}

/** Decides the next move by what was sent, and by nothing else. */
export type ScriptedModel = (seen: Conversation) => Move;

/** The bodies of one request and its response, as they went over the wire. */
export interface Exchange {
  readonly request: Buffer;
  readonly response: Buffer;
}

/** A scripted model behind an address. */
export interface ModelServer extends AsyncDisposable {
  /** For `baseURL` of the SDK. */
  readonly baseURL: string;
  /** What went over the wire so far. */
  readonly exchanges: readonly Exchange[];
}

/** Serves a scripted model on the loopback interface, in the wire format of chat completions. */
export async function serveScriptedModel(script: ScriptedModel): Promise<ModelServer> {
  const exchanges: Exchange[] = [];
  const server = http.createServer(async (request, response) => {
    const body = await buffer(request);
    const { status, answer } = reply(script, `${request.method} ${request.url}`, body);
    const sent = Buffer.from(JSON.stringify(answer));
    if (status === 200) exchanges.push({ request: body, response: sent });
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': sent.length }).end(sent);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));

  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    exchanges,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(script: ScriptedModel, route: string, body: Buffer): { status: number; answer: object } {
  if (route !== 'POST /v1/chat/completions') return failure(404, `nothing at ${route}`);
  try {
    const request: OpenAI.ChatCompletionCreateParams = JSON.parse(body.toString());
    // Ids come from the request, so that equal requests get equal responses to the byte.
    const id = createHash('sha256').update(body).digest('hex').slice(0, 24);
    return {
      status: 200,
      answer: completion(id, request.model, script(new Conversation(request.messages)), body.length),
    };
  } catch (error) {
    return failure(400, `the script failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function completion(id: string, model: string, { say, calls = [] }: Move, requestBytes: number): OpenAI.ChatCompletion {
  const toolCalls = calls.map(({ tool, args }, index) => ({
    id: `call_${id}_${index}`,
    type: 'function' as const,
    function: { name: tool, arguments: JSON.stringify(args) },
  }));
  const message: OpenAI.ChatCompletionMessage = {
    role: 'assistant',
    content: say ?? null,
    refusal: null,
    annotations: [],
  };
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: 0,
    model,
    choices: [
      {
        index: 0,
        message: toolCalls.length === 0 ? message : { ...message, tool_calls: toolCalls },
        logprobs: null,
        finish_reason: toolCalls.length === 0 ? 'stop' : 'tool_calls',
      },
    ],
    usage: usageOf(requestBytes, JSON.stringify([say, calls]).length),
  };
}

/** About four bytes a token, as in English. */
function usageOf(requestBytes: number, replyBytes: number): OpenAI.CompletionUsage {
  const [input, output] = [Math.ceil(requestBytes / 4), Math.ceil(replyBytes / 4)];
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function failure(status: number, message: string): { status: number; answer: object } {
  return { status, answer: { error: { message, type: 'invalid_request_error', param: null, code: null } } };
}
