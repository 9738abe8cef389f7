import { tokenUsage } from '@actguard/core';
import type { Operation } from '@actguard/metering';

/**
 * What is billed by other things than tokens, or at another time. A hard budget refuses it; a budget that is used up, too. Else
 * it passes, charged what its price says of a call, and marked as an estimate.
 */
export function unmeteredOperation(name: string, model: string): Operation {
  return {
    name,
    model: () => model,
    bound: () => ({ inputTokens: 0, outputTokens: 0, unbounded: `the usage of ${name} is not metered` }),
    withOutputCap: (body) => body,
    reader: () => ({
      read: () => true,
      usage: tokenUsage({}),
      isFinal: false,
      model: undefined,
      outputLength: 0,
    }),
  };
}
