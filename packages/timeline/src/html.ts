import { visibleText } from './shown-text.js';

/** Markup that was written by us. Everything else that gets into a page is escaped. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** What a template takes: text is escaped, markup is not, nothing stays nothing. */
export type Content = Html | string | number | false | undefined | readonly Content[];

/** Nothing. */
export const NOTHING = new Html('');

/** Markup with values in it. Every value that is no `Html` is text: it is escaped and loses its invisible characters. */
export function html(markup: TemplateStringsArray, ...values: readonly Content[]): Html {
  let text = markup[0] ?? '';
  for (const [index, value] of values.entries()) text += written(value) + markup[index + 1];
  return new Html(text);
}

function written(value: Content): string {
  if (value instanceof Html) return value.toString();
  if (value === undefined || value === false) return '';
  if (typeof value === 'string' || typeof value === 'number') return escaped(visibleText(String(value)));
  let text = '';
  for (const each of value) text += written(each);
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ESCAPES[character] ?? '');
}
