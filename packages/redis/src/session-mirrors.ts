import { UserTextIndex } from '@actguard/core';
import { SeenFacts } from './facts-snapshot.js';

/** What the script says of a session's turns: those from a number on, and of which start of the session they are. */
export interface Turns {
  readonly epoch: string;
  readonly from: number;
  readonly texts: readonly string[];
}

/**
 * What this process has seen of one start of a session. It only grows, so an answer that says what is new since it was sent
 * always finds in it what was there before.
 */
export class Mirror {
  /** Of the session's start; empty for one that was not seen. */
  readonly epoch: string;
  // The server counts what a session may hold.
  readonly said = new UserTextIndex({ maxTokens: Number.MAX_SAFE_INTEGER });
  turns = 0;
  /** Of the facts; -1 where they were not read. */
  version = -1;
  facts = new SeenFacts([]);
  #characters = 0;

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  /** About how much memory it takes. */
  get weight(): number {
    return 100 + this.#characters + 100 * this.facts.all.length;
  }

  /** Adds turns that lie behind those that were seen. */
  hear(from: number, texts: readonly string[]): void {
    for (const text of texts.slice(this.turns - from)) {
      this.said.add(text);
      this.turns++;
      this.#characters += text.length;
    }
  }

  /** Takes over the facts of a later version. */
  read(version: number, facts: SeenFacts): void {
    if (version <= this.version) return;
    this.version = version;
    this.facts = facts;
  }
}

const MAX_WEIGHT = 30_000_000;

/**
 * What users said and which facts there are, by session, as this process has seen them last: so that only what is new has to be
 * sent, and a value can be looked for in the words of its user, which the server cannot. Whether it is the latest, the script
 * checks in the step that decides. The least recently used are forgotten.
 */
export class SessionMirrors {
  readonly #mirrors = new Map<string, { readonly mirror: Mirror; weight: number }>();
  #weight = 0;

  /** The mirror of a session; an empty one where nothing was seen of it. */
  of(session: string): Mirror {
    return this.#mirrors.get(session)?.mirror ?? new Mirror('');
  }

  /** What was seen when the script was asked, with what it says on top. */
  grow(session: string, seen: Mirror, { epoch, from, texts }: Turns): Mirror {
    const mirror = seen.epoch === epoch ? seen : new Mirror(epoch);
    mirror.hear(from, texts);
    this.keep(session, mirror);
    return mirror;
  }

  /** Somebody said something here; `turns` counts it. */
  hear(session: string, epoch: string, turns: number, text: string): void {
    const known = this.of(session);
    const mirror = known.epoch !== epoch && turns === 1 ? new Mirror(epoch) : known;
    // What others said in between comes with the next answer.
    if (mirror.epoch !== epoch || mirror.turns !== turns - 1) return;
    mirror.hear(turns - 1, [text]);
    this.keep(session, mirror);
  }

  /** Remembers what was seen of a session last. */
  keep(session: string, mirror: Mirror): void {
    this.#forget(session);
    if (mirror.epoch === '') return;
    const { weight } = mirror;
    this.#mirrors.set(session, { mirror, weight });
    this.#weight += weight;
    for (const oldest of this.#mirrors.keys()) {
      if (this.#weight <= MAX_WEIGHT) return;
      this.#forget(oldest);
    }
  }

  #forget(session: string): void {
    this.#weight -= this.#mirrors.get(session)?.weight ?? 0;
    this.#mirrors.delete(session);
  }
}
