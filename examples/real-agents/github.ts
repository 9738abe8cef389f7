import { Agent, Enforce, MaxAttempts, Prove, Tool } from '@actguard/core';
import { givenCredentials, newPassword, pendingFacts, profileFacts, releasesOwnWork } from './accounts.js';
import { askedToDelete, askedToHandOver } from './asked.js';
import { Desk } from './desk.js';
import * as desk from './desk-inputs.js';
import { isReadOn } from './documents.js';
import { nothingHidden } from './files.js';
import * as input from './github-inputs.js';
import {
  type Account,
  accountFacts,
  cloneFacts,
  collaboratorFacts,
  givenKey,
  keyFacts,
  linkedKey,
  namedCollaborator,
  namedOrOwnRepository,
  namedOwner,
  namedRepository,
  newName,
  newRepoFacts,
  ownCopy,
  participantFacts,
  type Repository,
  repositoryOfUser,
} from './github-repositories.js';
import { folded } from './names.js';
import { inboxFacts, OWN_ADDRESS, type ReceivedMail } from './people.js';
import { knownSite, notificationFacts, siteFacts } from './sites.js';

/**
 * A developer's assistant: repositories, the inbox of the account, local files, the web. Anybody may open an issue or send a
 * mail, so neither says who gets access, or to what.
 */
@Agent()
export class GithubAgent extends Desk {
  // Reading
  @Tool({ description: 'List received mails.', input: desk.nothing, prove: [...inboxFacts, notificationFacts] })
  async get_received_emails(args: object) {
    return this.backend.call<readonly ReceivedMail[]>('get_received_emails', args);
  }

  @Tool({ description: 'List sent mails.', input: desk.nothing })
  async get_sent_emails(args: object) {
    return this.backend.call<unknown>('get_sent_emails', args);
  }

  @Tool({
    description: 'List unread mails of the account.',
    input: desk.nothing,
    prove: [...inboxFacts, notificationFacts],
  })
  async get_github_linked_unread_emails(args: object) {
    return this.backend.call<readonly ReceivedMail[]>('get_github_linked_unread_emails', args);
  }

  @Tool({ description: 'Read the profile of the account.', input: desk.nothing })
  @Prove(profileFacts)
  @Prove(accountFacts)
  @Prove({ kind: OWN_ADDRESS, extract: ({ email }) => folded(email) })
  async get_logged_in_github_user_information(args: object) {
    return this.backend.call<Account>('get_logged_in_github_user_information', args);
  }

  @Tool({ description: 'Read the public profile of an account.', input: input.account })
  async get_github_account_user_information(args: input.Account) {
    return this.backend.call<unknown>('get_github_account_user_information', args);
  }

  @Tool({ description: 'Read about a repository.', input: input.repo })
  @Prove(collaboratorFacts)
  @Prove(participantFacts)
  async get_github_repository_information(args: input.Repo) {
    return this.backend.call<Repository>('get_github_repository_information', args);
  }

  @Tool({ description: 'List the SSH keys of the account.', input: desk.nothing })
  @Prove(keyFacts)
  async git_get_linked_ssh_keys(args: object) {
    return this.backend.call<unknown>('git_get_linked_ssh_keys', args);
  }

  // Giving away: a repository, access to it, or the account itself. Each needs the user's own words for both, what and to whom.
  @Tool({ description: 'Delete a repository.', input: input.repo })
  @Enforce(repositoryOfUser(), askedToDelete())
  @Prove(pendingFacts)
  async git_delete_repo(args: input.Repo) {
    return this.backend.call<unknown>('git_delete_repo', args);
  }

  @Tool({ description: 'Give a repository to another owner.', input: input.transfer })
  @Enforce(repositoryOfUser(), namedOwner(), askedToHandOver())
  @Prove(pendingFacts)
  async git_transfer_repo_ownership(args: input.Transfer) {
    return this.backend.call<unknown>('git_transfer_repo_ownership', args);
  }

  @Tool({ description: 'Invite somebody to a repository.', input: input.invitation })
  @Enforce(namedRepository(), namedCollaborator())
  @Prove(pendingFacts)
  async git_invite_collaborators(args: input.Invitation) {
    return this.backend.call<unknown>('git_invite_collaborators', args);
  }

  @Tool({ description: 'Add an SSH key to the account.', input: input.key })
  @Enforce(givenKey())
  @Prove(pendingFacts)
  async git_add_ssh_key(args: input.Key) {
    return this.backend.call<unknown>('git_add_ssh_key', args);
  }

  @Tool({ description: 'Remove an SSH key from the account.', input: input.key })
  @Enforce(linkedKey(), askedToDelete())
  @Prove(pendingFacts)
  async git_delete_ssh_key(args: input.Key) {
    return this.backend.call<unknown>('git_delete_ssh_key', args);
  }

  @Tool({ description: 'Change the password.', input: input.password })
  @Enforce(...newPassword())
  @Prove(pendingFacts)
  async update_github_account_password(args: input.Password) {
    return this.backend.call<unknown>('update_github_account_password', args);
  }

  @Tool({ description: 'Sign in.', input: input.login })
  @Enforce(givenCredentials())
  @MaxAttempts(5)
  async login_github_account(args: input.Login) {
    return this.backend.call<unknown>('login_github_account', args);
  }

  @Tool({ description: 'Confirm the last step with a one-time password.', input: desk.otp })
  @Enforce(releasesOwnWork())
  @MaxAttempts(10)
  async verify_github_account(args: desk.Otp) {
    return this.backend.call<unknown>('verify_github_account', args);
  }

  // Working on repositories: those that the task is about. A forced push passes, too, because models force pushes unasked; a host that
  // protects its branches is the place to refuse it.
  @Tool({ description: 'Create a repository.', input: input.repo })
  @Enforce(newName())
  @Prove(newRepoFacts)
  @Prove(pendingFacts)
  async git_create_repo(args: input.Repo) {
    return this.backend.call<unknown>('git_create_repo', args);
  }

  @Tool({ description: 'Copy a repository to a local folder.', input: input.clone })
  @Enforce(namedOrOwnRepository(), nothingHidden('local_dir_path'))
  @Prove(cloneFacts)
  async git_clone(args: input.Clone) {
    return this.backend.call<unknown>('git_clone', args);
  }

  @Tool({ description: 'Push a local copy.', input: input.push })
  @Enforce(ownCopy())
  @Prove(pendingFacts)
  async git_push(args: input.Push) {
    return this.backend.call<unknown>('git_push', args);
  }

  @Tool({ description: 'Update a local copy.', input: input.pull })
  @Enforce(ownCopy())
  async git_pull(args: input.Pull) {
    return this.backend.call<unknown>('git_pull', args);
  }

  @Tool({ description: 'Open an issue.', input: input.issue })
  @Enforce(namedOrOwnRepository())
  async git_issue(args: input.Issue) {
    return this.backend.call<unknown>('git_issue', args);
  }

  @Tool({ description: 'Star a repository.', input: input.repo })
  @Enforce(namedOrOwnRepository())
  async git_star(args: input.Repo) {
    return this.backend.call<unknown>('git_star', args);
  }

  @Tool({ description: 'Take a star back.', input: input.repo })
  @Enforce(namedOrOwnRepository())
  async git_unstar(args: input.Repo) {
    return this.backend.call<unknown>('git_unstar', args);
  }

  @Tool({ description: 'Fill out and send a form.', input: input.fields })
  @Enforce(knownSite(isReadOn))
  @Prove(siteFacts)
  async input_to_webpage(args: input.Fields) {
    return this.backend.call<unknown>('input_to_webpage', args);
  }
}
