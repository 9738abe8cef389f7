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
  if (streamUsage !== undefined && typeof streamUsage !== 'boolean')
    throw new UsageError('meter: streamUsage must be true or false', {
      code: 'usage.meter',
      details: { option: 'streamUsage', value: streamUsage },
    });
  const provider = (client: AnyClient): string => options.provider ?? providerOf(client, isAzure(client));
  return {
    metering: (client) => ({ ...checked, provider: provider(client) }),
    operationOf: (path, client: AnyClient) =>
      operationOf(path, { provider: provider(client), options, deployment: deploymentOf(client) }),
  };
}

function isAzure(client: AnyClient): boolean {
  return typeof client.apiVersion === 'string' && 'deploymentName' in client;
}

function deploymentOf(client: AnyClient): string | undefined {
  return typeof client.deploymentName === 'string' && client.deploymentName !== '' ? client.deploymentName : undefined;
}
