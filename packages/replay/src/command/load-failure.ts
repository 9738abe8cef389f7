import path from 'node:path';

const MAX_LINES = 6;

/** Why a module could not be loaded: in a few lines, with the place in the reader's own code where it is known. */
export function whyItFailed(error: unknown, file: string): string {
  if (!(error instanceof Error)) return String(error);
  const lines = error.message.split('\n').filter((line) => line.trim() !== '');
  const place = placeIn(error.stack ?? '', path.dirname(path.resolve(file)));
  const name = error.name === 'Error' ? '' : `${error.name}: `;
  return [`${name}${lines.slice(0, MAX_LINES).join('\n')}`, ...(place === undefined ? [] : [`  at ${place}`])].join(
    '\n',
  );
}

/** The innermost place in a folder that a stack names. */
function placeIn(stack: string, folder: string): string | undefined {
  for (const line of stack.split('\n')) {
    const place = /^\s+at (?:.* \()?(?:file:\/\/)?(\/[^()]+:\d+:\d+|[A-Za-z]:[^()]+:\d+:\d+)\)?$/.exec(line)?.[1];
    if (place?.startsWith(`${folder}${path.sep}`) && !place.includes(`${path.sep}node_modules${path.sep}`))
      return place;
  }
  return undefined;
}
