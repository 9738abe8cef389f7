import { serverBinary } from './server-binary.js';

/** What this machine offers, and what was asked of it. */
export interface Surroundings {
  readonly binary: string | undefined;
  readonly url: string | undefined;
  readonly required: boolean;
}

export function surroundings(env: NodeJS.ProcessEnv = process.env): Surroundings {
  return {
    binary: serverBinary(env['PATH']),
    url: env['REDIS_URL'] || undefined,
    required: env['ACTGUARD_REDIS'] === 'required',
  };
}

/** Why suites that need a server are skipped, any server will do; `undefined` where they are not. */
export function whyNoRedis({ binary, url, required }: Surroundings): string | undefined {
  return binary || url || required ? undefined : 'no valkey-server or redis-server on PATH and no REDIS_URL';
}

/** Why suites that kill and restart a server are skipped; `undefined` where they are not. */
export function whyNoOwnRedis({ binary, required }: Surroundings): string | undefined {
  return binary || required ? undefined : 'no valkey-server or redis-server on PATH';
}
