import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { anchorsOf, linksOf } from './markdown-links.js';

/** What is wrong with the links of documents, one line each, such as `docs/a.md:3: [x](b.md): there is no docs/b.md`. */
export function brokenLinks(root: string, documents: readonly string[]): string[] {
  return documents.flatMap((document) =>
    linksOf(readFileSync(path.join(root, document), 'utf8')).flatMap(({ line, target, text }) => {
      const problem = target === undefined ? 'this reference is not defined' : problemOf(root, document, target);
      return problem === undefined ? [] : [`${document}:${line}: ${text}: ${problem}`];
    }),
  );
}

function problemOf(root: string, document: string, target: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:|^\/\//i.test(target)) return problemOutside(target);
  if (target === '') return 'it leads nowhere';
  if (target.startsWith('/')) return 'a link within the repository must be relative';
  const [place = '', anchor, ...more] = target.split('#');
  if (more.length > 0 || place.includes('?') || place.includes('\\')) return 'it is no path';
  const file = place === '' ? document : path.join(path.dirname(document), decoded(place));
  if (file.startsWith('..')) return 'it leads out of the repository';
  if (!existsSync(path.join(root, file))) return `there is no ${file}`;
  if (anchor === undefined) return undefined;
  if (!file.endsWith('.md') || statSync(path.join(root, file)).isDirectory()) return `${file} has no anchors`;
  const anchors = anchorsOf(readFileSync(path.join(root, file), 'utf8'));
  return anchors.has(decoded(anchor)) ? undefined : `${file} has no heading #${anchor}`;
}

function problemOutside(target: string): string | undefined {
  const url = URL.parse(target.startsWith('//') ? `https:${target}` : target);
  if (url === null) return 'it is no URL';
  if (!target.startsWith('https://')) return 'only https links leave the repository';
  if (!/^[a-z\d-]+(\.[a-z\d-]+)+$/.test(url.hostname)) return 'it names no public host';
  return url.username === '' && url.password === '' && url.port === '' ? undefined : 'it holds credentials or a port';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
