import type { FactsView } from '@actguard/core';

/** How texts are searched for words: what the user said, and what somebody wrote on whom the user relies. */

/** Whether the user mentioned a text, as whole words; case and a missing scheme or `www.` are forgiven. */
export function userSaid(facts: FactsView, text: string): boolean {
  return facts.mentioned(text, { match: 'loose' });
}

/** Whether the user mentioned a text in this very spelling: a name is written in a capital, a common word is not. */
export function userSaidExactly(facts: FactsView, text: string): boolean {
  return facts.mentioned(text);
}

/** Whether a text holds a value as whole words, in this order. Signs around words don't matter, signs inside do. */
export function holds(text: string, value: string): boolean {
  const words = wordsIn(text);
  const wanted = wordsIn(value);
  if (wanted.length === 0) return false;
  return words.some((_, start) => wanted.every((word, index) => words[start + index] === word));
}

/** The lines of a text that are not blank, long ones in pieces, as they fit into facts. */
export function linesOf(text: string): string[] {
  return text.match(LINE) ?? [];
}

/** The words of a text by which two texts can be about one thing: of four letters or more, and none that stand in any text. */
export function topicsOf(text: string): string[] {
  return (text.match(/\p{L}[\p{L}\p{N}-]{3,}/gu) ?? []).filter((word) => !ANYWHERE.has(word.toLowerCase()));
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

function numbersOf(word: string): string[] {
  return /s$/i.test(word) ? [word, word.slice(0, -1)] : [word, `${word}s`];
}

function wordsIn(text: string): string[] {
  return text
    .split(/\s+/)
    .map((word) => bareWord(word))
    .filter((word) => word !== '');
}

function bareWord(word: string): string {
  return word
    .replace(/^[^\p{L}\p{N}/.]+|[^\p{L}\p{N}/]+$/gu, '')
    .replace(/^https?:\/\//i, '')
    .replace(/^www\./i, '')
    .replace(/(?<=.)\/$/, '')
    .toLowerCase();
}

const ANYWHERE = new Set(
  `about account after also another anything because been before best both could does done each email emails every find
  first following from give have help here important information into just know last like mail make mine more most much
  must need only other please should some than that them then there these they this time user want were what when where
  which will with would year your`.split(/\s+/),
);

// Facts hold 1,024 characters; the sender or the path goes with the line.
const LINE = /\S(?:.{0,598}\S)?(?=\s|$)/g;
