/** Nothing can be replayed, and this is why: the command ends with exit code 2. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The arguments of the command are wrong. */
export class WrongUsageError extends CommandError {}
