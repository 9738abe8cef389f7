import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ToolInfo } from '../agent/tool-info.js';
import { type InputIssue, ToolInputError } from '../errors/guard-errors.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { copyArguments } from './argument-copy.js';

/**
 * The arguments as guards and method get them: validated by the tool's schema, and what the schema returned copied again.
 * A promise only where the schema answers with one.
 *
 * @param copy the frozen copy of what the caller sent
 */
export function validateInput(tool: ToolInfo, copy: object): MaybePromise<object> {
  const schema = tool.input?.['~standard'];
  if (schema === undefined) return copy;
  let result: unknown;
  try {
    result = schema.validate(copy);
  } catch (error) {
    throw schemaFailed(tool.id, error);
  }
  if (!isThenable(result)) return accepted(tool.id, copy, result as StandardSchemaV1.Result<unknown>);
  return Promise.resolve(result).then(
    (settled) => accepted(tool.id, copy, settled as StandardSchemaV1.Result<unknown>),
    (error: unknown) => {
      throw schemaFailed(tool.id, error);
    },
  );
}

function accepted(tool: string, copy: object, result: StandardSchemaV1.Result<unknown>): object {
  let issues: InputIssue[] | undefined;
  let value: unknown;
  try {
    if (result.issues === undefined) ({ value } = result);
    else issues = Array.from(result.issues, issueOf);
  } catch (error) {
    throw schemaFailed(tool, error);
  }
  if (issues !== undefined) throw new ToolInputError(tool, issues);
  return value === copy ? copy : copyArguments(tool, value);
}

function issueOf(issue: StandardSchemaV1.Issue): InputIssue {
  const path = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
  return { path: path.map(String).join('.'), message: String(issue.message) };
}

function schemaFailed(tool: string, error: unknown): ToolInputError {
  return new ToolInputError(tool, [{ path: '', message: 'the schema failed' }], error);
}
