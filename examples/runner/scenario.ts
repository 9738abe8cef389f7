import type { Provider } from '@actguard/core';
import type { TestClock } from '@actguard/core/testing';
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

/**
 * A problem to show. It is played twice by one script, each time in a fresh world: bare (plain instances of the agents)
 * and guarded (the same classes in an `AgentHost`).
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

  /** What became of the world, in a few words. */
  outcome(world: World): string;
  /** What went wrong in the world, in a few words; `undefined` where nothing did. */
  harm(world: World): string | undefined;
}
