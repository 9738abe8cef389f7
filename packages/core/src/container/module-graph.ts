import type { ConfigurationProblem } from '../errors/usage-errors.js';
import type { AgentBinding, Binding, ModuleNode } from './binding.js';
import { nearMatches } from './near-match.js';
import type { Class, Token } from './provider.js';
import { readModule } from './read-class.js';
import { type ListingSite, readAgent, readProvider } from './read-provider.js';
import { isClass, isToken, tokenName, UNDEFINED_CLASS } from './token.js';

/** What a module declares in one place: its decorator, a dynamic module or the host's options. */
interface Declaration {
  readonly options: { readonly [option: string]: unknown };
  /** What leads to the options in messages, such as `Module.`. */
  readonly prefix: string;
}

interface GrowingNode extends ModuleNode {
  readonly own: Map<Token, Binding>;
  readonly exported: Map<Token, Set<Binding>>;
  readonly visible: Map<Token, Set<Binding>>;
}

interface Import {
  readonly key: object;
  readonly name: string;
  readonly moduleClass: Class<object>;
  readonly declarations: readonly Declaration[];
}

type Path = readonly { readonly key: object; readonly name: string }[];

const OPTIONS = ['imports', 'providers', 'agents', 'exports'];

/** Name of the module that the host itself is, in messages. */
const HOST = 'AgentHost';

/**
 * The host as a module, its `graph` holding every module that it reaches. What is wrong is reported and left out.
 */
export function buildModuleGraph(options: object, problems: ConfigurationProblem[]): ModuleNode {
  const declaration = { options: options as Declaration['options'], prefix: '' };
  return new GraphBuilder(problems).add(options, HOST, undefined, [declaration], []);
}

class GraphBuilder {
  readonly #nodes: ModuleNode[] = [];
  readonly #byKey = new Map<object, ModuleNode>();
  readonly #agents = new Map<Token, AgentBinding>();
  readonly #problems: ConfigurationProblem[];

  constructor(problems: ConfigurationProblem[]) {
    this.#problems = problems;
  }

  add(
    key: object,
    name: string,
    moduleClass: Class<object> | undefined,
    declarations: readonly Declaration[],
    path: Path,
  ): ModuleNode {
    const here = [...path, { key, name }];
    const node: GrowingNode = {
      name,
      moduleClass,
      own: new Map(),
      exported: new Map(),
      visible: new Map(),
      graph: this.#nodes,
    };
    const imports = new Map<object, ModuleNode>();
    for (const declaration of declarations) {
      for (const [entry, option] of this.#list(name, declaration, 'imports')) {
        const found = this.#readImport(entry, name, option);
        const imported = found && this.#visit(found, name, option, here);
        if (found && imported) imports.set(found.key, imported);
      }
      for (const [entry, option] of this.#list(name, declaration, 'providers')) {
        const site = { module: node, option, problems: this.#problems };
        this.#own(node, readProvider(entry, site), site);
      }
      for (const [entry, option] of this.#list(name, declaration, 'agents')) {
        const site = { module: node, option, problems: this.#problems };
        this.#ownAgent(node, readAgent(entry, site), site);
      }
    }
    for (const [token, binding] of node.own) node.visible.set(token, new Set([binding]));
    for (const imported of imports.values()) {
      for (const [token, bindings] of imported.exported)
        if (!node.own.has(token)) addAll(node.visible, token, bindings);
    }
    for (const declaration of declarations) {
      this.#unknownOptions(name, declaration);
      for (const [entry, option] of this.#list(name, declaration, 'exports'))
        this.#export(node, imports, entry, option);
    }
    this.#nodes.push(node);
    return node;
  }

  #visit(
    { key, name, moduleClass, declarations }: Import,
    importer: string,
    option: string,
    path: Path,
  ): ModuleNode | undefined {
    const start = path.findIndex((step) => step.key === key);
    if (start >= 0) {
      const cycle = [...path.slice(start).map((step) => step.name), name].join(' -> ');
      this.#report('usage.module_circular', importer, option, `modules import each other: ${cycle}`);
      return undefined;
    }
    const known = this.#byKey.get(key);
    if (known) return known;
    const node = this.add(key, name, moduleClass, declarations, path);
    this.#byKey.set(key, node);
    return node;
  }

  #readImport(entry: unknown, importer: string, option: string): Import | undefined {
    const invalid = (message: string): undefined =>
      this.#report('usage.module_invalid', importer, option, message, entry);
    if (entry === undefined) return invalid(UNDEFINED_CLASS);
    if (isClass(entry)) {
      const declared = readModule(entry);
      if (declared === undefined) return invalid('is not a module: it has no @Module; a provider belongs in providers');
      const declarations = [{ options: declared, prefix: 'Module.' }];
      return { key: entry, name: tokenName(entry), moduleClass: entry, declarations };
    }
    if (typeof entry !== 'object' || entry === null)
      return invalid('is not a module: give a class with @Module or { module, … }');
    if (typeof (entry as { then?: unknown }).then === 'function')
      return invalid('is a promise: await it before importing it');
    const { module, ...options } = entry as { readonly [option: string]: unknown };
    if (!isClass(module)) return invalid('is not a dynamic module: its module is not a class');
    const declared = readModule(module);
    const dynamic = { options, prefix: '' };
    const declarations = declared === undefined ? [dynamic] : [{ options: declared, prefix: 'Module.' }, dynamic];
    return { key: entry, name: tokenName(module), moduleClass: module, declarations };
  }

  #own(node: GrowingNode, binding: Binding | undefined, { option }: ListingSite): void {
    if (binding === undefined) return;
    const other = node.own.get(binding.token);
    if (other === undefined) node.own.set(binding.token, binding);
    else {
      const message = `${node.name} already provides it in ${other.option}: one of them would silently win`;
      this.#report('usage.provider_duplicate', binding.name, option, message);
    }
  }

  #ownAgent(node: GrowingNode, agent: AgentBinding | undefined, site: ListingSite): void {
    if (agent === undefined) return;
    const other = this.#agents.get(agent.token);
    if (other !== undefined && other.module !== node) {
      const message = `the agent already belongs to ${other.module.name}: list it in one module, and export it there`;
      this.#report('usage.provider_duplicate', agent.name, site.option, message);
      return;
    }
    this.#own(node, agent, site);
    this.#agents.set(agent.token, agent);
  }

  #export(node: GrowingNode, imports: ReadonlyMap<object, ModuleNode>, entry: unknown, option: string): void {
    const modules = [...imports].filter(([key, { moduleClass }]) => key === entry || moduleClass === entry);
    if (isToken(entry) && (modules.length === 0 || node.own.has(entry))) {
      const bindings = node.visible.get(entry);
      if (bindings !== undefined) addAll(node.exported, entry, bindings);
      else {
        const message =
          'is neither provided here nor exported by an imported module; a module exports only what it sees';
        this.#report('usage.module_export', node.name, option, `${tokenName(entry)} ${message}`);
      }
    } else if (modules.length > 0) {
      for (const [, module] of modules) {
        for (const [token, bindings] of module.exported) addAll(node.exported, token, bindings);
      }
    } else {
      const why = entry === undefined ? UNDEFINED_CLASS : 'is neither a token nor a module that is imported here';
      this.#report('usage.module_export', node.name, option, why, entry);
    }
  }

  #unknownOptions(name: string, { options, prefix }: Declaration): void {
    for (const key of Object.keys(options)) {
      if (OPTIONS.includes(key)) continue;
      const [near] = nearMatches(key, OPTIONS);
      const hint = near === undefined ? `a module has ${OPTIONS.join(', ')}` : `did you mean ${near}?`;
      this.#report('usage.module_invalid', name, `${prefix}${key}`, `no such option: ${hint}`);
    }
  }

  #list(name: string, { options, prefix }: Declaration, key: string): [entry: unknown, option: string][] {
    const list = options[key];
    if (list === undefined) return [];
    // Array.from reads a hole as undefined, so that it is reported.
    if (Array.isArray(list))
      return Array.from(list as unknown[], (entry, index) => [entry, `${prefix}${key}[${index}]`]);
    this.#report('usage.module_invalid', name, `${prefix}${key}`, 'must be an array', list);
    return [];
  }

  #report(code: string, className: string, option: string, message: string, value?: unknown): undefined {
    this.#problems.push({ code, className, option, value, message });
  }
}

function addAll(map: Map<Token, Set<Binding>>, token: Token, bindings: Iterable<Binding>): void {
  const known = map.get(token);
  if (known === undefined) map.set(token, new Set(bindings));
  else for (const binding of bindings) known.add(binding);
}
