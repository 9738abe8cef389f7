import { AgentHost, type Run, type Toolset } from '@actguard/core';
import { answerUser, type Chat } from './agent-loop.js';
import type { ModelSource } from './model.js';
import { plainTools } from './plain-tools.js';
import type { Scenario } from './scenario.js';
import type { Exchange } from './scripted-model.js';
import { type Entry, Transcript } from './transcript.js';

/** Whether guards are in the way. */
export type Manner = 'bare' | 'guarded';

/** A scenario, played once. */
export interface Playthrough {
  readonly transcript: Transcript;
  /** What became of the world. */
  readonly outcome: string;
  /** What went wrong in it. */
  readonly harm: string | undefined;
  /** What went over the wire; known for a scripted model only. */
  readonly exchanges: readonly Exchange[] | undefined;
}

/** Plays a scenario in a fresh world: bare with plain instances of its agents, guarded inside a run of a host. */
export async function play<World>(
  scenario: Scenario<World>,
  manner: Manner,
  source: ModelSource,
  onEntry: (entry: Entry) => void,
): Promise<Playthrough> {
  const { agents, userId } = scenario;
  const world = scenario.createWorld();
  const transcript = new Transcript(onEntry);
  await using model = await source.connect(scenario.model);
  await using host = await AgentHost.create({
    agents,
    providers: scenario.providers(world),
    ...(scenario.clock && { clock: scenario.clock(world) }),
    onEvent: transcript.guardTold,
  });

  const chat: Chat = {
    client: model.client,
    model: model.name,
    messages: [{ role: 'system', content: scenario.systemPrompt }],
  };
  const converse = async (tools: Toolset, run?: Run): Promise<void> => {
    const watched = transcript.watch(tools);
    for (const { meanwhile, says } of scenario.turns) {
      await meanwhile?.(world);
      run?.userSaid(says);
      transcript.userSaid(says);
      chat.messages.push({ role: 'user', content: says });
      await answerUser(chat, watched, transcript.modelReplied);
    }
  };

  if (manner === 'bare') await converse(await plainTools(host, agents, scenario.plainAgents(world)));
  else await host.run({ userId }, (run) => converse(run.tools(...agents), run));

  return { transcript, outcome: scenario.outcome(world), harm: scenario.harm(world), exchanges: model.exchanges };
}
