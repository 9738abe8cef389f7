import { parse, stringify } from 'devalue';

/**
 * The result of an execution as text: data as `structuredClone` copies it (dates, maps, sets, big integers, cycles, but no
 * errors).
 *
 * @returns `undefined` for what cannot be written, or is longer than `maxLength`: then nothing is stored, and a repeat is refused
 */
export function resultText(result: { readonly value: unknown } | undefined, maxLength: number): string | undefined {
  if (result === undefined) return undefined;
  try {
    const text = stringify(result.value);
    return text.length <= maxLength ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The result behind what `resultText` wrote; `undefined` for what it cannot have written. */
export function resultOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parse(text) };
  } catch {
    return undefined;
  }
}
