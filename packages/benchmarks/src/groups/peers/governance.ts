import {
  AgentMeshClient,
  GenericFrameworkAdapter,
  PolicyEngine,
  type PolicyRule,
} from '@microsoft/agent-governance-sdk';
import type { Call } from '../../measure/loop.js';
import { QUERY, Shop } from '../shop.js';

const RULES: PolicyRule[] = [
  { action: 'orders.*', effect: 'deny' },
  { action: 'admin.*', effect: 'deny' },
  { action: 'shop.search', effect: 'allow' },
  { action: '*', effect: 'deny' },
];
// Half of the 10,000 entries from which on every new one copies the whole log.
const CALLS_PER_CLIENT = 5000;

const newClient = (): AgentMeshClient => AgentMeshClient.create('shop', { policyRules: RULES });

/** Its rules alone, and the call. */
export function evaluated(): Call {
  const engine = new PolicyEngine(RULES);
  const shop = new Shop();
  return () => {
    if (engine.evaluate('shop.search') !== 'allow') throw new Error('denied');
    return shop.search(QUERY);
  };
}

/** Rules, trust and audit log, and the call. With `isYoung`, by clients whose log is still short. */
export function governed(isYoung: boolean): Call {
  let client = newClient();
  const shop = new Shop();
  return async (index) => {
    if (isYoung && index % CALLS_PER_CLIENT === 0) client = newClient();
    const { decision } = await client.executeWithGovernance('shop.search');
    if (decision !== 'allow') throw new Error('denied');
    return shop.search(QUERY);
  };
}

/** The call as its adapter for frameworks runs it. */
export function adapted(): Call {
  let adapter = new GenericFrameworkAdapter(newClient());
  const shop = new Shop();
  return async (index) => {
    if (index % CALLS_PER_CLIENT === 0) adapter = new GenericFrameworkAdapter(newClient());
    const result = await adapter.run({ name: 'search', kind: 'tool_call', action: 'shop.search' }, () =>
      shop.search(QUERY),
    );
    if (!result.allowed) throw new Error('denied');
    return result.output;
  };
}
