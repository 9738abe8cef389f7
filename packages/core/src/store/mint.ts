import type { Expiring } from './expiry-queue.js';
import type { FactOrigin } from './operations.js';

/** What made values facts. */
export interface Mint {
  readonly source: FactOrigin['source'];
  readonly tool: string | undefined;
  readonly about: string | undefined;
  /** All of it, for whoever wants to know. */
  readonly origin: FactOrigin;
  /** Infinite where the facts live as long as their session. */
  readonly expiresAt: number;
}

/** What is known of the origin is kept as it came. */
class MintWithOrigin {
  readonly origin: FactOrigin;

  constructor(origin: FactOrigin) {
    this.origin = origin;
  }

  get source(): FactOrigin['source'] {
    return this.origin.source;
  }

  get tool(): string | undefined {
    return this.origin.tool;
  }

  get about(): string | undefined {
    return this.origin.about;
  }
}

/** One for all values that a call minted, so that a fact costs little more than its place in a map. */
export class LastingMint extends MintWithOrigin implements Mint {
  get expiresAt(): number {
    return Number.POSITIVE_INFINITY;
  }
}

/** What one call minted from a result with one value: nothing that has to be made before somebody asks for it. */
export class SingleMint implements Mint {
  readonly tool: string;
  readonly about: string | undefined;
  readonly at: number;
  readonly runId: string;
  readonly callNumber: number;

  constructor(tool: string, about: string | undefined, at: number, runId: string, callNumber: number) {
    this.tool = tool;
    this.about = about;
    this.at = at;
    this.runId = runId;
    this.callNumber = callNumber;
  }

  get source(): 'tool' {
    return 'tool';
  }

  get origin(): FactOrigin {
    const { source, tool, about, at } = this;
    return { source, tool, callId: `${this.runId}:${this.callNumber}`, about, at };
  }

  get expiresAt(): number {
    return Number.POSITIVE_INFINITY;
  }
}

/**
 * The mint of one value, made as small as it can be: of two calls of one run the ids share their text but for the number.
 *
 * @param before the mint before it, whose text is shared
 */
export function mintOfOne(origin: FactOrigin, before: SingleMint | undefined): LastingMint | SingleMint {
  const { source, tool, callId = '', about, at } = origin;
  const colon = callId.lastIndexOf(':');
  const runId = callId.slice(0, colon);
  const callNumber = Number(callId.slice(colon + 1));
  // Only what is the same text again when it is put together.
  const isNumbered = source === 'tool' && Number.isSafeInteger(callNumber) && callId === `${runId}:${callNumber}`;
  if (!isNumbered || tool === undefined) return new LastingMint(origin);
  return new SingleMint(tool, about, at, runId === before?.runId ? before.runId : runId, callNumber);
}

/** What one call minted for some time: it knows its facts, to take them away. */
export class ExpiringMint extends MintWithOrigin implements Mint, Expiring {
  readonly kind: string;
  readonly values: readonly string[];
  readonly expiresAt: number;
  readonly facts: FactsOfMint;
  queuedFor: number | undefined = undefined;

  constructor(kind: string, values: readonly string[], origin: FactOrigin, expiresAt: number, facts: FactsOfMint) {
    super(origin);
    this.kind = kind;
    this.values = values;
    this.expiresAt = expiresAt;
    this.facts = facts;
  }

  /** Takes the facts away that it still stands for. */
  end(): void {
    for (const value of this.values) this.facts.remove(this.kind, value, this);
  }
}

interface FactsOfMint {
  remove(kind: string, value: string, mint: Mint): void;
}

type Source = Pick<FactOrigin, 'source' | 'tool' | 'about'>;

/** Whether two mints are of the same source, so that a fact of the one renews that of the other. */
export function isSameSource(one: Source, other: Source): boolean {
  return one.source === other.source && one.tool === other.tool && one.about === other.about;
}
