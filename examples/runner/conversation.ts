import type { Refusal } from '@actguard/core';
import type OpenAI from 'openai';

type Message = OpenAI.ChatCompletionMessageParam;

/** What a model was sent: all that a scripted one may decide by. */
export class Conversation {
  readonly #messages: readonly Message[];

  constructor(messages: readonly Message[]) {
    this.#messages = messages;
  }

  /** What the user said, oldest first. */
  get userTurns(): readonly string[] {
    return this.#messages.filter(({ role }) => role === 'user').map(textOf);
  }

  /** What the user said last. */
  get lastUserTurn(): string {
    return this.userTurns.at(-1) ?? '';
  }

  /** What was said and done since the user last spoke, that turn included. */
  get thisTurn(): Conversation {
    return new Conversation(this.#messages.slice(this.#messages.findLastIndex(({ role }) => role === 'user')));
  }

  /** All answers of a tool, oldest first, refusals included. `Result` is what the tool is known to return. */
  answersOf<Result>(tool: string): readonly (Result | Refusal)[] {
    const calls = new Map(this.#messages.flatMap(callsOf).map((call) => [call.id, call.name]));
    return this.#messages
      .filter((message) => message.role === 'tool')
      .filter((message) => calls.get(message.tool_call_id) === tool)
      .map((message): Result | Refusal => JSON.parse(textOf(message)));
  }

  /** The latest answer of a tool; `undefined` where it was not called. */
  answerOf<Result>(tool: string): Result | Refusal | undefined {
    return this.answersOf<Result>(tool).at(-1);
  }
}

/** Whether a tool answered that the call was refused, or failed. */
export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}

function callsOf(message: Message): { id: string; name: string }[] {
  if (message.role !== 'assistant') return [];
  return (message.tool_calls ?? []).flatMap((call) =>
    call.type === 'function' ? [{ id: call.id, name: call.function.name }] : [],
  );
}

function textOf({ content }: Message): string {
  return typeof content === 'string' ? content : '';
}
