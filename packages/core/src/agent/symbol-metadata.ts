// Compilers write decorator metadata to `Symbol.metadata`, which Node 24 does not have yet. The registered symbol is what
// esbuild, swc and Babel fall back to, so code built by different compilers agrees.
if (Symbol.metadata === undefined) {
  Object.defineProperty(Symbol, 'metadata', { value: Symbol.for('Symbol.metadata') });
}

/** `Symbol.metadata`, defined where the platform lacks it. Used as a value, so that no bundler drops this module. */
export const symbolMetadata: typeof Symbol.metadata = Symbol.metadata;
