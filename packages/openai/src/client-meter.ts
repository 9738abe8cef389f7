import { UsageError } from '@actguard/core';
import { type MeteredSdk, type Metering, meteringOf, type Operation } from '@actguard/metering';
import { type OpenAIMeterOptions, operationOf } from './operations.js';
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

/** @throws {UsageError} for wrong options */
export function clientMeter(options: OpenAIMeterOptions): ClientMeter {
  const checked = meteringOf('openai', options, ['streamUsage']);
  const { streamUsage } = options;
  const found = new FoundProviders();
  if (streamUsage !== undefined && typeof streamUsage !== 'boolean')
    throw new UsageError('meter: streamUsage must be true or false', {
      code: 'usage.meter',
      details: { option: 'streamUsage', value: streamUsage },
    });
  const provider = (client: AnyClient): string => options.provider ?? found.of(client);
  return {
    metering: (client) => ({ ...checked, provider: provider(client) }),
    operationOf: (path, client: AnyClient) =>
      operationOf(path, { provider: provider(client), options, deployment: deploymentOf(client) }),
  };
}

/** The providers of clients, by their addresses: reading one takes longer than all else of a call. */
class FoundProviders {
  readonly #found = new WeakMap<AnyClient, { readonly address: unknown; readonly provider: string }>();

  of(client: AnyClient): string {
    const { baseURL: address } = client;
    const known = this.#found.get(client);
    if (known !== undefined && known.address === address) return known.provider;
    const provider = providerOf(client, isAzure(client));
    this.#found.set(client, { address, provider });
    return provider;
  }
}

function isAzure(client: AnyClient): boolean {
  return typeof client.apiVersion === 'string' && 'deploymentName' in client;
}

function deploymentOf(client: AnyClient): string | undefined {
  return typeof client.deploymentName === 'string' && client.deploymentName !== '' ? client.deploymentName : undefined;
}
