import { type MeteredSdk, type MeterOptions, meteringOf, meterStainless } from '@actguard/metering';
import type { BaseAnthropic } from '@anthropic-ai/sdk';
import { operations } from './messages-operation.js';
import { checkSdk } from './sdk-version.js';

/**
 * A copy of the client whose calls are charged to the budgets of the run around them, and refused where those are used up. The
 * given client stays as it is: go on with it to go without the meter.
 *
 * @throws {UsageError} for wrong options, or a client that cannot be metered
 */
export function meter<Client extends BaseAnthropic>(client: Client, options: MeterOptions = {}): Client {
  const metering = meteringOf('anthropic', options);
  checkSdk(client);
  return meterStainless(client as Client & MeteredSdk, metering, operations(options));
}
