import { measurePairs } from '../../measure/pairs.js';
import type { Readings, TimeBudget } from '../../measure/readings.js';
import { CHUNKS } from './answers.js';
import { loopbackClient, stubbedClient, type Wrapper, wrapped } from './clients.js';

const BODY = { model: 'gpt-5', messages: [{ role: 'user' as const, content: 'Where are blue shoes?' }] };
/** A call takes a thousand times as long as what is looked for. */
const LONGER = 6;

type Client = Awaited<ReturnType<typeof wrapped>>['client'];

const complete = (client: Client) => () => client.chat.completions.create(BODY);

function stream(client: Client): () => Promise<void> {
  const body = { ...BODY, stream: true as const, stream_options: { include_usage: true } };
  return async () => {
    let chunks = 0;
    for await (const _ of await client.chat.completions.create(body)) chunks++;
    if (chunks !== CHUNKS) throw new Error(`${chunks} chunks instead of ${CHUNKS}`);
  };
}

/** The client with something around it against the client alone, call by call. */
export async function measureClient(
  wrapper: Wrapper,
  kind: 'call' | 'stream',
  over: 'stub' | 'loopback',
  { warmUpMs, measureMs }: TimeBudget,
): Promise<Readings> {
  const plain = over === 'stub' ? stubbedClient() : await loopbackClient();
  const { client, within, check } = await wrapped(plain, wrapper);
  const act = kind === 'call' ? complete : stream;
  const budget = { warmUpMs: warmUpMs * LONGER, measureMs: measureMs * LONGER };
  const readings = await within(() => measurePairs(act(client), act(plain), budget));
  check();
  if (kind === 'call') return readings;
  const { ratio = 0, ns = 0, baseNs = 0, overNs = 0, bytes = 0 } = readings;
  return { ratio, ns: ns / CHUNKS, baseNs: baseNs / CHUNKS, overNs: overNs / CHUNKS, bytes: bytes / CHUNKS };
}
