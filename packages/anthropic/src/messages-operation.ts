import type { MeterOptions, Operation, RequestBody } from '@actguard/metering';
import { MessageReader } from './message-reader.js';
import { boundOf, paysSearchesOnly } from './request-bound.js';

/** `POST /v1/messages`, also of the beta. Counting tokens is free, and batches are billed apart, later. */
const MESSAGES = /\/v1\/messages(?:\?|$)/;

/** Finds what a path bills. */
export function operations(options: MeterOptions): (path: string) => Operation | undefined {
  const messages: Operation = {
    name: 'messages',
    model: pricedModel,
    bound: (body) => boundOf(body, options),
    withOutputCap: (body, cap) => ({ ...body, max_tokens: cap }),
    reader: (_, body) => new MessageReader(paysSearchesOnly(body)),
  };
  return (path) => (MESSAGES.test(path) ? messages : undefined);
}

/**
 * The model as its price is asked for. Fast mode and a region cost more than the model's own price, so a call with one of them
 * has a price of its own: `MODEL:fast`, `MODEL:us`.
 */
function pricedModel(body: RequestBody): string {
  const { model, speed, inference_geo: region } = body;
  const parts = [typeof model === 'string' ? model : 'unknown'];
  if (speed === 'fast') parts.push('fast');
  if (typeof region === 'string' && region !== 'global') parts.push(region);
  return parts.join(':');
}
