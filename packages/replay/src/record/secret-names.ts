const SECRET_WORDS = new Set([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'secrets',
  'authorization',
  'bearer',
  'cookie',
  'credential',
  'credentials',
  'apikey',
  'pin',
  'cvv',
  'cvc',
  'otp',
]);
/** Kinds of keys that are secret; an order key or a sort key is none. */
const SECRET_KEYS = new Set(['api', 'private', 'secret', 'access', 'signing', 'encryption', 'auth']);

/**
 * Whether a property is called like a secret: `password`, `apiKey`, `client_secret`, `access-token`, `Authorization`. What
 * counts tokens (`max_tokens`, `tokenCount`) is none.
 */
export function isSecretName(name: string): boolean {
  if (name.length > 100) return false;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return words.some((word, index) => {
    if (SECRET_WORDS.has(word)) return true;
    if (word === 'token') return index === words.length - 1;
    return word === 'key' && SECRET_KEYS.has(words[index - 1] ?? '');
  });
}
