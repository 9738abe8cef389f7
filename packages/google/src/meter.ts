import { readsCalls } from '@actguard/core';
import type { GoogleGenAI } from '@google/genai';
import { type ApiClient, install } from './api-client.js';
import type { GoogleMeterOptions } from './google-meter-options.js';
import { googleMetering } from './google-metering.js';
import { withPlainRefusals } from './interactions.js';
import { meteredLive } from './live.js';
import { checkSdk } from './sdk-version.js';

/** Parts of a client that are made of its inner client alone. */
const PARTS = ['models', 'batches', 'caches', 'tunings', 'fileSearchStores'] as const;

/**
 * A copy of the client whose calls are charged to the budgets of the run around them, and refused where those are used up. The
 * given client stays as it is: go on with it to go without the meter. Metering a metered client gives one with these options.
 *
 * @throws {UsageError} for wrong options, or a client that cannot be metered
 */
export function meter<Client extends GoogleGenAI>(client: Client, options: GoogleMeterOptions = {}): Client {
  checkSdk(client);
  readsCalls();
  const { apiClient: api } = client as unknown as { readonly apiClient: ApiClient };
  const metering = googleMetering(options, api.isVertexAI());
  const metered = Object.create(api) as ApiClient;
  install(metered, api, () => metering);

  const copy = Object.create(client) as Client;
  const define = (name: string, value: unknown): void =>
    void Object.defineProperty(copy, name, { value, configurable: true, enumerable: true, writable: true });
  define('apiClient', metered);
  for (const part of PARTS) define(part, Reflect.construct(client[part].constructor, [metered]));
  define('chats', Reflect.construct(client.chats.constructor, [copy.models, metered]));
  define('live', meteredLive(client.live, metering));
  // The SDK makes it on demand, and keeps it here.
  define('_interactions', undefined);
  let interactions: GoogleGenAI['interactions'] | undefined;
  Object.defineProperty(copy, 'interactions', {
    configurable: true,
    get: () => {
      interactions ??= withPlainRefusals(Reflect.get(client.constructor.prototype, 'interactions', copy));
      return interactions;
    },
  });
  return copy;
}
