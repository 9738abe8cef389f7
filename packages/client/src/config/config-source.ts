import { readFileSync } from 'node:fs';
import type { ClientOptions } from './client-options.js';
import { optionsFromKeys } from './file-keys.js';
import { configurationError, readSettings } from './settings.js';

/** The environment variable that holds a configuration, or the path of one. */
export const CONFIG_VARIABLE = 'ACTGUARD_CONFIG';

/**
 * Reads options from a file with one JSON object.
 *
 * @throws {UsageError} where it cannot be read, is no JSON object, or holds wrong options
 */
export function optionsFromFile(path: string): ClientOptions {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw configurationError(
      [{ option: 'path', message: `the file cannot be read (${code ?? 'error'})` }],
      'Client.fromFile',
    );
  }
  const parsed = jsonObject(text);
  if (parsed === undefined)
    throw configurationError([{ option: 'path', message: 'the file must hold one JSON object' }], 'Client.fromFile');
  return checked(parsed);
}

/**
 * Reads options from `ACTGUARD_CONFIG`: base64 of one JSON object, or the path of a file that holds one. Unset or empty: no
 * options.
 *
 * @throws {UsageError} where it is neither, or holds wrong options; the value is not in the message
 */
export function optionsFromEnvironment(environment: NodeJS.ProcessEnv): ClientOptions {
  const value = environment[CONFIG_VARIABLE]?.trim();
  if (value === undefined || value === '') return {};
  const decoded = /^[A-Za-z0-9+/_-]+=*$/.test(value)
    ? jsonObject(Buffer.from(value, 'base64').toString('utf8'))
    : undefined;
  if (decoded !== undefined) return checked(decoded);
  let text: string | undefined;
  try {
    text = readFileSync(value, 'utf8');
  } catch {
    // The reason may show the value, and the value may be a broken configuration with the key in it.
  }
  const parsed = text === undefined ? undefined : jsonObject(text);
  if (parsed === undefined) {
    const message =
      text === undefined
        ? 'is neither base64 of a JSON object nor the path of a file that can be read'
        : 'is the path of a file that does not hold one JSON object';
    throw configurationError([{ option: CONFIG_VARIABLE, message }], 'Client.fromEnv');
  }
  return checked(parsed);
}

// Names are checked together with values, so that all that is wrong is told at once.
function checked(keys: Readonly<Record<string, unknown>>): ClientOptions {
  const { options, problems } = optionsFromKeys(keys);
  if (problems.length > 0) readSettings(options, problems);
  return options;
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
