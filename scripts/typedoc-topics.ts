import path from 'node:path';
import {
  type Application,
  type Comment,
  CommentTag,
  type Context,
  Converter,
  type DeclarationReflection,
  ReflectionKind,
} from 'typedoc';

/**
 * Topics of the API reference of `@actguard/core`: each export stands under the one of the file that declares it, by
 * `path below src#name`. The first pattern that fits wins.
 */
const TOPICS: readonly (readonly [topic: string, declaration: RegExp])[] = [
  ['Host', /^(host\/|clock\.ts#)/],
  ['Run', /^run\//],
  ['Prices', /^budget\/(model-price|price-table|tariff)\.ts#/],
  ['Metering', /^(metering\/|budget\/(call-bound|token-usage)\.ts#)/],
  ['Budgets', /^(budget\/|errors\/budget-errors\.ts#LimitType$)/],
  ['Rules', /^guards\/((require-fact|require-call|threshold|block-regex|rule)\.ts#|enforce\.ts#Rule$)/],
  ['Guards of your own', /^(guards\/(define-guard|guard|guard-site|guard-definition)|agent\/tool-info)\.ts#/],
  ['Decorators', /^(agent\/|guards\/|duration\.ts#)/],
  ['Providers', /^container\//],
  ['Gateway', /^gateway\//],
  ['Errors', /^errors\//],
  ['Events', /^(events\/|call\/instrument\.ts#)/],
  ['Facts', /^facts\//],
  ['Store', /^store\//],
  ['Testing', /^testing\/index\.ts#/],
];

const CORE = path.resolve(import.meta.dirname, '../packages/core/src');

/** Adds the topics to the reference, as categories. `typedoc` calls it: the file is one of its `plugin`s. */
export function load(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: Context) => {
    for (const reflection of Object.values(project.reflections)) {
      if (!reflection.isDeclaration() || !isExport(reflection)) continue;
      const declaration = `${path.relative(CORE, fileOf(reflection)).replaceAll(path.sep, '/')}#${reflection.name}`;
      if (isElsewhere(declaration)) continue;
      const topic = TOPICS.find(([, pattern]) => pattern.test(declaration))?.[0];
      if (topic === undefined) app.logger.validationWarning(`${declaration} has no topic in scripts/typedoc-topics.ts`);
      else docstringOf(reflection)?.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: topic }]));
    }
  });
}

function fileOf({ sources }: DeclarationReflection): string {
  return sources?.[0]?.fullFileName ?? '';
}

// Other packages and the few exports for tests are short lists.
function isElsewhere(declaration: string): boolean {
  return declaration.startsWith('../') || /^testing\/(?!index\.ts#)/.test(declaration);
}

function isExport({ parent }: DeclarationReflection): boolean {
  return parent?.kindOf([ReflectionKind.Project, ReflectionKind.Module]) === true;
}

// What has no docstring gets no topic either: any tag would pass for documentation.
function docstringOf({ comment, signatures = [] }: DeclarationReflection): Comment | undefined {
  return comment ?? signatures.find((signature) => signature.comment !== undefined)?.comment;
}
