// Every text that starts with it is written as JSON behind it, so no text can pose as another's encoding.
const ESCAPE = '\u0000j';
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * A text as it goes over the wire. A lone surrogate has no form in UTF-8: written as it is, it would become the replacement
 * character, and two ids that differ would be one.
 */
export function toWire(text: string): string {
  return !LONE_SURROGATE.test(text) && !text.startsWith(ESCAPE) ? text : ESCAPE + JSON.stringify(text);
}

/** The text behind what `toWire` made. */
export function fromWire(text: string): string {
  return text.startsWith(ESCAPE) ? (JSON.parse(text.slice(ESCAPE.length)) as string) : text;
}
