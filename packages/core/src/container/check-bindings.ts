import type { ConfigurationProblem } from '../errors/usage-errors.js';
import type { Binding, ModuleNode } from './binding.js';
import { ambiguousMessage, missingMessage } from './missing-provider.js';

type Edges = ReadonlyMap<Binding, readonly Binding[]>;

/**
 * Reports what declared dependencies show without constructing anything: what nothing provides, what needs itself, and
 * singletons that need something that lives in a run. What fields and factories `inject()` shows at construction.
 */
export function checkBindings(graph: readonly ModuleNode[], problems: ConfigurationProblem[]): void {
  const bindings = graph.flatMap(({ own }) => [...own.values()]);
  const edges = new Map(bindings.map((binding) => [binding, dependenciesOf(binding, problems)]));
  reportCycles(bindings, edges, problems);
  reportScopes(bindings, edges, problems);
}

function dependenciesOf(binding: Binding, problems: ConfigurationProblem[]): readonly Binding[] {
  const { module, inject, name: className, injectOption: option } = binding;
  return inject.flatMap((token) => {
    const [found, ...others] = module.visible.get(token) ?? [];
    if (found === undefined) {
      const message = missingMessage(module, token);
      problems.push({ code: 'usage.provider_missing', className, option, value: token, message });
      return [];
    }
    if (others.length > 0) {
      const message = ambiguousMessage(module, token);
      problems.push({ code: 'usage.provider_ambiguous', className, option, value: token, message });
    }
    return [found];
  });
}

function reportCycles(bindings: readonly Binding[], edges: Edges, problems: ConfigurationProblem[]): void {
  const done = new Set<Binding>();
  const path = new Set<Binding>();
  const visit = (binding: Binding): void => {
    if (path.has(binding)) {
      const steps = [...path];
      const cycle = [...steps.slice(steps.indexOf(binding)), binding].map(({ name }) => name).join(' -> ');
      const { name: className, injectOption: option } = binding;
      problems.push({ code: 'usage.provider_circular', className, option, message: `needs itself: ${cycle}` });
      return;
    }
    if (done.has(binding)) return;
    path.add(binding);
    for (const dependency of edges.get(binding) ?? []) visit(dependency);
    path.delete(binding);
    done.add(binding);
  };
  for (const binding of bindings) visit(binding);
}

function reportScopes(bindings: readonly Binding[], edges: Edges, problems: ConfigurationProblem[]): void {
  for (const binding of bindings) {
    if (binding.scope !== 'singleton') continue;
    const path = pathToRun(binding, edges, new Set());
    if (path === undefined) continue;
    const { name: className, injectOption: option } = binding;
    const names = [binding, ...path].map(({ name }) => name);
    const what = path.at(-1)?.kind === 'agent' ? 'an agent' : "of scope 'run'";
    const message =
      `a singleton cannot need what lives in a run: ${names.join(' -> ')} (${names.at(-1)} is ${what}); ` +
      `give ${className} scope 'run', or hand over what it needs in the call`;
    problems.push({ code: 'usage.provider_scope', className, option, message });
  }
}

/** How a binding reaches something that lives in a run, through what has no life of its own: aliases and transients. */
function pathToRun(from: Binding, edges: Edges, seen: Set<Binding>): readonly Binding[] | undefined {
  for (const dependency of edges.get(from) ?? []) {
    if (dependency.scope === 'run') return [dependency];
    if (dependency.scope === 'singleton' || seen.has(dependency)) continue;
    seen.add(dependency);
    const path = pathToRun(dependency, edges, seen);
    if (path !== undefined) return [dependency, ...path];
  }
  return undefined;
}
