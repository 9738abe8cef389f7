import { UsageError } from '@actguard/core';
import { missingInStainless } from '@actguard/metering';

/** Versions of `@anthropic-ai/sdk` that the meter was made for. */
export const SUPPORTED_SDK = '>=1.12.0 <2.0.0';

const warned = new Set<string>();

/**
 * Makes sure that what the meter builds on is there, and warns once where the version is not one that it was made for.
 *
 * @throws {UsageError} where a client could not be metered: letting its calls through unseen would be worse
 */
export function checkSdk(client: unknown): void {
  const missing = missingInStainless(client, ['_responseProps']);
  if (missing !== undefined)
    throw new UsageError(
      `this is no client of @anthropic-ai/sdk that can be metered: it has no ${missing}; the meter supports ${SUPPORTED_SDK}`,
      { code: 'usage.sdk', details: { missing, supported: SUPPORTED_SDK } },
    );
  const version = versionOf(client as AnyClient);
  if (isSupported(version) || warned.has(version)) return;
  warned.add(version);
  process.emitWarning(
    `@anthropic-ai/sdk ${version} was not tested with @actguard/anthropic, which supports ${SUPPORTED_SDK}: check that its calls are charged`,
    { type: 'ActGuardWarning', code: 'ACTGUARD_SDK_VERSION' },
  );
}

interface AnyClient {
  readonly [name: string]: unknown;
  getUserAgent?(): unknown;
}

function versionOf(client: AnyClient): string {
  const agent = typeof client.getUserAgent === 'function' ? String(client.getUserAgent()) : '';
  return /\/JS (\S+)/.exec(agent)?.[1] ?? 'of an unknown version';
}

function isSupported(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major === 1 && minor !== undefined && minor >= 12;
}
