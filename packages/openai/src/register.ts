/**
 * Meters every client of `openai` in the process, also those that exist already, with the default options:
 * `import '@actguard/openai/register'`. One that `meter` returned keeps its own options.
 *
 * It reaches the copies of the SDK that `@actguard/openai` resolves to: the one for `import`, and the one for `require`.
 *
 * @throws {UsageError} on import, where the clients of the SDK cannot be metered
 *
 * @module
 */
import { createRequire } from 'node:module';
import { instrumentStainless, type MeteredSdk } from '@actguard/metering';
import { OpenAI } from 'openai';
import { clientMeter } from './client-meter.js';
import { checkSdk } from './sdk-version.js';

// The copies that are loaded by `import` and by `require` are classes of their own.
const classes: readonly unknown[] = [OpenAI, requiredClass()];

for (const each of classes) {
  if (typeof each !== 'function') continue;
  const prototype = each.prototype as OpenAI & MeteredSdk;
  // A client that is never used: it shows whether those of this copy can be metered.
  checkSdk(new (each as typeof OpenAI)({ apiKey: 'none', baseURL: 'http://localhost' }));
  instrumentStainless(prototype, clientMeter({}));
}

function requiredClass(): unknown {
  try {
    return (createRequire(import.meta.url)('openai') as { readonly OpenAI?: unknown }).OpenAI;
  } catch {
    return undefined;
  }
}
