/** A value as an error message shows it: short, and never failing. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
  try {
    if (typeof value === 'function') return `[function ${String(value.name) || 'anonymous'}]`;
    if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[array]' : '[object]';
    return String(value);
  } catch {
    // A proxy that refuses to be asked.
    return `[${typeof value}]`;
  }
}

/** A name in a text of ours: as it is, or shown where JavaScript passed something that is no text. */
export function nameText(value: unknown): string {
  return typeof value === 'string' ? value : shown(value);
}
