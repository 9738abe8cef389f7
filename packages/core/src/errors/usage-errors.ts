import { ActGuardError, type ErrorFacts, nameError } from './actguard-error.js';
import { shown } from './shown.js';

export { shown } from './shown.js';

/** The API was used in a way that cannot work; the message names what and where. */
export class UsageError extends ActGuardError {
  constructor(message: string, facts: Partial<ErrorFacts> = {}) {
    super(message, { ...facts, code: facts.code ?? 'usage.argument' });
  }
}
nameError(UsageError, 'UsageError');

/** One thing that is wrong with a declaration. */
export interface ConfigurationProblem {
  /** Stable identifier, such as `usage.circuit_breaker_configuration`. */
  readonly code: string;
  /** Class that the problem is about. */
  readonly className?: string | undefined;
  /** Method that the problem is about. */
  readonly method?: string | undefined;
  /** Option, such as `RateLimit.maxCalls`. */
  readonly option?: string | undefined;
  /** The value given. */
  readonly value?: unknown;
  /** What is wrong and what would be right. */
  readonly message: string;
}

/** Everything that is wrong with what was given to `AgentHost.create`, together. */
export class HostConfigurationError extends UsageError {
  constructor(problems: readonly ConfigurationProblem[]) {
    const lines = problems.map((problem) => `  - ${lineOf(problem)}`);
    super(`${problems.length} configuration problem${problems.length === 1 ? '' : 's'}:\n${lines.join('\n')}`, {
      code: 'usage.host_configuration',
      details: { problems },
    });
  }

  /** All that is wrong, in no particular order. */
  get problems(): readonly ConfigurationProblem[] {
    return this.details['problems'] as readonly ConfigurationProblem[];
  }
}
nameError(HostConfigurationError, 'HostConfigurationError');

function lineOf({ className, method, option, value, message }: ConfigurationProblem): string {
  const place = [className, method].filter((part) => part !== undefined).join('.');
  const given = option === undefined ? '' : ` @${option}${value === undefined ? '' : ` = ${shown(value)}`}`;
  return `${place}${given}${place === '' && given === '' ? '' : ': '}${message}`;
}
