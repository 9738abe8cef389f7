import type { FailureKind } from './failure-kind.js';

/**
 * What a thrown value turned out to be: trouble of the dependency, a refusal (or wrong use) of ActGuard itself, or a
 * cancellation by the caller. The last two say nothing about the dependency.
 */
export type FailureVerdict = FailureKind | 'refusal' | 'aborted';

type Table<Kind extends FailureVerdict = FailureVerdict> = ReadonlyMap<string, Kind>;

/**
 * Kind of an HTTP status, or undefined below 400 and for what is not a status (RFC 9110 §15; 425: RFC 8470 §5.2).
 *
 * 408 and 504 say that time ran out, 529 is Anthropic's "overloaded". 425 (too early) objects to how this one request was
 * sent, so it is `invalid` like the other 4xx: it comes from a server that works.
 */
export function httpKind(status: unknown): FailureKind | undefined {
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 400 || status > 599) return undefined;
  return HTTP_STATUS.get(status) ?? (status >= 500 ? 'overloaded' : 'invalid');
}

const HTTP_STATUS: ReadonlyMap<number, FailureKind> = new Map<number, FailureKind>([
  [401, 'auth'],
  [403, 'auth'],
  [404, 'not_found'],
  [407, 'auth'],
  [408, 'timeout'],
  [409, 'conflict'],
  [410, 'not_found'],
  [412, 'conflict'],
  [429, 'throttled'],
  [504, 'timeout'],
]);

/** Longest code that any table knows; longer ones are not looked up. */
const MAX_CODE_LENGTH = 64;

/** Kind of a string `code` of Node, undici, OpenSSL, a gRPC status name, an AWS error or a provider's quota. */
export function codeKind(code: unknown): FailureVerdict | undefined {
  if (typeof code !== 'string' || code.length > MAX_CODE_LENGTH) return undefined;
  const known = SYSTEM_CODES.get(code) ?? GRPC_NAMES.get(code) ?? AWS_CODES.get(code);
  if (known !== undefined) return known;
  // Every HTTP parser (llhttp) and OpenSSL error has a code of its own: what arrived was no HTTP, or no TLS.
  return code.startsWith('HPE_') || code.startsWith('ERR_SSL_') ? 'transport' : undefined;
}

/**
 * Node system and DNS errors (nodejs.org/api/errors.html, dns.html#error-codes), X509 errors (tls.html), undici's
 * (undici `docs/api/Errors.md`), axios' for cancellation and network failure.
 */
const SYSTEM_CODES: Table = tableOf({
  transport: `ECONNRESET ECONNREFUSED ECONNABORTED EPIPE EPROTO ENOTCONN ESHUTDOWN EADDRNOTAVAIL
    EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENETRESET
    ENOTFOUND EAI_AGAIN EAI_FAIL EAI_NODATA EAI_NONAME ENODATA ESERVFAIL EREFUSED
    ERR_STREAM_PREMATURE_CLOSE ERR_SOCKET_CLOSED ERR_NETWORK
    ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_SESSION_ERROR ERR_HTTP2_STREAM_ERROR ERR_HTTP2_INVALID_SESSION
    UND_ERR_SOCKET UND_ERR_CLOSED UND_ERR_DESTROYED UND_ERR_INFO UND_ERR_PRX_TLS
    UND_ERR_HEADERS_OVERFLOW UND_ERR_RES_CONTENT_LENGTH_MISMATCH UND_ERR_BPL_MISSING_UPSTREAM
    ERR_TLS_CERT_ALTNAME_INVALID DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN
    UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE
    UNABLE_TO_GET_CRL UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY
    CERT_SIGNATURE_FAILURE CERT_NOT_YET_VALID CERT_HAS_EXPIRED CERT_CHAIN_TOO_LONG CERT_REVOKED CERT_UNTRUSTED
    CERT_REJECTED INVALID_CA INVALID_PURPOSE PATH_LENGTH_EXCEEDED HOSTNAME_MISMATCH`,
  timeout: `ETIMEDOUT ESOCKETTIMEDOUT ETIMEOUT ERR_SOCKET_CONNECTION_TIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT
    UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT`,
  aborted: 'ABORT_ERR UND_ERR_ABORT UND_ERR_ABORTED ERR_CANCELED',
  invalid: `ERR_INVALID_URL ERR_INVALID_PROTOCOL UND_ERR_INVALID_ARG UND_ERR_NOT_SUPPORTED
    UND_ERR_REQ_CONTENT_LENGTH_MISMATCH insufficient_quota`,
});

/** Status names in the order of their numbers, `google/rpc/code.proto`; kinds follow the HTTP status it maps each to. */
const GRPC_STATUS: readonly (readonly [string, FailureVerdict | undefined])[] = [
  ['OK', undefined],
  ['CANCELLED', 'aborted'],
  ['UNKNOWN', undefined],
  ['INVALID_ARGUMENT', 'invalid'],
  ['DEADLINE_EXCEEDED', 'timeout'],
  ['NOT_FOUND', 'not_found'],
  ['ALREADY_EXISTS', 'conflict'],
  ['PERMISSION_DENIED', 'auth'],
  ['RESOURCE_EXHAUSTED', 'overloaded'],
  ['FAILED_PRECONDITION', 'invalid'],
  ['ABORTED', 'conflict'],
  ['OUT_OF_RANGE', 'invalid'],
  ['UNIMPLEMENTED', 'invalid'],
  ['INTERNAL', 'overloaded'],
  ['UNAVAILABLE', 'transport'],
  ['DATA_LOSS', 'overloaded'],
  ['UNAUTHENTICATED', 'auth'],
];

const GRPC_NAMES: Table = new Map(GRPC_STATUS.flatMap(([name, kind]) => (kind === undefined ? [] : [[name, kind]])));

/** Kind of a numeric gRPC status, or undefined where it says nothing (`OK`, `UNKNOWN`, out of range). */
export function grpcKind(code: unknown): FailureVerdict | undefined {
  return typeof code === 'number' ? GRPC_STATUS[code]?.[1] : undefined;
}

/** Kind of an AWS error by its name (SDK v3) or code (v2, S3-compatible stores). */
export function awsKind(name: unknown): FailureVerdict | undefined {
  return typeof name === 'string' ? AWS_CODES.get(name) : undefined;
}

/**
 * Throttling and time-outs as in `@smithy/service-error-classification`, the rest from the "Common Errors" page of the AWS
 * API references, S3's error list, DynamoDB and Bedrock. A quota is `invalid`: repeating the call does not help.
 */
const AWS_CODES: Table = tableOf({
  throttled: `BandwidthLimitExceeded EC2ThrottledException LimitExceededException PriorRequestNotComplete
    ProvisionedThroughputExceededException RequestLimitExceeded RequestThrottled RequestThrottledException SlowDown
    ThrottledException Throttling ThrottlingException TooManyRequests TooManyRequestsException`,
  timeout: 'RequestTimeout RequestTimeoutException ModelTimeoutException',
  overloaded: `InternalError InternalFailure InternalServerError InternalServerException InternalServiceError
    ServiceUnavailable ServiceUnavailableException ModelNotReadyException ModelStreamErrorException`,
  auth: `AccessDenied AccessDeniedException AuthFailure CredentialsProviderError ExpiredToken ExpiredTokenException
    IncompleteSignature InvalidAccessKeyId InvalidClientTokenId InvalidSignatureException InvalidToken
    MissingAuthenticationToken NotAuthorized NotAuthorizedException OptInRequired RequestExpired RequestInTheFuture
    RequestTimeTooSkewed SignatureDoesNotMatch UnauthorizedException UnauthorizedOperation UnrecognizedClientException`,
  not_found: 'NoSuchBucket NoSuchEntity NoSuchKey NoSuchUpload NotFoundException ResourceNotFoundException',
  conflict: `ConditionalCheckFailedException ConflictException OperationAborted PreconditionFailed
    ResourceInUseException TransactionCanceledException TransactionConflictException TransactionInProgressException`,
  invalid: `InvalidParameterException InvalidParameterValue InvalidRequestException MalformedQueryString
    MissingParameter SerializationException ServiceQuotaExceededException ValidationError ValidationException`,
});

/** Kind of a PostgreSQL SQLSTATE: the whole code, else its class (PostgreSQL manual, appendix A). */
export function sqlStateKind(code: unknown): FailureKind | undefined {
  if (typeof code !== 'string' || code.length !== 5) return undefined;
  return SQL_STATES.get(code) ?? SQL_STATES.get(code.slice(0, 2));
}

const SQL_STATES: Table<FailureKind> = tableOf({
  // 57P01, 57P02: the server shut down; 57P05: it closed an idle session.
  transport: '08 57P01 57P02 57P05',
  // 57014 is what `statement_timeout` raises.
  timeout: '57014 25P03 25P04',
  overloaded: '53 58 XX 57P03',
  conflict: '23 40 55006 55P03',
  auth: '28 42501',
  not_found: '02000 P0002',
  invalid: '0A 22 42 54 3D000 3F000',
});

/** Kind of the error `type` (or `code`) in the body of the OpenAI, Anthropic and Google APIs. */
export function providerKind(type: unknown): FailureVerdict | undefined {
  return typeof type === 'string' && type.length <= MAX_CODE_LENGTH ? PROVIDER_TYPES.get(type) : undefined;
}

const PROVIDER_TYPES: Table = tableOf({
  overloaded: 'overloaded_error server_error api_error internal_server_error',
  timeout: 'timeout_error',
  throttled: 'rate_limit_error rate_limit_exceeded',
  auth: 'authentication_error permission_error invalid_api_key',
  not_found: 'not_found_error model_not_found',
  invalid: 'invalid_request_error request_too_large billing_error',
});

function tableOf<Kind extends FailureVerdict>(words: Partial<Record<Kind, string>>): Table<Kind> {
  const table = new Map<string, Kind>();
  for (const [kind, codes] of Object.entries(words) as [Kind, string][]) {
    for (const code of codes.split(/\s+/)) table.set(code, kind);
  }
  return table;
}
