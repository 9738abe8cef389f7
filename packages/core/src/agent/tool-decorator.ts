import { UsageError } from '../errors/usage-errors.js';
import type { GuardDeclaration } from '../guards/guard-definition.js';
import type { CallContext } from '../run/call-context.js';
import { contextBag, legacyBag, type MetadataBag, type MethodRecord, ownRecord } from './class-record.js';

/** A method that can be a tool: one argument object, and a promise or an `async *`. */
export type ToolMethod<Args, Result = unknown> = (
  args: Args,
  call: CallContext,
) => Promise<Result> | AsyncIterable<Result>;

/** Makes static and `#private` methods a compile error. */
// biome-ignore lint/suspicious/noExplicitAny: the class and the method are whatever is decorated
type InstanceMethodContext = ClassMethodDecoratorContext<any, any> & {
  readonly static: false;
  readonly private: false;
};

/** A decorator of a tool's method, for TC39 decorators and for `experimentalDecorators`. */
export interface ToolDecorator<Args, Result = unknown> {
  (prototype: object, name: string | symbol, descriptor: { value?: ToolMethod<Args, Result> }): void;
  (method: ToolMethod<Args, Result>, context: InstanceMethodContext): void;
}

/** Where `reflect-metadata` publishes what is declared about a tool, on the method function. */
export const TOOL_METADATA_KEY = 'actguard:tool';

/** A decorator that adds guards to a method and changes nothing else. */
export function guardDecorator<Args, Result>(
  decorator: string,
  declaration: GuardDeclaration,
): ToolDecorator<Args, Result> {
  if (isBare(declaration.options)) throw needsParentheses(decorator);
  return methodDecorator(decorator, (record) => {
    record.guards = [declaration, ...record.guards];
  });
}

/** A decorator that writes to the record of a method. `decorator` is its name, for errors. */
export function methodDecorator<Args, Result>(
  decorator: string,
  write: (record: MethodRecord, method: string) => void,
): ToolDecorator<Args, Result> {
  return function decorate(target: object, nameOrContext: unknown, descriptor?: { value?: unknown }): void {
    const place = isDecoratorContext(nameOrContext)
      ? placeOf(decorator, target, nameOrContext)
      : legacyPlaceOf(decorator, target, nameOrContext, descriptor);
    const { methods } = ownRecord(place.bag);
    let record = methods.get(place.name);
    if (record === undefined) methods.set(place.name, (record = { guards: [] }));
    write(record, place.name);
    publish(place.method, record);
  };
}

interface Place {
  readonly bag: MetadataBag;
  readonly name: string;
  readonly method: object;
}

interface DecoratorContext {
  readonly kind: string;
  readonly name?: string | symbol;
  readonly static?: boolean;
  readonly private?: boolean;
  readonly metadata?: object;
}

/** Whether the second argument of a decorator is a TC39 context, whatever compiled it. */
export function isDecoratorContext(value: unknown): value is DecoratorContext {
  return typeof value === 'object' && value !== null && typeof (value as { kind?: unknown }).kind === 'string';
}

function placeOf(decorator: string, method: object, context: DecoratorContext): Place {
  const { kind, name } = context;
  if (kind !== 'method' || context.static || context.private) {
    const what = kind === 'method' ? `${context.static ? 'static' : 'private'} method` : kind;
    throw misplaced(decorator, name, `a ${what}`);
  }
  return { bag: contextBag(context), name: toolName(decorator, name), method };
}

function legacyPlaceOf(
  decorator: string,
  target: object,
  name: unknown,
  descriptor: { value?: unknown } | undefined,
): Place {
  if (typeof target === 'function')
    throw misplaced(decorator, name, name === undefined ? 'a class' : 'a static method');
  if (typeof descriptor?.value !== 'function') throw misplaced(decorator, name, 'something that is no method');
  return { bag: legacyBag(target.constructor), name: toolName(decorator, name), method: descriptor.value };
}

function toolName(decorator: string, name: unknown): string {
  if (typeof name !== 'string') throw misplaced(decorator, name, 'a method named by a symbol');
  if (name === '__proto__') throw misplaced(decorator, name, 'a method named __proto__');
  return name;
}

/** The error of a decorator that was written without its parentheses, and so got the method or class as its options. */
export function needsParentheses(decorator: string): UsageError {
  return new UsageError(`@${decorator} needs parentheses: @${decorator}(…)`, {
    code: 'usage.decorator',
    details: { decorator },
  });
}

// The method arrives as the options, or where a decorator takes one value as that value.
function isBare(options: unknown): boolean {
  if (typeof options !== 'object' || options === null) return typeof options === 'function';
  const { calls, after, rules } = options as { calls?: unknown; after?: unknown; rules?: unknown };
  return [calls, after, Array.isArray(rules) ? rules[0] : undefined].some((value) => typeof value === 'function');
}

function misplaced(decorator: string, name: unknown, what: string): UsageError {
  return new UsageError(`@${decorator} is for public instance methods, but ${String(name)} is ${what}.`, {
    code: 'usage.decorator',
    details: { decorator, name: String(name) },
  });
}

function publish(method: object, record: MethodRecord): void {
  const guards = record.guards.map(({ definition, options }) => ({ guard: definition.kind, options }));
  Reflect.defineMetadata(TOOL_METADATA_KEY, { ...record.tool, guards }, method);
}
