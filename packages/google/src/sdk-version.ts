import { UsageError } from '@actguard/core';

/** Versions of `@google/genai` that the meter was made for. */
export const SUPPORTED_SDK = '>=3.1.0 <4.0.0';

const SDK = '@google/genai';
const warned = new Set<string>();

/**
 * Makes sure that what the meter builds on is there, and warns once where the version is not one that it was made for.
 *
 * @throws {UsageError} where a client could not be metered: letting its calls through unseen would be worse
 */
export function checkSdk(client: unknown): void {
  const missing = missingIn(client);
  if (missing !== undefined) throw unsupported(`it has no ${missing}`, missing);
  const version = versionOf((client as { readonly apiClient: Methods }).apiClient);
  if (isSupported(version) || warned.has(version)) return;
  warned.add(version);
  process.emitWarning(
    `${SDK} ${version} was not tested with @actguard/google, which supports ${SUPPORTED_SDK}: check that its calls are charged`,
    { type: 'ActGuardWarning', code: 'ACTGUARD_SDK_VERSION' },
  );
}

/** The client does something that the meter did not see. */
export function unsupported(why: string, missing: string): UsageError {
  return new UsageError(
    `this is no client of ${SDK} that can be metered: ${why}; the meter supports ${SDK} ${SUPPORTED_SDK}`,
    { code: 'usage.sdk', details: { missing, supported: SUPPORTED_SDK } },
  );
}

type Methods = Readonly<Record<string, unknown>>;

function missingIn(client: unknown): string | undefined {
  if (typeof client !== 'object' || client === null) return 'apiClient';
  const { apiClient } = client as { readonly apiClient?: Methods };
  if (typeof apiClient !== 'object' || apiClient === null) return 'apiClient';
  for (const method of ['apiCall', 'request', 'requestStream', 'getFetch', 'isVertexAI', 'getDefaultHeaders'])
    if (typeof apiClient[method] !== 'function') return `apiClient.${method}()`;
  // Each part sends through the inner client: a part that has another, or none, would get past the meter.
  for (const part of ['models', 'chats', 'batches', 'caches', 'tunings', 'fileSearchStores']) {
    const given = (client as Methods)[part] as { readonly apiClient?: unknown } | null | undefined;
    if (given?.apiClient !== apiClient) return `${part}.apiClient`;
  }
  const { live } = client as { readonly live?: { readonly connect?: unknown } };
  return typeof live?.connect === 'function' ? undefined : 'live.connect()';
}

function versionOf(api: Methods): string {
  const headers: unknown = (api['getDefaultHeaders'] as () => unknown).call(api);
  return /google-genai-sdk\/(\S+)/.exec(JSON.stringify(headers) ?? '')?.[1] ?? 'of an unknown version';
}

function isSupported(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major === 3 && minor !== undefined && minor >= 1;
}
