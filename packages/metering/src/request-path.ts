/** A path that is as the server sees it already, as those of the SDKs are. */
const PLAIN = /^(?:\/[\w-]+)+$/;

/**
 * The path of a request as the server will see it, however it was written: without query and fragment, with neither doubled nor
 * trailing slashes, and with the characters that were escaped.
 *
 * @param path an address, or what is appended to one
 */
export function requestPath(path: string): string {
  if (PLAIN.test(path)) return path;
  const address = /^[a-z][a-z0-9+.-]*:/i.test(path) ? path : `http://localhost/${path}`;
  const { pathname } = URL.canParse(address) ? new URL(address) : { pathname: path };
  return decoded(pathname)
    .replace(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '');
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
