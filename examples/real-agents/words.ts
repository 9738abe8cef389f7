import { type FactsView, type SaidOptions, UserTextIndex } from '@actguard/core';

/** How texts are searched for words: what the user said, and what somebody wrote on whom the user relies. */

/** Whether the user mentioned a text, as whole words; case and a missing scheme or `www.` are forgiven. */
export function userSaid(facts: FactsView, text: string): boolean {
  return facts.mentioned(text, { match: 'loose' });
}

/** What texts say, asked in the same way as what the user said. Nothing is said across two of them. */
export class Said {
  readonly #index: UserTextIndex | undefined;

  constructor(texts: readonly string[]) {
    if (texts.length === 0) return;
    this.#index = new UserTextIndex();
    for (const text of texts) this.#index.add(text);
  }

  /** Whether one of the texts says this, as whole words. */
  says(text: string, options: SaidOptions = { match: 'loose' }): boolean {
    return this.#index?.says(text, options) ?? false;
  }
}

/** The lines of a text that are not blank, long ones in pieces, as they fit into facts. */
export function linesOf(text: string): string[] {
  return text.split(/[\r\n]+/).flatMap((line) => {
    const bare = line.trim();
    if (bare.length <= LONGEST_FACT) return bare === '' ? [] : [bare];
    return bare.match(PIECE) ?? [];
  });
}

/** The words of a text by which two texts can be about one thing: of three letters or more, and none that stand in any text. */
export function topicsOf(text: string): string[] {
  return (text.match(/\p{L}[\p{L}\p{N}-]{2,}/gu) ?? []).filter((word) => !ANYWHERE.has(word.toLowerCase()));
}

/** Whether the user mentioned one of the topics of a text, in the singular or the plural. */
export function isTopicOfUser(facts: FactsView, text: string): boolean {
  return topicsOf(text).some((word) => numbersOf(word).some((form) => userSaid(facts, form)));
}

/** Whether two texts share a topic. */
export function shareTopic(text: string, other: string): boolean {
  const topics = new Set(topicsOf(other).flatMap((word) => numbersOf(word.toLowerCase())));
  return topicsOf(text).some((word) => topics.has(word.toLowerCase()));
}

/** A word in the singular and the plural, as far as its end tells. */
function numbersOf(word: string): string[] {
  const forms = [word, `${word}s`, `${word}es`, word.replace(/y$/i, 'ies')];
  if (/s$/i.test(word)) forms.push(word.slice(0, -1), word.replace(/es$/i, ''), word.replace(/ies$/i, 'y'));
  return [...new Set(forms)].filter((form) => form.length >= 3);
}

const ANYWHERE = new Set(
  `about account add after all also and another any anything are ask because been before best both but buy calendar can check
  could create did does done download each email emails event every few file files find first folder following for from get
  give had has have help her here him his how important information into its just know last like link list look mail make
  mine more most much must name need new not now off one only order other our out page pay please see send set she should
  some task tell than that the them then there these they this time too two use user via visit want was website were what
  when where which who why will with would yes you your
  day today tomorrow week month year monday tuesday wednesday thursday friday saturday sunday january february march april
  june july august september october november december`.split(/\s+/),
);

const LONGEST_FACT = 1024;
const PIECE = /\S(?:.{0,1022}\S)?(?=\s|$)/g;
