import type { LimitType } from '../errors/budget-errors.js';
import { BudgetConfigurationError } from '../errors/budget-errors.js';
import { RunStoppedError } from '../errors/run-errors.js';
import { messageOfThrown } from '../errors/thrown.js';
import { shown, UsageError } from '../errors/usage-errors.js';
import { warnOnce } from '../events/warn-once.js';
import { RootReservation } from '../gateway/root-reservation.js';
import { NO_AMOUNTS } from './amounts.js';
import { readableAmount, tellWarnings } from './budget-events.js';
import { BudgetNode } from './budget-node.js';
import { type BudgetOptions, MAX_USD, type ReadBudgetOptions, readBudgetOptions } from './budget-options.js';
import type { BudgetRun } from './budget-run.js';
import { type BudgetScope, HeldScope, type ScopeOwner } from './budget-scope.js';
import { picosOf } from './money.js';
import { tellCost, tellOpened } from './scope-events.js';
import { costUnitsOfMoney } from './tariff.js';

/** A call of a model on its way. */
export interface PendingCall {
  /** The scope that it is charged to; `undefined` where the run has none. */
  readonly node: BudgetNode | undefined;
  /** Nobody will report how it ended. */
  abandon(): void;
}

/** The budget scopes of one run: at most one root at a time, and what is nested in it. */
export class RunBudgets implements ScopeOwner {
  readonly #run: BudgetRun;
  /** How many hold each open scope. */
  readonly #holders = new Map<BudgetNode, number>();
  #root: { readonly node: BudgetNode; readonly options: ReadBudgetOptions } | undefined;

  /** Calls of models on their way. */
  readonly #calls = new Set<PendingCall>();
  /** Roots that are closed and whose calls are still on their way: they are settled after the last one. */
  readonly #leaving = new Set<BudgetNode>();
  readonly #settling = new Set<Promise<void>>();

  constructor(run: BudgetRun) {
    this.#run = run;
  }

  get run(): BudgetRun {
    return this.#run;
  }

  /** The open root. */
  get root(): BudgetNode | undefined {
    return this.#root?.node;
  }

  /** How many scopes are open. */
  get openScopes(): number {
    return this.#holders.size;
  }

  /** How many calls of models are on their way. */
  get openCalls(): number {
    return this.#calls.size;
  }

  /**
   * Opens a scope: nested where one is around, else the run's root, which is joined where it is open.
   *
   * @throws {UsageError} for wrong options
   * @throws {BudgetConfigurationError} where the root is open with other options
   */
  open(method: string, options: BudgetOptions, around: BudgetNode | undefined): BudgetScope {
    const read = readBudgetOptions(method, options, this.#run.core.takesCostLimits);
    return new HeldScope(this.openNode(read, around), this);
  }

  /** The same with options that have been checked. */
  openNode(options: ReadBudgetOptions, around: BudgetNode | undefined): BudgetNode {
    const parent = openAround(around);
    if (parent !== undefined) return this.openOwn(options, parent);
    if (this.#root === undefined) {
      this.#root = { node: new BudgetNode(options, undefined), options };
    } else {
      // Before it is joined: whoever contradicts must not keep the root open.
      assertSame(this.#root.options, this.#root.node, options);
    }
    return this.#hold(this.#root.node);
  }

  /** Opens a scope that nobody shares: nested where one is around, else one that stands alone beside the run's root. */
  openOwn(options: ReadBudgetOptions, around: BudgetNode | undefined): BudgetNode {
    const parent = openAround(around);
    if (options.planKey !== undefined && parent?.planKey !== undefined && options.planKey !== parent.planKey)
      throw new BudgetConfigurationError('planKey', parent.planKey, options.planKey);
    return this.#hold(new BudgetNode(options, parent));
  }

  /** The scope that a call is charged to: this one or, where it was closed, the nearest open one around it, at last the run's root. */
  openFrom(node: BudgetNode | undefined): BudgetNode | undefined {
    return openAround(node) ?? this.root;
  }

  /** A call of a model was sent. */
  track<Call extends PendingCall>(call: Call): Call {
    this.#calls.add(call);
    return call;
  }

  /** It was settled. */
  untrack(call: PendingCall): void {
    this.#calls.delete(call);
    const root = call.node?.root;
    if (root === undefined || !this.#leaving.has(root) || this.#hasCallsIn(root)) return;
    this.#leaving.delete(root);
    void this.#settle(root);
  }

  /** Resolves once a gateway has answered for what is charged inside a scope; `undefined` where nobody has to be waited for. */
  reserving(node: BudgetNode | undefined): Promise<void> | undefined {
    return node && this.openFrom(node)?.root.reservation?.pending;
  }

  /**
   * The run is over: what was never reported is charged its estimate, and every scope is closed.
   *
   * @returns resolves once a gateway was told; a reservation that it has not answered yet is not waited for
   */
  end(): Promise<unknown> | undefined {
    for (const call of [...this.#calls]) {
      try {
        call.abandon();
      } catch (error) {
        // A meter that cannot say what its call may have used must not keep the run from ending.
        warnOnce(this.#run.core, 'abandon', `a call of a model could not be charged: ${messageOfThrown(error)}`);
      }
    }
    for (const node of [...this.#holders.keys(), ...this.#leaving]) {
      node.isClosed = true;
      void this.#settle(node);
    }
    this.#holders.clear();
    this.#leaving.clear();
    this.#root = undefined;
    return this.#settling.size === 0 ? undefined : Promise.all(this.#settling);
  }

  addCost(node: BudgetNode, usd: number, name: string): void {
    if (typeof usd !== 'number' || !(usd >= 0 && usd <= MAX_USD))
      throw new UsageError(`addCost: usd = ${shown(usd)} must be a non-negative amount of USD, at most ${MAX_USD}`, {
        code: 'usage.argument',
      });
    if (typeof name !== 'string' || name === '')
      throw new UsageError(`addCost: name = ${shown(name)} must be a text that is not empty`, {
        code: 'usage.argument',
      });
    const picos = picosOf(usd);
    const cost = this.#customCost(node.root, picos);
    const tool = this.#run.currentTool();
    const amounts = { ...NO_AMOUNTS, usd: picos, cost };
    tellCost(this.#run, node, name, amounts);
    const warned = node.charge(amounts, {
      place: { scopeName: node.name, tool },
      what: { type: 'custom', name },
      usd: picos,
      cost,
    });
    tellWarnings(this.#run, warned);
    this.#run.sharedBudgets?.book(amounts, undefined);
  }

  enter<Result>(node: BudgetNode, body: () => Result): Result {
    return this.#run.withBudget(node, body);
  }

  async close(node: BudgetNode): Promise<void> {
    await this.closeNode(node);
  }

  /**
   * Resolves once the gateway has granted a scope.
   *
   * @throws what it refused the scope with
   * @throws {RunStoppedError} as soon as the run is stopped: nobody waits for the answer then
   */
  async granted(node: BudgetNode): Promise<void> {
    const { reservation } = node.root;
    if (reservation === undefined) return;
    if (reservation.pending !== undefined) await this.#run.unlessStopped(reservation.pending);
    const { failure } = reservation;
    // A limit may only report; a run that was stopped is stopped.
    if (failure instanceof RunStoppedError || (failure !== undefined && !this.#run.isObserved)) throw failure;
  }

  /** One holder less; the last one closes the scope. @returns resolves once a gateway was told, where it is told now */
  closeNode(node: BudgetNode): Promise<void> | undefined {
    const holders = this.#holders.get(node);
    if (holders === undefined) return undefined;
    if (holders > 1) {
      this.#holders.set(node, holders - 1);
      return undefined;
    }
    this.#holders.delete(node);
    node.isClosed = true;
    if (this.#root?.node === node) this.#root = undefined;
    if (node.reservation === undefined) return undefined;
    if (!this.#hasCallsIn(node)) return this.#settle(node);
    // Not waited for: its stream may be read by whoever waits for this scope.
    this.#leaving.add(node);
    return undefined;
  }

  #hasCallsIn(root: BudgetNode): boolean {
    for (const { node } of this.#calls) if (node?.root === root) return true;
    return false;
  }

  #hold(node: BudgetNode): BudgetNode {
    const holders = this.#holders.get(node);
    this.#holders.set(node, (holders ?? 0) + 1);
    if (holders === undefined) {
      tellOpened(this.#run, node);
      this.#reserve(node);
    }
    return node;
  }

  #reserve(node: BudgetNode): void {
    const { gateway } = this.#run.core;
    if (gateway === undefined || node.kind !== 'root') return;
    node.reservation = new RootReservation(gateway, this.#run, node);
  }

  #settle(node: BudgetNode): Promise<void> | undefined {
    const settling = node.reservation?.settle();
    if (settling === undefined) return undefined;
    this.#settling.add(settling);
    return settling.then(() => void this.#settling.delete(settling));
  }

  // Rounded of the sum: many small costs must not round to nothing one by one.
  #customCost(root: BudgetNode, picos: bigint): bigint {
    const { tariff } = this.#run.core;
    if (tariff === undefined) return 0n;
    const before = costUnitsOfMoney(tariff, root.customUsd);
    root.customUsd += picos;
    return costUnitsOfMoney(tariff, root.customUsd) - before;
  }
}

function openAround(node: BudgetNode | undefined): BudgetNode | undefined {
  let open = node;
  while (open?.isClosed) open = open.parent;
  return open;
}

const LIMIT_OPTIONS: Readonly<Record<LimitType, string>> = {
  token: 'tokenLimit',
  usd: 'usdLimit',
  cost: 'costLimit',
};

// Only what is given counts: leaving an option out joins whatever is there.
function assertSame(first: ReadBudgetOptions, root: BudgetNode, second: ReadBudgetOptions): void {
  const { name, planKey, isHard, warnAt } = root;
  const opened = { name, planKey, enforcement: isHard ? 'hard' : 'soft', warnAt };
  for (const option of ['name', 'planKey', 'enforcement', 'warnAt'] as const) {
    const [was, is] = [opened[option], second[option]];
    if (is !== undefined && is !== was) throw new BudgetConfigurationError(option, was, is);
  }
  for (const type of ['token', 'usd', 'cost'] as const) {
    const [was, is] = [first.limits[type], second.limits[type]];
    if (is === undefined || is === was) continue;
    const readable = (amount: bigint | undefined): number | undefined =>
      amount === undefined ? undefined : readableAmount(type, amount);
    throw new BudgetConfigurationError(LIMIT_OPTIONS[type], readable(was), readable(is));
  }
}
