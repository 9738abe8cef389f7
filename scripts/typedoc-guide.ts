import path from 'node:path';
import { Application, type DocumentReflection, type ProjectReflection } from 'typedoc';

/**
 * Puts the pages of `projectDocuments` into one folder of the navigation, under their headings instead of their file names.
 * `typedoc` calls it: the file is one of its `plugin`s.
 */
export function load(app: Application): void {
  app.on(Application.EVENT_PROJECT_REVIVE, (project: ProjectReflection) => {
    for (const page of project.documents ?? []) page.name = `Guide/${titleOf(page)}`;
  });
}

function titleOf({ name, content }: DocumentReflection): string {
  const [first] = content;
  const heading = first?.kind === 'text' ? /^# (.+)$/m.exec(first.text)?.[1] : undefined;
  // A slash would make another folder.
  return (heading ?? path.basename(name)).replaceAll('/', ' ');
}
