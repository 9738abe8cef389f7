import type { Case, Group } from '../measure/readings.js';
import type { Wrapper } from './metering/clients.js';

const TITLES: Readonly<Record<Wrapper, string>> = {
  none: 'nothing (the noise)',
  meter: '`meter` of @actguard/openai',
  'meter-hard': '`meter`, in a hard budget',
  langfuse: 'langfuse `observeOpenAI`, no OpenTelemetry provider: it records nothing',
  'langfuse-otel': 'langfuse `observeOpenAI`, OpenTelemetry SDK, spans thrown away',
};

const TABLES = {
  stub: {
    call: 'The openai client, nothing sent: time that is added to a call',
    stream: 'The openai client, nothing sent: time that is added to a streamed chunk',
  },
  loopback: {
    call: 'The openai client and a server on loopback: time that is added to a call',
    stream: 'The openai client and a server on loopback: time that is added to a streamed chunk',
  },
} as const;

function client(wrapper: Wrapper, kind: 'call' | 'stream', over: 'stub' | 'loopback'): Case {
  return {
    name: `${over}-${kind}-${wrapper}`,
    title: TITLES[wrapper],
    table: TABLES[over][kind],
    measure: async (budget) => (await import('./metering/calls.js')).measureClient(wrapper, kind, over, budget),
  };
}

const ALL: readonly Wrapper[] = ['none', 'meter', 'meter-hard', 'langfuse', 'langfuse-otel'];
const SOME: readonly Wrapper[] = ['none', 'meter', 'langfuse-otel'];

/** What a wrapper around the client of a provider adds. */
export const metering: Group = {
  name: 'metering',
  title: 'Metering a model client',
  rounds: 2,
  cases: [
    ...ALL.map((wrapper) => client(wrapper, 'call', 'stub')),
    ...ALL.map((wrapper) => client(wrapper, 'stream', 'stub')),
    ...SOME.map((wrapper) => client(wrapper, 'call', 'loopback')),
    ...SOME.map((wrapper) => client(wrapper, 'stream', 'loopback')),
  ],
};
