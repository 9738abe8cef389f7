import type { Toolset } from '@actguard/core';
import { answerToolCalls } from '@actguard/metering';
import type { Content, FunctionCall, FunctionDeclaration, GenerateContentResponse, Part } from '@google/genai';

/** The functions of a run as one of the `tools` of a request. */
export interface GoogleTools {
  /** One for each tool, in the order of the toolset. */
  functionDeclarations: FunctionDeclaration[];
}

/** What is needed of a response: its candidates, of which the first is answered. */
export type AnsweredResponse = Pick<GenerateContentResponse, 'candidates'>;

/** The tools of a run as one of the `tools` of a request: `config: { tools: [googleTools(run.tools())] }`. */
export function googleTools({ definitions }: Toolset): GoogleTools {
  return {
    functionDeclarations: definitions.map(({ name, description, inputSchema }) => ({
      name,
      ...(description !== undefined && { description }),
      parametersJsonSchema: inputSchema,
    })),
  };
}

/**
 * Makes all function calls of a response (of its first candidate) through the guards, at once. No error of a tool is thrown: the
 * model reads the refusal.
 *
 * @returns the contents to append after the model's own: one with all results; none where it calls no function
 */
export async function answer(toolset: Toolset, response: AnsweredResponse): Promise<Content[]> {
  const calls = callsIn(response);
  if (calls.length === 0) return [];
  const answers = await answerToolCalls(
    toolset,
    calls.map(({ id, name = '', args = {} }) => ({ id, name, args })),
  );
  const parts = answers.map(({ request: { id, name }, result, text }): Part => {
    const response = result.ok ? { output: jsonOf(result.value, text) } : { error: result.refusal };
    return { functionResponse: { ...(id !== undefined && { id }), name, response } };
  });
  return [{ role: 'user', parts }];
}

function callsIn({ candidates }: AnsweredResponse): readonly FunctionCall[] {
  const parts = candidates?.[0]?.content?.parts ?? [];
  return parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall]));
}

// The value as the text has it: what is no JSON is not in there.
function jsonOf(value: unknown, text: string): unknown {
  return typeof value === 'string' ? value : JSON.parse(text);
}
