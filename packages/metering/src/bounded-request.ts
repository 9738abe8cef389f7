import type { CallBound } from '@actguard/core';
import { isJsonBody } from './json-body.js';
import type { Operation, RequestBody } from './operation.js';

/** A request and the most that it can use: looked at when somebody asks, and once. */
export class BoundedRequest {
  readonly #operation: Operation;
  readonly #isShared: boolean;
  #body: RequestBody;
  #bound: CallBound | undefined;
  #isAdmitted = false;

  /** @param isShared its caller can still change parts of the body */
  constructor(operation: Operation, body: RequestBody, isShared: boolean) {
    this.#operation = operation;
    this.#body = body;
    this.#isShared = isShared;
  }

  /** What is to be sent: where a bound was asked for, the very body that has it. */
  get body(): RequestBody {
    return this.#body;
  }

  /** From here on the body stays what it is, and no question about it throws. */
  admitted(): void {
    this.#isAdmitted = true;
  }

  /** @throws {TypeError} for a body that is no JSON, until it is admitted */
  bound(): CallBound {
    if (this.#bound !== undefined) return this.#bound;
    if (!this.#isAdmitted) {
      // What is bounded is what is sent: the caller may go on with its messages while the request is on its way.
      if (this.#isShared) this.#body = copyOf(this.#body);
      this.#bound = this.#operation.bound(this.#body);
      return this.#bound;
    }
    try {
      this.#bound = this.#operation.bound(this.#body);
    } catch {
      // Its caller has made it something else since it was sent.
      this.#bound = { inputTokens: 0 };
    }
    return this.#bound;
  }
}

function copyOf(body: RequestBody): RequestBody {
  const copy: unknown = JSON.parse(JSON.stringify(body));
  if (!isJsonBody(copy)) throw new TypeError('the body of the request is no JSON object');
  return copy;
}
