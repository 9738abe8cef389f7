/** Why a request had no usable answer. `http` is an answer with a status that says so. */
export type TransportFailureKind = 'http' | 'redirect' | 'timeout' | 'connection' | 'ssl_cert' | 'response' | 'unknown';

/** How a request failed, after all attempts. */
export interface TransportFailure {
  readonly kind: TransportFailureKind;
  /** The status of the last answer; `undefined` where there was none. */
  readonly status: number | undefined;
  /** The JSON of the last answer, where it had any. */
  readonly body: unknown;
  /** One sentence, without secrets. */
  readonly summary: string;
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfterMs: number | undefined;
  readonly cause: unknown;
}

/** These say that the request is wrong, not that the gateway is: repeating it changes nothing. */
const REFUSING_STATUSES: ReadonlySet<number> = new Set([400, 401, 402, 403, 409, 413, 422]);

/** Whether another attempt may end in another way. */
export function isWorthRepeating({ kind, status }: TransportFailure): boolean {
  if (kind === 'redirect' || kind === 'ssl_cert') return false;
  return status === undefined || kind !== 'http' || !REFUSING_STATUSES.has(status);
}

/** Whether the gateway says that the client is set up wrongly. No outage: it would not pass. */
export function isConfigurationFailure({ kind, status }: TransportFailure): boolean {
  return kind === 'http' && (status === 400 || status === 401 || status === 403 || status === 422);
}

/** What kind of failure was thrown by `fetch`. Names, codes and classes along the causes; texts are not looked at. */
export function kindOfThrown(thrown: unknown): TransportFailureKind {
  for (const error of causesOf(thrown)) {
    const { code, name } = error as { code?: unknown; name?: unknown };
    if (typeof code === 'string') {
      if (CERTIFICATE_CODE.test(code)) return 'ssl_cert';
      if (TIMEOUT_CODES.has(code)) return 'timeout';
      if (CONNECTION_CODE.test(code)) return 'connection';
    }
    if (name === 'TimeoutError') return 'timeout';
  }
  // What `fetch` throws where the network failed it.
  const names = causesOf(thrown).map((error) => (error as { name?: unknown }).name);
  return names.some((name) => name === 'NetworkError' || name === 'TypeError') ? 'connection' : 'unknown';
}

const CERTIFICATE_CODE =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY|DECRYPT)|HOSTNAME_MISMATCH$|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$)/;
const TIMEOUT_CODES: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
const CONNECTION_CODE = /^(E[A-Z_]+|UND_ERR_[A-Z_]+|HPE_[A-Z_]+)$/;

/** The deepest cause, which says what really happened: its name and code. Messages may hold anything. */
export function summaryOfThrown(thrown: unknown): string {
  const { name, code } = (causesOf(thrown).at(-1) ?? {}) as { name?: unknown; code?: unknown };
  const said = [name, code].map((text) => (typeof text === 'string' && /^\w{1,64}$/.test(text) ? text : undefined));
  const [error = 'an unknown error'] = said;
  return said[1] === undefined ? error : `${error} (${said[1]})`;
}

function causesOf(thrown: unknown): unknown[] {
  const chain: unknown[] = [];
  let current: unknown = thrown;
  while (typeof current === 'object' && current !== null && chain.length < 8 && !chain.includes(current)) {
    chain.push(current);
    const { cause, errors } = current as { cause?: unknown; errors?: unknown };
    // A host with several addresses fails with all of them together.
    current = cause ?? (Array.isArray(errors) ? (errors as unknown[])[0] : undefined);
  }
  return chain;
}
