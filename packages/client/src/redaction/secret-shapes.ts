/** Names of fields that hold secrets, in lower case and without `-` and `_`. Counts such as `input_tokens` are not among them. */
export const SECRET_KEYS: readonly string[] = [
  ...['authorization', 'proxyauthorization', 'cookie', 'setcookie'],
  ...['apikey', 'xapikey', 'xgoogapikey', 'accesskey', 'secretkey', 'secretaccesskey', 'privatekey', 'signingkey'],
  ...['token', 'accesstoken', 'refreshtoken', 'idtoken', 'authtoken', 'bearertoken', 'sessiontoken', 'csrftoken'],
  ...[
    'secret',
    'clientsecret',
    'webhooksecret',
    'password',
    'passwd',
    'passphrase',
    'pwd',
    'pin',
    'otp',
    'credential',
    'credentials',
  ],
  // Whoever has them can pay, or see what is paid.
  ...['topupurl', 'topupsessionid'],
];

/**
 * Secrets as they look in texts; the first group stays. Every repetition has an end, so that a text made for it cannot keep the
 * process busy.
 */
export const SECRET_SHAPES: readonly RegExp[] = [
  /\b(Bearer\s{1,4}|Authorization:?\s{0,4}Basic\s{1,4})[\w.~+/=-]{4,4096}/gi,
  // OpenAI, Anthropic and those who write keys alike.
  /\b()sk-[\w-]{16,512}/g,
  // Google.
  /\b()AIza[\w-]{30,64}/g,
  // Agent keys of a gateway.
  /\b()ag_(?:live|test)_[\w-]{4,512}/g,
  // GitHub, GitLab, Slack, AWS, Stripe.
  /\b()(?:gh[pousr]_\w{20,255}|github_pat_\w{20,255}|glpat-[\w-]{16,64})/g,
  /\b()xox[a-z]-[\w-]{10,255}/g,
  /\b()(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b()[rs]k_(?:live|test)_\w{8,255}/g,
  // JSON Web Tokens.
  /\b()eyJ[\w-]{8,2048}\.[\w-]{8,4096}\.[\w-]{4,1024}/g,
  /()-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[^-]{0,16000}(?:-----END [A-Z ]{0,32}PRIVATE KEY-----)?/g,
  // Users and passwords in URLs.
  /\b([a-z][a-z0-9+.-]{0,15}:\/\/)[^\s/@:]{0,256}:[^\s/@]{1,256}@/gi,
];

/** Whether one of the shapes may be in a text at all: most texts have none, and need to be looked at once only. */
export const MAY_BE_SECRET =
  /bearer|authorization|sk-|AIza|ag_|gh[pousr]_|github_pat_|glpat-|xox|AKIA|ASIA|[rs]k_|eyJ|-----BEGIN|:\/\//i;
