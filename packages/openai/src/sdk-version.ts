import { UsageError } from '@actguard/core';
import { missingInStainless } from '@actguard/metering';

/** Versions of `openai` that the meter was made for. */
export const SUPPORTED_SDK = '>=7.57.0 <8.0.0';

const warned = new Set<string>();

interface AnyClient {
  readonly [name: string]: unknown;
}

/**
 * Makes sure that what the meter builds on is there, and warns once where the version is not one that it was made for.
 *
 * @throws {UsageError} where a client could not be metered: letting its calls through unseen would be worse
 */
export function checkSdk(client: unknown): void {
  const missing = missingInStainless(client);
  if (missing !== undefined)
    throw new UsageError(
      `this is no client of openai that can be metered: it has no ${missing}; the meter supports ${SUPPORTED_SDK}`,
      { code: 'usage.sdk', details: { missing, supported: SUPPORTED_SDK } },
    );
  const version = versionOf(client as AnyClient);
  if (isSupported(version) || warned.has(version)) return;
  warned.add(version);
  process.emitWarning(
    `openai ${version} was not tested with @actguard/openai, which supports ${SUPPORTED_SDK}: check that its calls are charged`,
    { type: 'ActGuardWarning', code: 'ACTGUARD_SDK_VERSION' },
  );
}

// Of the very client: a process can have several copies of the SDK.
function versionOf(client: AnyClient): string {
  const agent = client['getUserAgent'];
  const name = typeof agent === 'function' ? String(agent.call(client)) : '';
  return /\/JS (\S+)/.exec(name)?.[1] ?? 'of an unknown version';
}

function isSupported(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major === 7 && minor !== undefined && minor >= 57;
}
