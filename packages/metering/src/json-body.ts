import type { Operation, RequestBody } from './operation.js';

const UNREAD = 'the body of the request is no JSON object, so nobody knows what it asks for';

/**
 * Whether an SDK makes JSON of a body that can be looked at and capped. Texts, bytes, forms and streams go out as they are.
 */
export function isJsonBody(body: unknown): body is RequestBody {
  return (
    Object.prototype.toString.call(body) === '[object Object]' &&
    !(Symbol.iterator in (body as object)) &&
    !(Symbol.asyncIterator in (body as object))
  );
}

/** What is told about a request whose body goes out as it is: the fields of a form that are texts. */
export function fieldsOf(body: unknown): RequestBody {
  if (!(body instanceof FormData)) return {};
  return Object.fromEntries([...body].filter(([, value]) => typeof value === 'string'));
}

/** An operation that leaves its request as it is, so that a hard budget cannot bound it. */
export function untouched(operation: Operation): Operation {
  return {
    name: operation.name,
    model: (fields) => operation.model(fields),
    bound(fields) {
      const bound = operation.bound(fields);
      return { ...bound, unbounded: bound.unbounded ?? UNREAD };
    },
    withOutputCap: (fields) => fields,
    reader: (_, fields) => operation.reader(false, fields),
  };
}
