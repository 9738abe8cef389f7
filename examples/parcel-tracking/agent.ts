import { Agent, CircuitBreaker, inject, Tool } from '@actguard/core';
import * as v from 'valibot';
import { Carrier } from './world.js';

const Parcel = v.object({ trackingId: v.string() });

/** Answers where parcels are. It asks a carrier whose service is sometimes down. */
@Agent()
export class ParcelAgent {
  readonly #carrier: Carrier;

  constructor(carrier = inject(Carrier)) {
    this.#carrier = carrier;
  }

  // Three failures in a row, of whichever parcel, and the carrier is left alone for five minutes. Then one call may probe:
  // if it gets an answer, all may call again.
  @Tool({ description: 'Say where a parcel is.', input: Parcel })
  @CircuitBreaker({ name: 'carrier', maxFails: 3, resetTimeout: '5m' })
  async track({ trackingId }: v.InferOutput<typeof Parcel>) {
    return this.#carrier.track(trackingId);
  }
}
