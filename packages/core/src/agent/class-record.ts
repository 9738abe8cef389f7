import 'reflect-metadata';
import type { Token } from '../container/provider.js';
import { UsageError } from '../errors/usage-errors.js';
import type { GuardDeclaration } from '../guards/guard-definition.js';
import { symbolMetadata } from './symbol-metadata.js';

// A registered symbol, so that a class decorated with one copy of the package is understood by a host of another.
const RECORD = Symbol.for('actguard.metadata.v1');

/** Any class. */
export type AnyClass = abstract new (...args: never[]) => object;

/** What `@Tool` and the guard decorators wrote about one method. */
export interface MethodRecord {
  /** What `@Tool` said; absent on a method that only has guards. */
  tool?: { readonly [option: string]: unknown };
  /** Guards in reading order: the topmost decorator first. */
  guards: readonly GuardDeclaration[];
}

/** What the class decorators wrote. */
export interface ClassRecord {
  agent?: { readonly name: string; readonly inject?: readonly Token[] | undefined };
  injectable?: { readonly inject?: readonly Token[] | undefined; readonly scope?: string | undefined };
  module?: { readonly [option: string]: unknown };
  readonly methods: Map<string, MethodRecord>;
}

/** A bag of metadata: `context.metadata`, or what `Class[Symbol.metadata]` holds. */
export type MetadataBag = object & { [RECORD]?: ClassRecord };

/** The bag of a class under `experimentalDecorators`, made where it is missing, inheriting like the one of TC39. */
export function legacyBag(target: object): MetadataBag {
  if (!Object.hasOwn(target, symbolMetadata)) {
    const inherited = (target as { [symbolMetadata]?: object })[symbolMetadata] ?? null;
    Object.defineProperty(target, symbolMetadata, { value: Object.create(inherited), configurable: true });
  }
  return (target as { [symbolMetadata]: MetadataBag })[symbolMetadata];
}

/** The bag of a TC39 decorator context. */
export function contextBag(context: {
  readonly metadata?: object | undefined;
  readonly name?: string | symbol | undefined;
}): MetadataBag {
  if (context.metadata) return context.metadata;
  throw new UsageError(
    `The compiler gave no decorator metadata for ${String(context.name)}. Compile with TypeScript 5.4 or later, esbuild, swc 2022-03 or Babel 2023-11.`,
    { code: 'usage.decorator_metadata' },
  );
}

/** The record in this very bag, made where it is missing: a subclass never writes into its parent's. */
export function ownRecord(bag: MetadataBag): ClassRecord {
  if (!Object.hasOwn(bag, RECORD))
    Object.defineProperty(bag, RECORD, { value: { methods: new Map() } satisfies ClassRecord });
  return bag[RECORD] as ClassRecord;
}

/** The record that decorators of this very class wrote, if any did. */
export function recordOf(target: AnyClass): ClassRecord | undefined {
  if (!Object.hasOwn(target, symbolMetadata)) return undefined;
  const bag = (target as { [symbolMetadata]?: MetadataBag })[symbolMetadata];
  return bag !== null && bag !== undefined && Object.hasOwn(bag, RECORD) ? bag[RECORD] : undefined;
}

/** A class and its ancestors with what decorators wrote on each, the root first. */
export function lineage(target: AnyClass): { readonly owner: AnyClass; readonly record: ClassRecord | undefined }[] {
  const classes: { owner: AnyClass; record: ClassRecord | undefined }[] = [];
  for (
    let owner: unknown = target;
    typeof owner === 'function' && owner !== Function.prototype;
    owner = Object.getPrototypeOf(owner)
  ) {
    classes.push({ owner: owner as AnyClass, record: recordOf(owner as AnyClass) });
  }
  return classes.reverse();
}
