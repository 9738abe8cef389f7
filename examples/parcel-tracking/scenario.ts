import type { Scenario } from '../runner/scenario.js';
import { ParcelAgent } from './agent.js';
import { stubbornModel } from './script.js';
import { Carrier } from './world.js';

/** A model that hammers a service which is down. */
export const parcelTracking: Scenario<Carrier> = {
  name: 'parcel-tracking',
  problem: 'Endless retries',
  title: 'a service that is down, hammered until it blocks the account',
  story:
    'A customer asks for two parcels while the carrier is down. The model tries until the carrier blocks the account, so ' +
    'the same question fails ten minutes later too, when everything works again.',

  createWorld: () => new Carrier(),
  agents: [ParcelAgent],
  providers: (carrier) => [{ provide: Carrier, useValue: carrier }],
  plainAgents: (carrier) => [new ParcelAgent(carrier)],
  clock: ({ clock }) => clock,

  userId: 'lena',
  systemPrompt: 'You tell customers where their parcels are. Be brief.',
  turns: [
    { says: 'Where are my parcels PX-4471 and PX-4490?' },
    { meanwhile: ({ clock }) => clock.advance(10 * 60_000), says: 'Can you say more now?' },
  ],
  model: stubbornModel,

  outcome({ isAccountBlocked, requestsWhileDown }) {
    return `${requestsWhileDown} requests while the carrier was down, account ${isAccountBlocked ? 'blocked' : 'in good standing'}`;
  },
  harm({ isAccountBlocked, requestsWhileDown }) {
    if (!isAccountBlocked) return undefined;
    return `the carrier blocked the account after ${requestsWhileDown} failed requests in a row`;
  },
};
