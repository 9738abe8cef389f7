const TRAILING = new Set('.,;:!?');
const ASCII_SPACE = new Set(' \t\n\v\f\r');
const LEADING = ['#', 'https://', 'http://', 'www.', ...ASCII_SPACE];

/**
 * The form in which two spellings of one id are equal under `match: 'loose'`.
 *
 * Forgives: upper and lower case of ASCII letters, ASCII space around, leading `#`, `http://`, `https://` and `www.`,
 * trailing `.,;:!?`, and the trailing slash of a URL (known by its scheme, `www.`, or a dot in its host).
 * Keeps everything else: look-alike letters, accents, full-width forms and zero-width characters stay different.
 *
 * Folding twice changes nothing. What consists of decoration alone (`#`, `...`) is only trimmed and lower-cased, so that it
 * equals nothing but itself.
 */
export function foldLoosely(text: string): string {
  const lower = trimSpace(text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()));
  let start = 0;
  let isUrl = false;
  for (let prefix = prefixAt(lower, 0); prefix !== undefined; prefix = prefixAt(lower, start)) {
    start += prefix.length;
    isUrl ||= prefix.length > 1;
  }
  isUrl ||= hasHost(lower, start);
  let end = lower.length;
  while (end > start && isDecoration(lower[end - 1], isUrl)) end--;
  return end > start ? lower.slice(start, end) : lower;
}

function prefixAt(text: string, at: number): string | undefined {
  return LEADING.find((prefix) => text.startsWith(prefix, at));
}

function isDecoration(char: string | undefined, isUrl: boolean): boolean {
  return char !== undefined && (TRAILING.has(char) || ASCII_SPACE.has(char) || (isUrl && char === '/'));
}

function hasHost(text: string, start: number): boolean {
  const slash = text.indexOf('/', start);
  if (slash === -1) return false;
  const host = text.slice(start, slash);
  return host.includes('.') && /^[a-z0-9.-]+(?::\d+)?$/.test(host);
}

function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && ASCII_SPACE.has(text.charAt(start))) start++;
  while (end > start && ASCII_SPACE.has(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
