import { LEFT_OUT } from './event-capture.js';
import { cut } from './shown-text.js';

const NAME = /^[A-Za-z_$][\w$]*$/;

/** Captured data on one line, as one would write it in code. */
export function shownValue(value: unknown, maxLength: number): string {
  return cut(written(value, maxLength), maxLength);
}

/** The arguments of a call: what stands between its brackets. */
export function shownArguments(args: unknown, maxLength: number): string {
  if (args === undefined) return '';
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return shownValue(args, maxLength);
  return cut(entriesOf(args, maxLength), maxLength);
}

// What goes beyond the room is not written out only to be cut.
function written(value: unknown, room: number): string {
  if (room <= 0) return '…';
  if (typeof value === 'string') return JSON.stringify(cut(value, room));
  if (Array.isArray(value)) return `[${list(value, (each, left) => written(each, left), room)}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = entriesOf(value, room);
  return entries === '' ? '{}' : `{ ${entries} }`;
}

function entriesOf(record: object, room: number): string {
  return list(
    Object.entries(record),
    ([name, value], left) => {
      if (value === LEFT_OUT) return name;
      return `${NAME.test(name) ? name : JSON.stringify(name)}: ${written(value, left - name.length)}`;
    },
    room,
  );
}

function list<Element>(
  elements: readonly Element[],
  write: (each: Element, room: number) => string,
  room: number,
): string {
  let text = '';
  for (const [index, each] of elements.entries()) {
    if (text.length > room) return `${text}, …`;
    text += `${index === 0 ? '' : ', '}${write(each, room - text.length)}`;
  }
  return text;
}
