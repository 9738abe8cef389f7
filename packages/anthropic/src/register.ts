/**
 * Meters every client of `@anthropic-ai/sdk` in the process, also those that exist already, with the default options:
 * `import '@actguard/anthropic/register'`. One that `meter` returned keeps its own options.
 *
 * It reaches the copies of the SDK that `@actguard/anthropic` resolves to: the one for `import`, and the one for `require`.
 *
 * @throws {UsageError} on import, where the clients of the SDK cannot be metered
 *
 * @module
 */
import { createRequire } from 'node:module';
import { instrumentStainless, meteringOf } from '@actguard/metering';
import { BaseAnthropic } from '@anthropic-ai/sdk';
import { operations } from './messages-operation.js';
import { checkSdk } from './sdk-version.js';

// A package that is loaded by `import` and one that is loaded by `require` are two copies, each with a class of its own.
const required = createRequire(import.meta.url)('@anthropic-ai/sdk') as {
  readonly BaseAnthropic: typeof BaseAnthropic;
};

for (const Client of new Set([BaseAnthropic, required.BaseAnthropic])) {
  // Nothing is sent: it only shows what the clients of this copy have.
  checkSdk(new Client({ apiKey: 'none' }));
  instrumentStainless(Client.prototype, {
    metering: meteringOf('anthropic', {}),
    operationOf: operations({}),
  });
}
