import { UsageError } from '@actguard/core';
import { type MeteredSdk, type Metering, meteringOf, type Operation } from '@actguard/metering';
import { type OpenAIMeterOptions, operationsOf } from './operations.js';
import { providerOf } from './provider-name.js';

/** What is looked at of a client. */
interface AnyClient extends MeteredSdk {
  readonly baseURL?: unknown;
  /** Only clients for Azure have these. */
  readonly apiVersion?: unknown;
  readonly deploymentName?: unknown;
}

/** How clients are metered with these options; each is asked for its own address, since copies may have another. */
export interface ClientMeter {
  metering(client: MeteredSdk): Metering;
  operationOf(path: string, client: MeteredSdk): Operation | undefined;
}

/** What follows from the address of a client and its options. */
interface Known {
  readonly address: unknown;
  readonly deployment: string | undefined;
  readonly metering: Metering;
  readonly operationOf: (path: string) => Operation | undefined;
}

/** @throws {UsageError} for wrong options */
export function clientMeter(options: OpenAIMeterOptions): ClientMeter {
  const checked = meteringOf('openai', options, ['streamUsage']);
  const { streamUsage } = options;
  if (streamUsage !== undefined && typeof streamUsage !== 'boolean')
    throw new UsageError('meter: streamUsage must be true or false', {
      code: 'usage.meter',
      details: { option: 'streamUsage', value: streamUsage },
    });
  // Reading an address takes longer than all else of a call.
  const found = new WeakMap<AnyClient, Known>();
  const knownOf = (client: AnyClient): Known => {
    const address = client.baseURL;
    const deployment = deploymentOf(client);
    const known = found.get(client);
    if (known !== undefined && known.address === address && known.deployment === deployment) return known;
    const provider = options.provider ?? providerOf(client, isAzure(client));
    const operationOf = operationsOf({ provider, options, deployment });
    const fresh: Known = { address, deployment, metering: { ...checked, provider }, operationOf };
    found.set(client, fresh);
    return fresh;
  };
  return {
    metering: (client) => knownOf(client).metering,
    operationOf: (path, client) => knownOf(client).operationOf(path),
  };
}

function isAzure(client: AnyClient): boolean {
  return typeof client.apiVersion === 'string' && 'deploymentName' in client;
}

function deploymentOf(client: AnyClient): string | undefined {
  return typeof client.deploymentName === 'string' && client.deploymentName !== '' ? client.deploymentName : undefined;
}
