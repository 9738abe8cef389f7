import OpenAI from 'openai';
import { type Exchange, type ScriptedModel, serveScriptedModel } from './scripted-model.js';

/** Who plays the model. */
export interface ModelSource {
  /** For the heading. */
  readonly description: string;
  /** A script does as it is told, so harm can be counted on; a real model may behave. */
  readonly isScripted: boolean;
  /** Connects for one run. The script counts only where no real model plays. */
  connect(script: ScriptedModel): Promise<ConnectedModel>;
}

/** A model for one run. */
export interface ConnectedModel extends AsyncDisposable {
  readonly client: OpenAI;
  readonly name: string;
  /** What went over the wire; known for a scripted model only. */
  readonly exchanges?: readonly Exchange[];
}

const DEFAULT_MODEL = 'gpt-5.4-mini';

/** The real model where `OPENAI_API_KEY` is set (`OPENAI_MODEL` says which), a scripted one otherwise. */
export function modelFrom(environment: NodeJS.ProcessEnv): ModelSource {
  const { OPENAI_API_KEY: apiKey, OPENAI_MODEL: name } = environment;
  return apiKey ? realModel(apiKey, name || DEFAULT_MODEL) : scriptedModel;
}

/** Plays each scenario's own script over HTTP on the loopback interface. */
export const scriptedModel: ModelSource = {
  description: 'a script behind the OpenAI wire format; set OPENAI_API_KEY for a real one',
  isScripted: true,
  async connect(script) {
    const server = await serveScriptedModel(script);
    return {
      client: new OpenAI({ baseURL: server.baseURL, apiKey: 'none', maxRetries: 0 }),
      name: 'scripted',
      exchanges: server.exchanges,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

function realModel(apiKey: string, name: string): ModelSource {
  return {
    description: `${name}; it may behave, so what follows only reports`,
    isScripted: false,
    connect: async () => ({ client: new OpenAI({ apiKey }), name, async [Symbol.asyncDispose]() {} }),
  };
}
