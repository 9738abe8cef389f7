const ELEMENTS = new Set(
  `html head meta title style body header main footer nav section article h1 h2 h3 p ol ul li div span b i q code pre
  blockquote a details summary wbr svg defs symbol use path line circle rect table thead tbody tr th td`.split(/\s+/),
);
const VOID = new Set(['meta', 'wbr']);
const ATTRIBUTES = new Set(
  `lang charset http-equiv content name class id href title role aria-label aria-hidden focusable width height viewBox d x y
  x1 x2 y1 y2 cx cy r rx scope colspan tabindex aria-labelledby`.split(/\s+/),
);
const TAG = /^<(\/?)([a-z][a-z0-9]*)((?: [A-Za-z0-9-]+="[^"<>]*")*) ?(\/?)>/;
const ATTRIBUTE = / ([A-Za-z0-9-]+)="([^"<>]*)"/g;
const INVISIBLE = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u;

/** What is in a page. */
export interface PageStructure {
  /** Everything that does not belong into a page of ours. */
  readonly problems: readonly string[];
  readonly ids: readonly string[];
  /** Ids that links lead to. */
  readonly links: readonly string[];
  /** Ids of shapes that are drawn. */
  readonly shapes: readonly string[];
  /** Text between tags, still escaped. */
  readonly text: string;
}

/**
 * Reads a page by much stricter rules than a browser: every `<` must begin a tag that is spelled exactly as ours are, with
 * elements and attributes that ours have, and every tag must be closed in order. Whatever a browser could take for markup
 * and is not ours is a problem.
 */
export function readStructure(page: string): PageStructure {
  const problems: string[] = [];
  const ids: string[] = [];
  const links: string[] = [];
  const shapes: string[] = [];
  const open: string[] = [];
  let text = '';
  let rest = page.replace(/^<!doctype html>\n/, '').replace(/<style>[^<]*<\/style>/, '');
  if (rest.length === page.length || !page.startsWith('<!doctype html>\n')) problems.push('no doctype or style sheet');
  if (INVISIBLE.test(rest)) problems.push('an invisible character');

  while (rest !== '') {
    const next = rest.indexOf('<');
    const plain = next < 0 ? rest : rest.slice(0, next);
    if (plain.includes('>')) problems.push(`a stray > in ${plain.slice(0, 80)}`);
    text += plain;
    rest = next < 0 ? '' : rest.slice(next);
    if (rest === '') break;
    const tag = TAG.exec(rest);
    if (tag === null) {
      problems.push(`no tag of ours: ${rest.slice(0, 80)}`);
      rest = rest.slice(1);
      continue;
    }
    const [whole, closes, name = '', attributes = '', closesItself] = tag;
    rest = rest.slice(whole.length);
    if (!ELEMENTS.has(name)) problems.push(`element ${name}`);
    if (closes === '/') {
      if (open.pop() !== name) problems.push(`${name} is closed out of order`);
    } else if (closesItself !== '/' && !VOID.has(name)) open.push(name);
    for (const [, attribute = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
      if (!ATTRIBUTES.has(attribute)) problems.push(`attribute ${attribute}`);
      if (attribute === 'id') ids.push(value);
      if (attribute !== 'href') continue;
      if (value.startsWith('#')) (name === 'a' ? links : shapes).push(value.slice(1));
      else problems.push(`link to ${value}`);
    }
  }
  if (open.length > 0) problems.push(`never closed: ${open.join(', ')}`);
  return { problems, ids, links, shapes, text };
}
