import { AgentHost } from '@actguard/core';
import { expect, test } from '@jest/globals';
import { ParcelAgent } from './agent.js';
import { Carrier } from './world.js';

const MINUTE = 60_000;

async function service(body: (track: (trackingId?: string) => Promise<unknown>, carrier: Carrier) => Promise<void>) {
  const carrier = new Carrier();
  await using host = await AgentHost.create({
    agents: [ParcelAgent],
    providers: [{ provide: Carrier, useValue: carrier }],
    clock: carrier.clock,
  });
  // Each call in a run of its own: the carrier is the same for all customers.
  const track = (trackingId = 'PX-4471') => host.run((run) => run.get(ParcelAgent).track({ trackingId }));
  await body(track, carrier);
}

async function failThrice(track: () => Promise<unknown>) {
  for (let count = 0; count < 3; count++) await expect(track()).rejects.toMatchObject({ status: 503 });
}

test('leaves the carrier alone after three failures in a row', () =>
  service(async (track, carrier) => {
    await failThrice(track);
    for (const parcel of ['PX-4471', 'PX-4490']) {
      await expect(track(parcel)).rejects.toMatchObject({ code: 'guard.circuit_open', retryAfterMs: 5 * MINUTE });
    }
    expect(carrier).toMatchObject({ requestsWhileDown: 3, isAccountBlocked: false });
  }));

test('lets one call probe after five minutes, and waits again where it fails', () =>
  service(async (track, carrier) => {
    await failThrice(track);
    await carrier.clock.advance(5 * MINUTE);
    await expect(track()).rejects.toMatchObject({ status: 503 });
    await expect(track()).rejects.toMatchObject({ code: 'guard.circuit_open' });
    expect(carrier.requestsWhileDown).toBe(4);

    await carrier.clock.advance(5 * MINUTE - 1);
    await expect(track()).rejects.toMatchObject({ code: 'guard.circuit_open', retryAfterMs: 1 });
    await carrier.clock.advance(1);
    await expect(track()).resolves.toMatchObject({ trackingId: 'PX-4471' });
    await expect(track('PX-4490')).resolves.toMatchObject({ trackingId: 'PX-4490' });
  }));

test('goes on asking where only the parcel is unknown', () =>
  service(async (track, carrier) => {
    await carrier.clock.advance(10 * MINUTE);
    for (let count = 0; count < 5; count++) await expect(track('PX-0000')).rejects.toMatchObject({ status: 404 });
    await expect(track()).resolves.toMatchObject({ trackingId: 'PX-4471' });
  }));
