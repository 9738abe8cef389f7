import { isRecord } from './json-text.js';

/** Attributes of a span by name: from an object, or from the key/value list of OTLP. */
export function attributesOf(value: unknown): ReadonlyMap<string, unknown> {
  if (Array.isArray(value)) return new Map((value as unknown[]).flatMap(readPair));
  return new Map(isRecord(value) ? Object.entries(value) : []);
}

function readPair(pair: unknown): [string, unknown][] {
  return isRecord(pair) && typeof pair['key'] === 'string' ? [[pair['key'], readAnyValue(pair['value'])]] : [];
}

/** What an `AnyValue` of OTLP/JSON says; another value as it is. */
function readAnyValue(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const [kind, content] = Object.entries(value)[0] ?? [];
  switch (kind) {
    case 'stringValue':
    case 'boolValue':
    case 'bytesValue':
      return content;
    case 'doubleValue':
      return typeof content === 'string' ? Number(content) : content;
    case 'intValue':
      return readInteger(content);
    case 'arrayValue':
      return listIn(content).map(readAnyValue);
    case 'kvlistValue':
      return Object.fromEntries(listIn(content).flatMap(readPair));
    default:
      return kind === undefined ? undefined : value;
  }
}

// 64 bits are a text in JSON; what a number cannot hold stays one.
function readInteger(value: unknown): unknown {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined;
  return number !== undefined && Number.isSafeInteger(number) ? number : value;
}

function listIn(value: unknown): readonly unknown[] {
  const list = isRecord(value) ? value['values'] : undefined;
  return Array.isArray(list) ? (list as unknown[]) : [];
}
