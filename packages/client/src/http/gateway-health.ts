import type { FailureReport } from '../status.js';

/** What is known of a gateway, and told: each kind of trouble once a client as a warning of the process, all of it in its status. */
export class GatewayHealth {
  readonly #warned = new Set<string>();
  #isReachable: boolean | undefined;
  #lastFailure: FailureReport | undefined;

  get isReachable(): boolean | undefined {
    return this.#isReachable;
  }

  get lastFailure(): FailureReport | undefined {
    return this.#lastFailure;
  }

  /** A request about budgets was answered. */
  answered(): void {
    this.#isReachable = true;
  }

  /**
   * A request had no usable answer.
   *
   * @param consequence what comes of it; `undefined` where an error tells the caller
   */
  failed(report: FailureReport, consequence: string | undefined): void {
    if (report.operation !== 'events') this.#isReachable = report.kind === 'http' && (report.status ?? 500) < 500;
    this.#lastFailure = report;
    if (consequence === undefined) return;
    this.warnOnce(report.operation, `${report.operation}: ${report.summary}; ${consequence}`);
  }

  /** Warns the process, once a topic. */
  warnOnce(topic: string, message: string): void {
    if (this.#warned.has(topic)) return;
    this.#warned.add(topic);
    process.emitWarning(`ActGuard gateway: ${message}`, { type: 'ActGuardWarning', code: 'ACTGUARD_GATEWAY' });
  }
}
