import { type ActGuardEvent, AgentHost, type BudgetScope, type Gateway, type Run, type Toolset } from '@actguard/core';
import { meter } from '@actguard/openai';
import { timeline } from '@actguard/timeline';
import { answerUser, type Chat } from './agent-loop.js';
import { answerWithin } from './answer-within.js';
import { Bill, packagedPrice } from './bill.js';
import type { ModelSource } from './model.js';
import { withPatience } from './patience.js';
import { plainTools } from './plain-tools.js';
import type { Scenario } from './scenario.js';
import type { Exchange } from './scripted-model.js';
import { type Entry, Transcript } from './transcript.js';

/** Whether guards are in the way: `soft` and `hard` is guarded with such a budget. */
export type Manner = 'bare' | 'guarded' | 'soft' | 'hard';

/** In how many manners a scenario is played guarded. */
export function guardedManners({ budget }: Pick<Scenario, 'budget'>): readonly [Manner, ...Manner[]] {
  return budget?.variants ?? ['guarded'];
}

/** A scenario, played once. */
export interface Playthrough {
  readonly manner: Manner;
  readonly transcript: Transcript;
  /** What the host told, copied; nothing in a bare run, where no host takes part. */
  readonly events: readonly ActGuardEvent[];
  /** What became of the world. */
  readonly outcome: string;
  /** What went wrong in it. */
  readonly harm: string | undefined;
  /** What the calls of the model cost. */
  readonly bill: Bill;
  /** What went over the wire; known for a scripted model only. */
  readonly exchanges: readonly Exchange[] | undefined;
}

/** Time that passes at the end, so that what is still under way comes to its own end. */
const AFTERMATH_MS = 2 * 60_000;

/**
 * Plays a scenario in a fresh world: bare with plain instances of its agents, guarded inside a run of a host.
 *
 * @param gateway what the guarded run reserves its budget at, and tells what happens
 */
export async function play<World>(
  scenario: Scenario<World>,
  manner: Manner,
  source: ModelSource,
  onEntry: (entry: Entry) => void,
  gateway?: Gateway,
): Promise<Playthrough> {
  const { agents, name, userId, budget } = scenario;
  const world = scenario.createWorld();
  const clock = scenario.clock?.(world);
  const transcript = new Transcript(onEntry, clock);
  await using model = await source.connect(scenario.model);
  await using host = await AgentHost.create({
    agents,
    providers: scenario.providers(world),
    ...(clock && { clock }),
    ...(budget && { prices: budget.prices }),
    ...(gateway && manner !== 'bare' && { client: gateway }),
    onEvent: transcript.guardTold,
  });

  using told = timeline(host);

  const bill = new Bill(budget?.prices[model.name] ?? packagedPrice(model.name));
  const chat: Chat = {
    client: budget === undefined || manner === 'bare' ? model.client : meter(model.client),
    model: model.name,
    ...(budget && { maxOutputTokens: budget.maxOutputTokens }),
    messages: [{ role: 'system', content: scenario.systemPrompt }],
  };
  const converse = async (tools: Toolset, run?: Run): Promise<void> => {
    const watched = transcript.watch(clock === undefined ? tools : withPatience(tools, clock));
    for (const turn of scenario.turns) {
      await transcript.meanwhile(() => turn.meanwhile?.(world));
      run?.userSaid(turn.says);
      transcript.userSaid(turn.says);
      chat.messages.push({ role: 'user', content: turn.says });
      const answer = (scope?: BudgetScope) =>
        answerUser(chat, watched, (reply, usage) => {
          bill.add(usage);
          transcript.modelReplied(reply, usage);
          if (scope?.usdLimit !== undefined) transcript.spent(scope.usdUsed, scope.usdLimit);
        });
      if (budget === undefined || run === undefined) {
        await answer();
        continue;
      }
      const options = { ...budget.options, ...((manner === 'soft' || manner === 'hard') && { enforcement: manner }) };
      const isAnswered = await answerWithin(run, options, answer, transcript.modelRefused);
      if (!isAnswered) transcript.applicationSaid(budget.answer(world));
    }
    await clock?.advance(AFTERMATH_MS);
  };

  if (manner === 'bare') await converse(await plainTools(host, agents, scenario.plainAgents(world)));
  else
    await host.run({ runId: manner === 'guarded' ? name : `${name}-${manner}`, userId }, (run) =>
      converse(run.tools(...agents), run),
    );

  return {
    manner,
    transcript,
    events: manner === 'bare' ? [] : told.events,
    outcome: scenario.outcome(world, bill),
    harm: scenario.harm(world, bill),
    bill,
    exchanges: model.exchanges,
  };
}
