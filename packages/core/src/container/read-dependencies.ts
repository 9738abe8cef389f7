import type { ConfigurationProblem } from '../errors/usage-errors.js';
import type { Class, Token } from './provider.js';
import type { ClassDeclaration } from './read-class.js';
import { isToken, UNDEFINED_CLASS } from './token.js';

/** Whose dependencies are read, for what is reported about them. */
export interface DependencySite {
  readonly className: string;
  readonly option: string;
  readonly problems: ConfigurationProblem[];
}

/** The tokens of an `inject` option; what is no token is reported and left out. */
export function readDependencies(inject: unknown, { className, option, problems }: DependencySite): readonly Token[] {
  if (inject === undefined) return [];
  const report = (message: string, value: unknown, place = option) =>
    problems.push({ code: 'usage.provider_invalid', className, option: place, value, message });
  if (!Array.isArray(inject)) {
    report('must be an array of tokens', inject);
    return [];
  }
  // Array.from reads a hole as undefined, where map and filter would skip it and shift the parameters.
  return Array.from(inject as unknown[]).filter((token, index): token is Token => {
    if (isToken(token)) return true;
    const place = `${option}[${index}]`;
    if (token === undefined) report(UNDEFINED_CLASS, token, place);
    else report('is not a token: name a class, a symbol or a text', token, place);
    return false;
  });
}

/** The tokens of a class's constructor; parameters that no token fills are reported. */
export function readClassDependencies(
  target: Class<object>,
  declared: ClassDeclaration,
  className: string,
  problems: ConfigurationProblem[],
): readonly Token[] {
  const site = { className, option: declared.injectOption, problems };
  const before = problems.length;
  const inject = readDependencies(declared.inject, site);
  if (problems.length === before && inject.length < target.length) {
    const decorator = declared.isAgent ? 'Agent' : 'Injectable';
    problems.push({
      code: 'usage.provider_invalid',
      className,
      option: declared.inject === undefined ? `${decorator}.inject` : declared.injectOption,
      message:
        `the constructor takes ${target.length} parameter${target.length === 1 ? '' : 's'} but ${inject.length} ` +
        `${inject.length === 1 ? 'is' : 'are'} declared: name their tokens in @${decorator}({ inject: [...] }), ` +
        'or give them defaults that call inject()',
    });
  }
  return inject;
}
