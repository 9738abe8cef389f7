import {
  type Application,
  type Comment,
  type CommentDisplayPart,
  CommentTag,
  type Context,
  Converter,
  type ProjectReflection,
  ReflectionKind,
} from 'typedoc';

/**
 * Shows what something throws as one list, with links to the errors: `@throws {UsageError} where …` becomes an item.
 * `typedoc` calls it: the file is one of its `plugin`s. Without `preservedTypeAnnotationTags` it would not see the errors.
 */
export function load(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: Context) => {
    for (const { comment } of Object.values(project.reflections)) {
      if (comment?.getTag('@throws') !== undefined) listThrows(comment, project);
    }
  });
}

function listThrows(comment: Comment, project: ProjectReflection): void {
  const throws = comment.getTags('@throws');
  const items = throws.flatMap(({ typeAnnotation, content }) => [
    text('- '),
    ...errorNamed(typeAnnotation, project),
    ...content.map(indented),
    text('\n'),
  ]);
  const first = comment.blockTags.findIndex(({ tag }) => tag === '@throws');
  comment.removeTags('@throws');
  comment.blockTags.splice(first, 0, new CommentTag('@throws', items));
}

function errorNamed(typeAnnotation: string | undefined, project: ProjectReflection): CommentDisplayPart[] {
  const name = typeAnnotation?.replace(/^\{|\}$/g, '');
  if (name === undefined) return [];
  const target = project.getReflectionsByKind(ReflectionKind.Class).find((each) => each.name === name);
  if (target === undefined) return [{ kind: 'code', text: `\`${name}\`` }, text(' ')];
  return [{ kind: 'inline-tag', tag: '@link', text: name, target }, text(' ')];
}

// The lines of an item that goes over several ones must stay in it.
function indented(part: CommentDisplayPart): CommentDisplayPart {
  return part.kind === 'text' ? text(part.text.replaceAll('\n', '\n  ')) : part;
}

function text(content: string): CommentDisplayPart {
  return { kind: 'text', text: content };
}
