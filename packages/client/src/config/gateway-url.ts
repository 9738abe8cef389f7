/**
 * What is wrong with the address of a gateway; `undefined` where nothing is. The key goes there, so it must not travel in the
 * clear: HTTPS, except to this machine.
 */
export function gatewayUrlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL such as https://gateway.example';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not hold a user or a password: the key goes into apiKey';
  if (url.search !== '' || url.hash !== '') return 'must not have a query or a fragment';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return 'must be an https URL';
  return isLoopback(url.hostname) ? undefined : 'must be an https URL: http is for this machine only';
}

/** An address with nothing behind which a path could not be put. */
export function withoutTrailingSlash(text: string): string {
  return new URL(text).href.replace(/\/+$/, '');
}

// `URL` has written numbers such as 0x7f.1 as 127.0.0.1 by now.
function isLoopback(hostname: string): boolean {
  return /^127(\.\d+){3}$/.test(hostname) || hostname === '[::1]' || hostname === 'localhost';
}
