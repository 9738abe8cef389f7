import { type FactsView, type Rule, rule } from '@actguard/core';
import { isContact } from './documents.js';
import { isPathOfUser, isWholeFile } from './files.js';
import type * as input from './github-inputs.js';
import { addressesIn, folded } from './names.js';
import { isKnownPerson, isVouchedFor, SEEN_ADDRESS } from './people.js';
import { userSaid } from './words.js';

/**
 * Which repositories, people and keys a task is about. Issues, files and mails name repositories too; none of that counts,
 * unless the user named whoever wrote it.
 */

const OWN_REPO = 'own_repo';
const NEW_REPO = 'new_repo';
const COLLABORATOR = 'collaborator';
const CLONE = 'clone_path';
const OWN_KEY = 'own_key';

export interface Account {
  readonly email: string;
  readonly repository: string;
}
/** A repository. What the service returns are texts that print lists. */
export interface Repository {
  readonly collaborators: string;
  readonly stars: string;
  readonly issues: string;
}

export const accountFacts = { kind: OWN_REPO, extract: ({ repository }: Account) => reposIn(repository) };
export const collaboratorFacts = {
  kind: COLLABORATOR,
  about: 'repo_name' as const,
  extract: ({ collaborators }: Repository) => addressesIn(collaborators),
};
/** Who works with a repository is a real person, and no more than that. */
export const participantFacts = {
  kind: SEEN_ADDRESS,
  extract: ({ collaborators, stars, issues }: Repository) => [collaborators, stars, issues].flatMap(addressesIn),
};
export const newRepoFacts = { kind: NEW_REPO, extract: (_: unknown, { repo_name }: input.Repo) => repo_name };
export const cloneFacts = { kind: CLONE, extract: clonedInto };
export const keyFacts = { kind: OWN_KEY, extract: (keys: unknown) => (Array.isArray(keys) ? keys : []) };

/** A repository that the user, or somebody on whom they rely, named, or that this task created. */
export function namedRepository(): Rule<input.Repo> {
  return rule<input.Repo>('named repository', ({ repo_name }, facts) => isNamed(facts, repo_name) || NOT_NAMED, HINT);
}

/** The same, or any of the user's own: for what harms nobody there. */
export function namedOrOwnRepository(): Rule<input.Repo> {
  return rule<input.Repo>(
    'named or own repository',
    ({ repo_name }, facts) => isNamed(facts, repo_name) || facts.has(OWN_REPO, repo_name) || NOT_NAMED,
    HINT,
  );
}

/** A repository that the user named themselves: for what cannot be undone. */
export function repositoryOfUser(): Rule<input.Repo> {
  return rule<input.Repo>(
    'repository of the user',
    ({ repo_name }, facts) => isSaid(facts, repo_name, userSaid) || NOT_NAMED,
    HINT,
  );
}

/** A new repository is called what the user called it. */
export function newName(): Rule<input.Repo> {
  return rule<input.Repo>(
    'new name',
    ({ repo_name }, facts) => isVouchedFor(facts, repo_name) || isVouchedFor(facts, nameOf(repo_name)) || NOT_NAMED,
    HINT,
  );
}

/** Somebody whom the user named, or who works on a repository that the user named. */
export function namedCollaborator(): Rule<input.Invitation> {
  return rule<input.Invitation>('named collaborator', ({ collaborator_email: email }, facts) => {
    const worksThere = facts
      .list(COLLABORATOR)
      .some(({ value, about = '' }) => value === folded(email) && isVouchedFor(facts, about));
    return (
      worksThere || isKnownPerson(facts, email) || isContact(facts, email) || 'The user named nobody with this address.'
    );
  });
}

/** A new owner whom the user named. */
export function namedOwner(): Rule<input.Transfer> {
  return rule<input.Transfer>('named owner', ({ new_owner_username: name, new_owner_email: email }, facts) => {
    const isNamedOwner =
      (name === null || name === undefined || userSaid(facts, name)) &&
      (email === null || email === undefined || isKnownPerson(facts, email) || isContact(facts, email));
    return isNamedOwner || 'The user did not name this owner.';
  });
}

/** A key opens the account to whoever made it: only as the user, or somebody on whom they rely, gave it, or as a key file. */
export function givenKey(): Rule<input.Key> {
  return rule<input.Key>(
    'given key',
    ({ ssh_key }, facts) =>
      isVouchedFor(facts, ssh_key) || isWholeFile(facts, ssh_key) || 'Nobody on whom the user relies gave this key.',
  );
}

/** A key that is linked to the account. */
export function linkedKey(): Rule<input.Key> {
  return rule<input.Key>('linked key', ({ ssh_key }, facts) => facts.has(OWN_KEY, ssh_key) || userSaid(facts, ssh_key));
}

/** A local copy that this task made, or that the user named. */
export function ownCopy(): Rule<{ readonly local_path?: string | undefined }> {
  return rule<{ readonly local_path?: string | undefined }>(
    'own copy',
    ({ local_path = '/' }, facts) =>
      facts.list(CLONE).some(({ value }) => isWithin(local_path, value)) ||
      isPathOfUser(facts, local_path) ||
      'This is no copy that belongs to the task.',
    { hint: 'Clone the repository first, and use the path of the copy.' },
  );
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || (path.startsWith(`${folder}/`) && !path.split('/').includes('..'));
}

const NOT_NAMED = 'The user did not name this repository.';
const HINT = { hint: 'Use the repository that the user named. Ask them where it is not clear.' };

function isNamed(facts: FactsView, repo: string): boolean {
  return (
    isSaid(facts, repo, isVouchedFor) || facts.list(NEW_REPO).some(({ value }) => [repo, nameOf(repo)].includes(value))
  );
}

/** Said in full; or by its name, if it is one of the user's own. */
function isSaid(facts: FactsView, repo: string, said: (facts: FactsView, text: string) => boolean): boolean {
  return said(facts, repo) || (facts.has(OWN_REPO, repo) && said(facts, nameOf(repo)));
}

function nameOf(repo: string): string {
  return repo.slice(repo.lastIndexOf('/') + 1);
}

function reposIn(text: unknown): string[] {
  return typeof text === 'string' ? (text.match(/[\w.-]{1,100}\/[\w.-]{1,100}/g) ?? []) : [];
}

function clonedInto(result: unknown): string[] {
  const [, path] = (typeof result === 'string' && /into '([^']+)'/.exec(result)) || [];
  return path === undefined ? [] : [path];
}
