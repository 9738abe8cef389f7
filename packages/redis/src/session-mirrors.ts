import { UserTextIndex } from '@actguard/core';
import type { MirroredFact } from './facts-snapshot.js';

/** What the script says of a session's turns: those from a number on, and of which start of the session they are. */
export interface Turns {
  readonly epoch: string;
  readonly from: number;
  readonly texts: readonly string[];
}

/** What this process has seen of a session. */
export interface Mirror {
  /** Of the session's start; empty for one that is not there. */
  epoch: string;
  turns: number;
  characters: number;
  said: UserTextIndex;
  /** Of the facts. */
  version: number;
  facts: readonly MirroredFact[];
}

const MAX_SESSIONS = 1_000;
const MAX_CHARACTERS = 20_000_000;

/**
 * What users said and which facts there are, by session, as this process has seen them last: so that only what is new has to be
 * sent, and a value can be looked for in the words of its user, which the server cannot. Whether it is the latest, the script
 * checks in the step that decides. The least recently used are forgotten.
 */
export class SessionMirrors {
  readonly #mirrors = new Map<string, Mirror>();
  #characters = 0;

  /** The mirror of a session; an empty one where nothing was seen of it. */
  of(session: string): Mirror {
    let mirror = this.#mirrors.get(session);
    if (mirror !== undefined) this.#mirrors.delete(session);
    mirror ??= emptyMirror();
    this.#mirrors.set(session, mirror);
    return mirror;
  }

  /** Takes over what the script says. */
  addTurns(session: string, { epoch, from, texts }: Turns): Mirror {
    const mirror = this.of(session);
    if (epoch !== mirror.epoch || from > mirror.turns) this.#reset(mirror, epoch);
    if (from > mirror.turns) {
      // What lies between was forgotten meanwhile: all is asked for the next time.
      mirror.epoch = '';
      return mirror;
    }
    for (const text of texts.slice(mirror.turns - from)) {
      mirror.said.add(text);
      mirror.turns++;
      mirror.characters += text.length;
      this.#characters += text.length;
    }
    this.#forgetOldest();
    return mirror;
  }

  #reset(mirror: Mirror, epoch: string): void {
    this.#characters -= mirror.characters;
    Object.assign(mirror, emptyMirror(), { epoch });
  }

  #forgetOldest(): void {
    for (const [session, { characters }] of this.#mirrors) {
      const isCrowded = this.#mirrors.size > MAX_SESSIONS || this.#characters > MAX_CHARACTERS;
      // The last one is in use.
      if (!isCrowded || this.#mirrors.size === 1) return;
      this.#mirrors.delete(session);
      this.#characters -= characters;
    }
  }
}

function emptyMirror(): Mirror {
  // The server counts what a session may hold.
  const said = new UserTextIndex({ maxTokens: Number.MAX_SAFE_INTEGER });
  return { epoch: '', turns: 0, characters: 0, said, version: -1, facts: [] };
}
