import type { BudgetOptions, PriceTable, Provider } from '@actguard/core';
import type { TestClock } from '@actguard/core/testing';
import type { Bill } from './bill.js';
import type { ScriptedModel } from './scripted-model.js';

/** A class that `@Agent` marks. */
export type AgentClass = new (...args: never[]) => object;

/** One turn of the user. */
export interface Turn<World> {
  /** What happens before the user speaks: time passes, a late answer arrives. */
  meanwhile?(world: World): void | Promise<void>;
  /** What the user says. */
  readonly says: string;
}

/** How what the model costs is limited in guarded runs. */
export interface ScenarioBudget<World> {
  /** Of the scope in which the model answers a turn of the user. */
  readonly options: BudgetOptions & { readonly usdLimit: number };
  /** The scenario is played once guarded with each of these enforcements. */
  readonly variants: readonly ['soft' | 'hard', ...('soft' | 'hard')[]];
  /** What the scripted model costs. A real one has the price that the meters know. */
  readonly prices: PriceTable;
  /** Cap of output that the agent loop sends with each request, bare too. */
  readonly maxOutputTokens: number;
  /** What the application tells the user when the budget has ended. */
  answer(world: World): string;
}

/**
 * A problem to show. It is played by one script, each time in a fresh world: bare (plain instances of the agents) and
 * guarded (the same classes in an `AgentHost`), where it has a budget once for each of its variants.
 */
export interface Scenario<World = unknown> {
  /** What `npm start -- NAME` calls it, and its folder. */
  readonly name: string;
  /** Name of the problem, such as `Made-up data`. */
  readonly problem: string;
  /** What goes wrong here, in a few words. */
  readonly title: string;
  /** What happens, in two sentences. */
  readonly story: string;

  /** A fresh world. It must be the same every time: the bytes of two runs are compared. */
  createWorld(): World;
  /** The decorated classes. */
  readonly agents: readonly AgentClass[];
  /** What the agents get injected in the guarded run. */
  providers(world: World): readonly Provider[];
  /** Instances of `agents`, in their order, made with `new`: what the bare run calls. */
  plainAgents(world: World): readonly object[];
  /**
   * The clock of the world, where it has one of its own. Guards go by it, and so does the patience of the agent loop: time
   * passes on it while a tool is waited for.
   *
   * @default the clock of the system
   */
  clock?(world: World): TestClock;

  /** Who the run is for. */
  readonly userId: string;
  readonly systemPrompt: string;
  readonly turns: readonly Turn<World>[];
  /** Plays the model where there is no API key. */
  readonly model: ScriptedModel;

  /** Where it is about what the model costs. @default no limit */
  readonly budget?: ScenarioBudget<World>;

  /** What became of the world, in a few words. */
  outcome(world: World, bill: Bill): string;
  /** What went wrong in the world, in a few words; `undefined` where nothing did. */
  harm(world: World, bill: Bill): string | undefined;
}
