import {
  type Application,
  Comment,
  CommentTag,
  type Context,
  Converter,
  type DeclarationReflection,
  type Reflection,
  ReflectionKind,
} from 'typedoc';

/** Stands for the docstring that a field may do without; `notRenderedTags` keeps it out of the pages. */
const PLAIN = '@plainField';

/**
 * Spares fields a docstring that could only repeat what is next to it: `typedoc` calls it, the file is one of its `plugin`s.
 *
 * - A field of one possible value, or of none: the name of an operation or event, `ok: true`, `useValue?: never`.
 * - A field of an object type that has no name, where what the object is for has a docstring (the field that holds it, the
 *   member of a union), or in what a type parameter must be.
 */
export function load(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }: Context) => {
    for (const reflection of Object.values(project.reflections)) {
      if (!reflection.isDeclaration() || !reflection.kindOf(ReflectionKind.Property) || reflection.hasComment())
        continue;
      if (hasOneValue(reflection) || isPartOfDocumentedObject(reflection)) {
        reflection.comment = new Comment([], [new CommentTag(PLAIN, [])]);
      }
    }
  });
}

function hasOneValue({ type }: DeclarationReflection): boolean {
  return type?.type === 'literal' || (type?.type === 'intrinsic' && ['never', 'undefined'].includes(type.name));
}

function isPartOfDocumentedObject({ parent }: DeclarationReflection): boolean {
  let object: Reflection | undefined;
  for (let holder: Reflection | undefined = parent; holder !== undefined; holder = holder.parent) {
    if (holder.kindOf(ReflectionKind.TypeLiteral)) object = holder;
    else if (holder.kindOf(ReflectionKind.TypeParameter)) return true;
    else if (!holder.isDeclaration()) return false;
    else if (isDocumentedMember(object, holder)) return true;
    else if (!holder.kindOf(ReflectionKind.Property)) return false;
    else if (holder.hasComment() && holder.comment?.getTag(PLAIN) === undefined) return true;
  }
  return false;
}

function isDocumentedMember(object: Reflection | undefined, { type }: DeclarationReflection): boolean {
  if (type?.type !== 'union') return false;
  const index = type.types.findIndex((member) => member.type === 'reflection' && member.declaration === object);
  return (type.elementSummaries?.[index]?.length ?? 0) > 0;
}
