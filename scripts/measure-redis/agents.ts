import {
  Agent,
  byUser,
  CircuitBreaker,
  Enforce,
  Idempotent,
  inject,
  MaxAttempts,
  Prove,
  RateLimit,
  requireFact,
  Tool,
} from '@actguard/core';

interface Payment {
  readonly invoiceId: string;
}

/** Is told of each method that starts. */
export abstract class Admission {
  abstract passed(): void;
}

/** Tools with more and more guards. Each tells when its method starts: it has been admitted then. */
@Agent()
export class Measured {
  readonly #admission = inject(Admission);

  @Tool()
  @Prove({ kind: 'invoice_id', extract: 'id' })
  async list(_args: object): Promise<{ id: string }[]> {
    this.#admission.passed();
    return [{ id: 'inv_4711' }];
  }

  @Tool()
  async unguarded(_args: Payment): Promise<void> {
    this.#admission.passed();
  }

  @Tool()
  @RateLimit({ scope: byUser })
  async limited(_args: Payment): Promise<void> {
    this.#admission.passed();
  }

  @Tool()
  @MaxAttempts(100)
  @CircuitBreaker({ name: 'bank' })
  @RateLimit({ scope: byUser })
  async usual(_args: Payment): Promise<void> {
    this.#admission.passed();
  }

  @Tool()
  @Enforce(requireFact('invoiceId', 'invoice_id'))
  async checked(_args: Payment): Promise<void> {
    this.#admission.passed();
  }

  @Tool()
  @Idempotent({ key: 'invoiceId' })
  @MaxAttempts(100)
  @Enforce(requireFact('invoiceId', 'invoice_id'))
  @CircuitBreaker({ name: 'bank' })
  @RateLimit({ scope: byUser })
  @Prove({ kind: 'receipt', extract: 'id' })
  async pay(_args: Payment): Promise<{ id: string }> {
    this.#admission.passed();
    return { id: 'rcp_1' };
  }

  @Tool()
  @Idempotent({ key: 'invoiceId', within: 'host' })
  @MaxAttempts(100)
  @Enforce(requireFact('invoiceId', 'invoice_id'))
  @CircuitBreaker({ name: 'bank' })
  @RateLimit({ scope: byUser })
  @Prove({ kind: 'receipt', extract: 'id' })
  async payOnce(_args: Payment): Promise<{ id: string }> {
    this.#admission.passed();
    return { id: 'rcp_1' };
  }
}
