import { refuseCall, refuseForBudget } from '../budget/blocked.js';
import { nearestLimit } from '../budget/budget-events.js';
import type { BudgetNode } from '../budget/budget-node.js';
import {
  type CallBound,
  type CallRates,
  type Fit,
  fit,
  fitOf,
  greatestCap,
  leastCap,
  outputBoundOf,
  whyUnbounded,
  worstOfAll,
} from '../budget/call-bound.js';
import { CompiledPrice, type ModelPrice } from '../budget/model-price.js';
import { isPrice } from '../budget/price-table.js';
import type { RunBudgets } from '../budget/run-budgets.js';
import type { RunSharedBudgets } from '../budget/run-shared-budgets.js';
import { refuseForShared, refuseSharedCall } from '../budget/shared-blocked.js';
import { BudgetClosedError, UnboundedCostError, UnpricedModelError } from '../errors/budget-errors.js';
import { MissingRunError } from '../errors/run-errors.js';
import { shown } from '../errors/shown.js';
import { warnOnce } from '../events/warn-once.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { chargedScope } from './charged-scope.js';
import type { ModelCall, ModelRequest } from './model-request.js';
import { OpenModelCall, type Sent } from './open-model-call.js';
import { SharedHold, type WorstCase } from './shared-hold.js';

/** Nobody meters the call. */
const UNMETERED: ModelCall = { outputCap: undefined, settle() {} };

const compiled = new WeakMap<ModelPrice, CompiledPrice>();

/**
 * Asks the budgets around the caller whether a call of a model may be sent. For meters of provider SDKs: call it before each
 * call that is billed, cap the output as the answer says, and settle it however it ends.
 *
 * @throws {BudgetExceededError} where a limit is used up, or a hard budget has too little left
 * @throws {UnboundedCostError} where a hard budget cannot know the most that it costs
 * @throws {UnpricedModelError} where USD are limited and the price is not known
 * @throws {BudgetClosedError} where the scope was closed, and none around it is open
 * @throws {StoreUnavailableError} where the store of a shared budget does not answer
 * @throws {UsageError} where `budget` is no scope of a run
 * @throws {PaymentRequiredError} where a gateway wants a payment first; {BudgetTransportError} where it cannot be asked
 * @throws {RunStoppedError} where the run was killed or takes no calls for another reason
 * @throws {MissingRunError} outside a run, where `outside` says so
 */
export function admitModelCall(request: ModelRequest): MaybePromise<ModelCall> {
  const label = `${request.provider}/${request.model}`;
  const charged = chargedScope(request.budget);
  if (charged === undefined) {
    if (request.outside === 'refuse') throw new MissingRunError(`a metered call of ${label}`);
    return UNMETERED;
  }
  const { budgets, node, isClosed } = charged;
  if (isClosed) throw new BudgetClosedError(label);
  const reservation = node?.root.reservation;
  if (reservation?.pending !== undefined) {
    // Asked anew behind the wait: the scope may have been closed meanwhile.
    return budgets.run.unlessStopped(reservation.pending).then(() => admitModelCall(request));
  }
  if (reservation?.failure !== undefined && !budgets.run.isObserved) {
    budgets.run.assertTakesCalls(label);
    throw reservation.failure;
  }
  return admitted(request, budgets, node, label);
}

/** A call that is asked about. */
interface Asked extends Sent {
  readonly label: string;
}

function admitted(
  request: ModelRequest,
  budgets: RunBudgets,
  node: BudgetNode | undefined,
  label: string,
): MaybePromise<ModelCall> {
  const { run } = budgets;
  run.assertTakesCalls(label);
  const price = priceOf(request, budgets);
  const rates: CallRates = { provider: request.provider, model: request.model, price, tariff: run.core.tariff };
  // Looking at a long request is work: it is done when it is needed, and once.
  let known: CallBound | undefined;
  const bound = (): CallBound => {
    known ??= request.bound();
    return known;
  };
  const asked: Asked = { request, label, bound, budgets, node, rates, tool: run.currentTool() };
  const held = node && admittedByScopes(asked, node);
  return run.sharedBudgets === undefined ? opened(asked, held) : admittedByShared(asked, run.sharedBudgets, held);
}

function opened(asked: Asked, held: Fit | undefined): OpenModelCall {
  return asked.budgets.track(new OpenModelCall(asked, held));
}

/** Asks the scopes around the call. @returns what hard ones hold; `undefined` where they hold nothing */
function admittedByScopes({ budgets: { run }, label, rates, bound }: Asked, node: BudgetNode): Fit | undefined {
  const exceeded = node.exceeded();
  if (exceeded !== undefined) refuseForBudget(run, exceeded, label);
  const limitsUsd = rates.price === undefined && node.outward(({ limits }) => limits.usd !== undefined);
  if (limitsUsd) {
    const error = new UnpricedModelError(rates.provider, rates.model);
    refuseCall(run, { node: limitsUsd, limitType: 'usd' }, label, error);
  }
  const { hard } = node;
  if (hard === undefined) return undefined;

  const unbounded = whyUnbounded(bound());
  if (unbounded !== undefined) {
    const error = new UnboundedCostError(label, unbounded);
    refuseCall(run, { node: hard, limitType: nearestLimit(hard) }, label, error);
    return undefined;
  }
  const found = fit(node, bound(), rates);
  if ('node' in found) {
    // What others hold comes back; what is used does not, and who swallows the refusal must not go on in smaller calls.
    if (!found.isForNow) found.node.latched ??= found.limitType;
    if (exceeded === undefined) refuseForBudget(run, found, label);
    return undefined;
  }
  return run.isObserved ? undefined : found;
}

/** Asks the shared budgets of the run, once the scopes have let the call through: those cost no trip to the store. */
function admittedByShared(asked: Asked, shared: RunSharedBudgets, held: Fit | undefined): MaybePromise<ModelCall> {
  const { label, rates, bound } = asked;
  const { run } = asked.budgets;
  const isHard = holdsWorstCase(asked, shared);
  const fitting = held ?? (isHard && !run.isObserved ? fitOf(bound(), outputBoundOf(bound()), rates) : undefined);
  // Before the store is asked: what is held here must not go to another call meanwhile.
  const call = opened(asked, fitting);
  const hold = new SharedHold(run, shared, label);
  const sent = (cap: number): ModelCall => {
    const isClamped = isHard && fitting?.outputCap !== undefined && cap < fitting.outputCap;
    call.send(hold, isClamped ? fitOf(bound(), cap, rates) : undefined);
    return call;
  };
  const refused = (error: unknown): never => {
    call.cancel();
    throw error;
  };
  call.isWaiting = true;
  try {
    const cap = hold.take(
      isHard ? (fitting?.outputCap ?? outputBoundOf(bound())) : 0,
      isHard ? worstCaseOf(asked) : undefined,
    );
    return isThenable(cap) ? Promise.resolve(cap).then(sent, refused) : sent(cap);
  } catch (error) {
    return refused(error);
  }
}

/** Refuses what no shared budget can hold, whatever is left. @returns whether the worst case is held */
function holdsWorstCase({ budgets: { run }, label, rates, bound }: Asked, shared: RunSharedBudgets): boolean {
  const { stopped } = shared;
  // Where limits only observe, the store is asked all the same, and its answer told.
  if (stopped !== undefined && !run.isObserved) refuseForShared(run, stopped, label);
  const limitsUsd = rates.price === undefined && shared.limits.find(({ limitType }) => limitType === 'usd');
  if (limitsUsd) {
    const about = { limit: limitsUsd, state: shared.seen(limitsUsd) };
    refuseSharedCall(run, about, label, new UnpricedModelError(rates.provider, rates.model));
  }
  const hard = shared.limits.find((each) => each.isHard);
  if (hard === undefined) return false;
  const unbounded = whyUnbounded(bound());
  if (unbounded === undefined) return true;
  refuseSharedCall(run, { limit: hard, state: shared.seen(hard) }, label, new UnboundedCostError(label, unbounded));
  return false;
}

function worstCaseOf({ bound, rates }: Asked): WorstCase {
  const known = bound();
  return {
    least: leastCap(known),
    amounts: (cap) => worstOfAll(known, cap, rates),
    greatest: (cap, isSo) => greatestCap(known, cap, isSo),
  };
}

function priceOf(
  { provider, model, prices, defaultPrices }: ModelRequest,
  { run }: RunBudgets,
): CompiledPrice | undefined {
  const asked = { provider, model, at: run.core.clock.wall() };
  const price = prices?.priceOf(asked) ?? run.core.prices?.priceOf(asked) ?? defaultPrices?.priceOf(asked);
  if (price === undefined) return undefined;
  let ready = compiled.get(price);
  if (ready === undefined) {
    if (!isPrice(price)) {
      const label = `${provider}/${model}`;
      warnOnce(run.core, 'price', `A source of prices answered no price for ${label}: ${shown(price)}`);
      return undefined;
    }
    ready = new CompiledPrice(price);
    compiled.set(price, ready);
  }
  return ready;
}
