/** One fenced block of a Markdown file. */
export interface Fence {
  readonly language: string;
  /** What stands behind the language. */
  readonly words: string[];
  /** The line on which its content begins, counted from 1. */
  readonly line: number;
  /** The line of its closing fence. */
  readonly end: number;
  readonly code: string;
  /** Only blank lines stand between the block before and this one. */
  readonly followsAtOnce: boolean;
}

/**
 * The fenced blocks of a document, those in lists and quotes included.
 *
 * @throws {Error} naming the line of a block that is never closed
 */
export function fencesOf(document: string, markdown: string): Fence[] {
  const lines = markdown.split(/\r?\n/);
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const open = /^(\s*(?:>\s?)*)(`{3,}|~{3,})\s*([^`]*)$/.exec(lines[at] ?? '');
    if (open === null) continue;
    const [, indent = '', ticks = '', info = ''] = open;
    const body: string[] = [];
    let end = at + 1;
    const closes = (line: string) => line.trim().startsWith(ticks) && line.trim().replaceAll(ticks[0] ?? '', '') === '';
    while (end < lines.length && !closes((lines[end] ?? '').slice(indent.length))) {
      const line = lines[end++] ?? '';
      body.push(line.startsWith(indent) ? line.slice(indent.length) : line.trimStart());
    }
    if (end === lines.length) throw new Error(`${document}:${at + 1}: this block is never closed`);
    const [language = '', ...words] = info.trim().split(/\s+/);
    const before = fences.at(-1);
    const followsAtOnce = before !== undefined && lines.slice(before.end, at).every((line) => line.trim() === '');
    fences.push({ language, words, line: at + 2, end: end + 1, code: `${body.join('\n')}\n`, followsAtOnce });
    at = end;
  }
  return fences;
}
