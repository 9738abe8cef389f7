import type { Token } from '../container/provider.js';
import { shown, UsageError } from '../errors/usage-errors.js';
import { contextBag, legacyBag, ownRecord } from './class-record.js';
import { isDecoratorContext, needsParentheses } from './tool-decorator.js';

/** Options of `@Agent`. */
export interface AgentOptions {
  /**
   * Name of the agent, first part of its tools' ids: letters, digits, `_`, `-`. Give it where class names are minified.
   *
   * @default the name of the class
   */
  readonly name?: string;
  /** Tokens of the constructor's parameters, in their order. Not needed where fields use `inject`. @default none */
  readonly inject?: readonly Token[];
}

/** A class decorator, for TC39 decorators and for `experimentalDecorators`. */
export type AgentDecorator = (
  target: abstract new (...args: never[]) => object,
  context?: ClassDecoratorContext,
) => void;

/** Where `reflect-metadata` publishes what `@Agent` says, on the class. */
export const AGENT_METADATA_KEY = 'actguard:agent';

const OPTIONS = ['name', 'inject'];
const NAME = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

/**
 * Marks a class as an agent: a host makes one instance of it per run, with its tools guarded.
 *
 * @throws {UsageError} at decoration, where the name is no identifier (letters, digits, `_`, `-`) or an option is unknown
 */
export function Agent(options: AgentOptions = {}): AgentDecorator {
  if (typeof options === 'function') throw needsParentheses('Agent');
  return function decorate(target, context?: unknown): void {
    checkOptions(options, target.name);
    const name = options.name ?? target.name;
    if (typeof name !== 'string' || !NAME.test(name)) {
      throw new UsageError(
        `@Agent name ${shown(name)} of class ${target.name || '(anonymous)'} must be letters, digits, "_" or "-".`,
        {
          code: 'usage.decorator',
          details: { className: target.name, option: 'Agent.name', value: name },
        },
      );
    }
    const bag = isDecoratorContext(context) ? contextBag(context) : legacyBag(target);
    const agent = { name, inject: options.inject };
    ownRecord(bag).agent = agent;
    Reflect.defineMetadata(AGENT_METADATA_KEY, agent, target);
  };
}

function checkOptions(options: unknown, className: string): void {
  const problem = (message: string): UsageError =>
    new UsageError(`@Agent of class ${className || '(anonymous)'} ${message}`, {
      code: 'usage.decorator',
      details: { className, options },
    });
  if (typeof options !== 'object' || options === null)
    throw problem(`takes an object of options, not ${shown(options)}`);
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) throw problem(`has no option ${shown(unknown)}; its options are ${OPTIONS.join(', ')}`);
}
