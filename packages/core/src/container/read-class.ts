import { type AnyClass, lineage } from '../agent/class-record.js';
import type { Class } from './provider.js';

/** What the decorators of a class say about constructing it, not yet checked. */
export interface ClassDeclaration {
  /** `undefined` where no decorator names dependencies. */
  readonly inject: unknown;
  readonly injectOption: 'Agent.inject' | 'Injectable.inject';
  readonly scope: unknown;
  readonly isAgent: boolean;
}

/** Reads `@Agent` and `@Injectable` of a class, or of its nearest ancestor that has them: constructors are inherited. */
export function readClass(target: Class<object>): ClassDeclaration {
  const records = lineage(target as AnyClass)
    .reverse()
    .flatMap(({ record }) => record ?? []);
  const declares = records.find(({ agent, injectable }) => (agent?.inject ?? injectable?.inject) !== undefined);
  const fromAgent = declares?.agent?.inject;
  return {
    inject: fromAgent ?? declares?.injectable?.inject,
    injectOption: fromAgent === undefined ? 'Injectable.inject' : 'Agent.inject',
    scope: records.find(({ injectable }) => injectable?.scope !== undefined)?.injectable?.scope,
    isAgent: records.some(({ agent }) => agent !== undefined),
  };
}

/** What `@Module` of a class, or of the nearest ancestor that has one, says. */
export function readModule(target: Class<object>): { readonly [option: string]: unknown } | undefined {
  return lineage(target as AnyClass)
    .reverse()
    .find(({ record }) => record?.module !== undefined)?.record?.module;
}
