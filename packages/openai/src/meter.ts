import { type MeteredSdk, meterStainless } from '@actguard/metering';
import type { OpenAI } from 'openai';
import { clientMeter } from './client-meter.js';
import type { OpenAIMeterOptions } from './operations.js';
import { checkSdk } from './sdk-version.js';

/**
 * A copy of the client whose calls are charged to the budgets of the run around them, and refused where those are used up. The
 * given client stays as it is: go on with it to go without the meter.
 *
 * @throws {UsageError} for wrong options, or a client that cannot be metered
 */
export function meter<Client extends OpenAI>(client: Client, options: OpenAIMeterOptions = {}): Client {
  checkSdk(client);
  const { metering, operationOf } = clientMeter(options);
  return meterStainless<Client & MeteredSdk>(client as Client & MeteredSdk, metering, operationOf);
}
