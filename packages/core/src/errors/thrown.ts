/** Name of a thrown value, which may be anything. Never throws. */
export function nameOfThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error && typeof thrown.name === 'string' ? thrown.name : typeof thrown;
  } catch {
    return typeof thrown;
  }
}

/** What a thrown value, which may be anything, says. Never throws. */
export function messageOfThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : typeof thrown === 'string' ? thrown : typeof thrown;
  } catch {
    return typeof thrown;
  }
}
