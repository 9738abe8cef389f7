import { withoutFences } from './markdown-tables.js';

/** A link, an image or the definition of a reference. */
export interface MarkdownLink {
  /** The line of the document, counted from 1. */
  readonly line: number;
  /** As written; `undefined` where a reference has no definition. */
  readonly target: string | undefined;
  /** What stands there, for messages. */
  readonly text: string;
}

// One level of brackets in the text (an image as a link), one of parentheses in the target. Texts may go on in the next line.
const INLINE =
  /!?\[((?:[^[\]\n]|\n(?!\s*\n)|\[[^[\]]*\](?:\([^()]*\))?)*)\]\(\s*(<[^<>\n]*>|(?:[^\s()]|\([^\s()]*\))*)(?:\s+["'(][^)]*["')])?\s*\)/g;
const IMAGE_IN_TEXT = /!\[[^[\]]*\]\(\s*([^\s()]*)[^()]*\)/g;
const DEFINITION = /^ {0,3}\[([^\]^\n]+)\]:[ \t]*(\S+).*$/gm;
const REFERENCE = /\[((?:[^[\]\n]|\n(?!\s*\n))+)\]\[([^[\]\n]*)\]/g;
const AUTOLINK = /<([a-z][a-z\d+.-]*:[^\s<>]*)>/gi;
const ATTRIBUTE = /<[a-z][^>]*?\s(?:href|src|srcset)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
const BARE = /(?<![\w("'<[=])\bhttps?:\/\/[^\s<>)\]"'`]+/g;

/** All links of a document in the order of their lines, those in code and comments left out. */
export function linksOf(markdown: string): MarkdownLink[] {
  const found: (MarkdownLink & { readonly at: number })[] = [];
  let rest = proseOf(markdown);
  // What was found is blanked, so that nothing is found twice and places stay.
  const take = (
    pattern: RegExp,
    targetsOf: (...groups: string[]) => (readonly [string | undefined, string])[],
  ): void => {
    rest = rest.replace(pattern, (text: string, ...more: unknown[]) => {
      const at = more.findLast((each) => typeof each === 'number') as number;
      const line = rest.slice(0, at).split('\n').length;
      const groups = more.slice(0, more.lastIndexOf(at)) as string[];
      for (const [target, shown] of targetsOf(text, ...groups))
        found.push({ line, at, target: target?.replace(/^<(.*)>$/, '$1'), text: shown.replace(/\s+/g, ' ').trim() });
      return blank(text);
    });
  };
  const definitions = new Map<string, string>();
  take(DEFINITION, (text, name = '', target = '') => {
    definitions.set(name.toLowerCase(), target);
    return [[target, text]];
  });
  take(INLINE, (text, label = '', target = '') => [
    [target, text],
    ...[...label.matchAll(IMAGE_IN_TEXT)].map(([image, source]) => [source, image] as const),
  ]);
  take(REFERENCE, (text, label = '', name = '') => [[definitions.get((name || label).toLowerCase()), text]]);
  take(AUTOLINK, (text, target) => [[target, text]]);
  take(ATTRIBUTE, (text, double, single) => [[double ?? single, text]]);
  take(BARE, (text) => [[text.replace(/[.,;:!?]+$/, ''), text]]);
  return found.toSorted((a, b) => a.at - b.at).map(({ line, target, text }) => ({ line, target, text }));
}

/** What `#…` can point to in a document: its headings as GitHub writes them, and explicit anchors. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  const lines = withoutFences(markdown).split('\n');
  lines.forEach((line, index) => {
    const heading = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/.exec(line)?.[1] ?? underlined(lines, index);
    if (heading !== undefined) anchors.add(unique(slugOf(heading), anchors));
    for (const [, id] of line.matchAll(/<[a-z][^>]*?\s(?:id|name)\s*=\s*["']([^"']+)["']/gi)) anchors.add(id ?? '');
  });
  return anchors;
}

/** The anchor of a heading: lower case, without markup and punctuation, hyphens for spaces. */
export function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`[^`]*`|<[^>]*>/g, (piece) => (piece.startsWith('`') ? piece : ''))
    .replace(/(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

function unique(slug: string, taken: ReadonlySet<string>): string {
  let candidate = slug;
  for (let count = 1; taken.has(candidate); count++) candidate = `${slug}-${count}`;
  return candidate;
}

function underlined(lines: readonly string[], index: number): string | undefined {
  const line = lines[index]?.trim() ?? '';
  const isText = line !== '' && !/^(?:[|>#]|[-*+] |\d+[.)] )/.test(line);
  return isText && /^ {0,3}(?:=+|-+)\s*$/.test(lines[index + 1] ?? '') ? line : undefined;
}

function proseOf(markdown: string): string {
  return withoutFences(markdown)
    .replace(/<!--[\s\S]*?-->/g, blank)
    .replace(/(?<!`)(`+)(?!`)((?:[^\n]|\n(?!\s*\n))*?)(?<!`)\1(?!`)/g, blank);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
