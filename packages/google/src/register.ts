/**
 * Meters every client of `@google/genai` in the process, also those that exist already, with the default options:
 * `import '@actguard/google/register'`. One that `meter` returned keeps its own options.
 *
 * It reaches the copies of the SDK that `@actguard/google` resolves to: the one for `import`, and the one for `require`.
 *
 * @throws {UsageError} on import, where the clients of the SDK cannot be metered
 *
 * @module
 */
import { createRequire } from 'node:module';
import { readsCalls } from '@actguard/core';
import { GoogleGenAI } from '@google/genai';
import { type ApiClient, install } from './api-client.js';
import { type GoogleMetering, googleMetering } from './google-metering.js';
import { plainly } from './interactions.js';
import { checkSdk } from './sdk-version.js';

readsCalls();
instrument(GoogleGenAI);
instrument((createRequire(import.meta.url)('@google/genai') as { GoogleGenAI: typeof GoogleGenAI }).GoogleGenAI);

function instrument(Client: typeof GoogleGenAI): void {
  // The inner client's class is not exported. Nothing is sent with this one.
  const client = new Client({ vertexai: false, apiKey: 'unused' });
  checkSdk(client);
  const { apiClient } = client as unknown as { readonly apiClient: ApiClient };
  const prototype = Object.getPrototypeOf(apiClient) as ApiClient;
  const known = new WeakMap<ApiClient, GoogleMetering>();
  install(prototype, prototype, (api) => {
    const metering = known.get(api) ?? googleMetering({}, api.isVertexAI());
    known.set(api, metering);
    return metering;
  });
  const interactions = Object.getPrototypeOf(client.interactions) as GoogleGenAI['interactions'];
  Object.defineProperty(interactions, 'create', {
    value: plainly(interactions.create),
    configurable: true,
    writable: true,
  });
}
