import type { LimitType } from '../errors/budget-errors.js';
import type { Amounts } from './amounts.js';
import type { BudgetNode } from './budget-node.js';
import { usdOf } from './money.js';
import type { UsageEntry } from './usage-breakdown.js';

/**
 * A budget inside a run: what is used in it, and in the scopes inside it, counts towards its limits. Closing it ends it for the
 * one who opened it; what was used can be read ever after.
 */
export interface BudgetScope extends AsyncDisposable {
  /** A random UUID. */
  readonly id: string;
  /** The name it was opened with; the id of the tool where `@Budget` names none, `undefined` where `run.budget` names none. */
  readonly name: string | undefined;
  /** `root`: it lies in no other. `nested`: opened inside another, which it charges too. */
  readonly kind: 'root' | 'nested';
  /** Id of the scope around it; `undefined` for a root. */
  readonly parentId: string | undefined;
  /** Id of the outermost scope around it; its own for a root. */
  readonly rootId: string;
  /** Plan of a gateway that the root is charged to; `undefined` where none was named. */
  readonly planKey: string | undefined;
  /** `soft`: the call that crosses a limit is delivered. `hard`: a call that might cross one is capped or refused. */
  readonly enforcement: 'soft' | 'hard';
  /** Most tokens; `undefined` where they are not limited here. */
  readonly tokenLimit: number | undefined;
  /** Most USD; `undefined` where they are not limited here. */
  readonly usdLimit: number | undefined;
  /** Most cost units; `undefined` where they are not limited here. */
  readonly costLimit: number | undefined;

  /** Tokens used here and in the scopes inside. */
  readonly tokensUsed: number;
  /** USD used here and in the scopes inside; calls whose price is not known are missing. */
  readonly usdUsed: number;
  /** Cost units used here and in the scopes inside; 0 without a tariff. */
  readonly costUsed: number;
  /** Tokens used here, without the scopes inside. */
  readonly localTokensUsed: number;
  /** USD used here, without the scopes inside. */
  readonly localUsdUsed: number;
  /** Cost units used here, without the scopes inside. */
  readonly localCostUsed: number;
  /** Tokens used in the outermost scope around this one and in all inside it. */
  readonly rootTokensUsed: number;
  /** USD used in the outermost scope around this one and in all inside it. */
  readonly rootUsdUsed: number;
  /** Cost units used in the outermost scope around this one and in all inside it. */
  readonly rootCostUsed: number;
  /** What is neither used nor held for calls on their way; `undefined` where there is no such limit. */
  readonly remaining: BudgetAmounts;
  /** What is held for calls on their way. */
  readonly held: Readonly<Record<keyof BudgetAmounts, number>>;
  /** The limit that was reached: nothing more is let through. `undefined` while there is something left. */
  readonly exceeded: LimitType | undefined;
  /** Whether everybody who held it has closed it, or the run has ended. */
  readonly isClosed: boolean;
  /** What was used here and in the scopes inside, by provider, model, scope and tool. */
  readonly usage: readonly UsageEntry[];

  /**
   * Charges a cost that no meter sees: a search, a transcription. It counts towards limits; what crosses one stops the next call.
   *
   * @param usd from 0
   * @param name what it was for
   * @throws {UsageError} for an amount that is none
   */
  addCost(usd: number, name: string): void;

  /** Runs a function, and all that it starts, inside this scope. */
  run<Result>(body: () => Result): Result;

  /** Ends the scope for its holder. Calls that start in it afterwards are charged to the scope around it. */
  close(): Promise<void>;
}

/** Amounts of a budget. */
export interface BudgetAmounts {
  /** Tokens of input and output together. */
  readonly tokens: number | undefined;
  /** USD. */
  readonly usd: number | undefined;
  /** Cost units of the host's tariff. */
  readonly cost: number | undefined;
}

/** What a scope needs of its run. */
export interface ScopeOwner {
  addCost(node: BudgetNode, usd: number, name: string): void;
  enter<Result>(node: BudgetNode, body: () => Result): Result;
  close(node: BudgetNode): Promise<void>;
}

/** A scope as one of its holders sees it: each closes it once. */
export class HeldScope implements BudgetScope {
  readonly #node: BudgetNode;
  readonly #owner: ScopeOwner;
  #closed: Promise<void> | undefined;

  constructor(node: BudgetNode, owner: ScopeOwner) {
    this.#node = node;
    this.#owner = owner;
  }

  /** The account behind a scope; `undefined` for what is none of ours. */
  static nodeOf(scope: unknown): BudgetNode | undefined {
    return typeof scope === 'object' && scope !== null && #node in scope ? scope.#node : undefined;
  }

  /** Whose scope it is; `undefined` for what is none of ours. */
  static ownerOf(scope: unknown): ScopeOwner | undefined {
    return typeof scope === 'object' && scope !== null && #owner in scope ? scope.#owner : undefined;
  }

  get id(): string {
    return this.#node.id;
  }
  get name(): string | undefined {
    return this.#node.name;
  }
  get kind(): 'root' | 'nested' {
    return this.#node.kind;
  }
  get parentId(): string | undefined {
    return this.#node.parent?.id;
  }
  get rootId(): string {
    return this.#node.root.id;
  }
  get planKey(): string | undefined {
    return this.#node.planKey;
  }
  get enforcement(): 'soft' | 'hard' {
    return this.#node.isHard ? 'hard' : 'soft';
  }
  get tokenLimit(): number | undefined {
    return count(this.#node.limits.token);
  }
  get usdLimit(): number | undefined {
    return dollars(this.#node.limits.usd);
  }
  get costLimit(): number | undefined {
    return count(this.#node.limits.cost);
  }
  get tokensUsed(): number {
    return Number(this.#node.used.token);
  }
  get usdUsed(): number {
    return usdOf(this.#node.used.usd);
  }
  get costUsed(): number {
    return Number(this.#node.used.cost);
  }
  get localTokensUsed(): number {
    return Number(this.#node.local.token);
  }
  get localUsdUsed(): number {
    return usdOf(this.#node.local.usd);
  }
  get localCostUsed(): number {
    return Number(this.#node.local.cost);
  }
  get rootTokensUsed(): number {
    return Number(this.#node.root.used.token);
  }
  get rootUsdUsed(): number {
    return usdOf(this.#node.root.used.usd);
  }
  get rootCostUsed(): number {
    return Number(this.#node.root.used.cost);
  }
  get remaining(): BudgetAmounts {
    const node = this.#node;
    return {
      tokens: count(node.remaining('token')),
      usd: dollars(node.remaining('usd')),
      cost: count(node.remaining('cost')),
    };
  }
  get held(): Readonly<Record<keyof BudgetAmounts, number>> {
    return readable(this.#node.held);
  }
  get exceeded(): LimitType | undefined {
    return this.#node.exceeded()?.limitType;
  }
  get isClosed(): boolean {
    return this.#node.isClosed;
  }
  get usage(): readonly UsageEntry[] {
    return this.#node.breakdown.entries();
  }

  addCost(usd: number, name: string): void {
    this.#owner.addCost(this.#node, usd, name);
  }

  run<Result>(body: () => Result): Result {
    return this.#owner.enter(this.#node, body);
  }

  close(): Promise<void> {
    this.#closed ??= this.#owner.close(this.#node);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A scope as those see it who did not open it: theirs to use, not to close. */
export class SeenScope extends HeldScope {
  override close(): Promise<void> {
    return Promise.resolve();
  }
}

function readable({ token, usd, cost }: Amounts): Readonly<Record<keyof BudgetAmounts, number>> {
  return { tokens: Number(token), usd: usdOf(usd), cost: Number(cost) };
}

function count(amount: bigint | undefined): number | undefined {
  return amount === undefined ? undefined : Number(amount);
}

function dollars(picos: bigint | undefined): number | undefined {
  return picos === undefined ? undefined : usdOf(picos);
}
