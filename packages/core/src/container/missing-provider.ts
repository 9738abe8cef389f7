import { type AnyClass, recordOf } from '../agent/class-record.js';
import type { ModuleNode } from './binding.js';
import { nearMatches } from './near-match.js';
import type { Token } from './provider.js';
import { tokenName } from './token.js';

/** Says that a module sees no provider of a token, and what may be the reason. */
export function missingMessage(module: ModuleNode, token: Token): string {
  const name = tokenName(token);
  return `nothing that ${module.name} sees provides ${name}: ${reason(module, token, name)}`;
}

function reason(module: ModuleNode, token: Token, name: string): string {
  const exporter = module.graph.find(({ exported }) => exported.has(token));
  if (exporter !== undefined) return `${exporter.name} exports it, so import that module`;

  const owner = module.graph.find(({ own }) => own.has(token));
  if (owner !== undefined) {
    return owner.moduleClass === undefined
      ? 'the host provides it, but a module sees only what it provides itself and what its imports export'
      : `${owner.name} provides it but does not export it`;
  }

  const names = [...module.visible.values()].flatMap((bindings) => [...bindings].map((binding) => binding.name));
  if (names.includes(name)) {
    return 'it sees another token of that name (is its file loaded twice, or the symbol made twice?)';
  }
  const near = nearMatches(name, names);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  const isAgent = typeof token === 'function' && recordOf(token as AnyClass)?.agent !== undefined;
  return `add it to ${isAgent ? 'agents' : 'providers'}`;
}

/** Says that a module sees several providers of a token. */
export function ambiguousMessage(module: ModuleNode, token: Token): string {
  const name = tokenName(token);
  const owners = [...(module.visible.get(token) ?? [])].map((binding) => `${binding.module.name} (${binding.option})`);
  return `${module.name} imports ${name} from ${owners.join(' and ')}: import one of them, or provide it here`;
}
