import { DIRECT, type DirectGuard, nothingFollows } from '../guards/direct-guard.js';
import type { Guard } from '../guards/guard.js';
import type { Step } from './plan.js';

/** A guard that may act on the state of a store in this process, in its place. */
export interface DirectStep {
  readonly step: Step;
  readonly guard: DirectGuard;
  /** Methods of the guard: engines look up slowly what many classes have. */
  readonly enter: DirectGuard['enter'];
  readonly started: DirectGuard['started'];
  readonly succeeded: DirectGuard['succeeded'];
  /** Place of the guard among all of the plan: where the call keeps what it has to know later. */
  readonly slot: number;
}

/** The guards of a tool as they act where the store is in this process. */
export interface DirectPlan {
  /** Guards that decide whether a call goes through. */
  readonly admission: readonly DirectStep[];
  /** Guards that hold a call of which the first so many have admitted it, by that number. */
  readonly held: readonly (readonly Step[])[];
  /** Guards that hold a call once it is dispatched: all of them, and those that only act around the method. */
  readonly dispatched: readonly Step[];
  /** Guards that act as the method is invoked; absent where one of them has to be told of it by `dispatched`. */
  readonly starting: readonly DirectStep[] | undefined;
  /** What follows from a success, last guard first; absent where a guard has to be told of it by `settle`. */
  readonly ending: DirectEnding | undefined;
}

/** What follows from a success. */
export interface DirectEnding {
  /** The one guard that reads the result. */
  readonly minting: DirectGuard | undefined;
  readonly told: readonly DirectStep[];
  /** No guard does anything. */
  readonly isEmpty: boolean;
}

/** How a tool goes where the store is in this process; `undefined` where a guard only observes, or is of the user's. */
export function directPlanOf(
  steps: readonly Step[],
  admission: readonly Step[],
  around: readonly Step[],
): DirectPlan | undefined {
  if (!admission.every(({ guard, mode }) => mode === 'enforce' && isDirect(guard) && guard.enter !== undefined))
    return undefined;
  const directly = (step: Step): DirectStep => {
    const guard = step.guard as DirectGuard;
    const { enter, started, succeeded } = guard;
    return { step, guard, enter, started, succeeded, slot: steps.indexOf(step) };
  };
  const told = (upTo: number): Step[] => admission.slice(0, upTo).filter(({ hearsEnd }) => hearsEnd);
  const dispatched = [...told(admission.length), ...around];
  const starting = dispatched.filter(({ guard }) => guard.dispatched !== undefined).map(directly);
  return {
    admission: admission.map(directly),
    held: Array.from({ length: admission.length + 1 }, (_, upTo) => told(upTo)),
    dispatched,
    starting: starting.every(({ guard }) => guard.started !== undefined) ? starting : undefined,
    ending: endingOf(steps, dispatched.toReversed().map(directly)),
  };
}

function isDirect(guard: Guard): guard is DirectGuard {
  return DIRECT in guard;
}

function endingOf(steps: readonly Step[], told: readonly DirectStep[]): DirectEnding | undefined {
  const returned = steps.filter(({ guard }) => guard.returned !== undefined);
  const [minting, second] = returned.map(({ guard }) => guard as DirectGuard);
  // Where one of several withholds the result, nothing is minted by the others.
  if (second !== undefined || (minting !== undefined && !isDirect(minting))) return undefined;
  if (!told.every(({ guard }) => isDirect(guard) && guard.succeeded !== undefined)) return undefined;
  const doing = told.filter(({ guard }) => guard.succeeded !== nothingFollows);
  return { minting, told: doing, isEmpty: minting === undefined && doing.length === 0 };
}
