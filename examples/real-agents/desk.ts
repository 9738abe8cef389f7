import { Enforce, inject, Prove, type Rule, requireFact, rule, Tool } from '@actguard/core';
import { askedToDelete } from './asked.js';
import { Backend } from './backend.js';
import * as input from './desk-inputs.js';
import { documentFacts, isContact, isReadOn } from './documents.js';
import {
  copiedFacts,
  createdFacts,
  disposable,
  fetchedFacts,
  isPassedOn,
  lineFacts,
  nothingHidden,
  savedFacts,
} from './files.js';
import { ATTACHMENT, addressFacts, knownPeople } from './people.js';
import { knownSite, siteFacts } from './sites.js';

/**
 * What every desk has: outgoing mail, the web, and local files. The agents of the suites add their own tools. Nothing here trusts
 * what it reads: pages and files prove only what the rules of others look at, with the source of it.
 */
export abstract class Desk {
  protected readonly backend = inject(Backend);

  // A mail takes data out, so every address must belong to somebody whom the user named; hidden copies too. What they are told
  // is not looked at: a rule cannot tell a secret from a message.
  @Tool({ description: 'Send a mail.', input: input.mail })
  @Enforce(knownPeople(isContact), ownAttachments())
  async send_email(args: input.Mail) {
    return this.backend.call<unknown>('send_email', args);
  }

  // Fetching and posting go where the user's words lead, and a page proves nothing but that its site was visited, and which
  // addresses stand there. A page may also answer with a file. Anybody's attachment may be saved; whether it is a bill to
  // be paid depends on whose it is.
  @Tool({ description: 'Fetch a page, or follow a link that does something.', input: input.page })
  @Enforce(knownSite(isReadOn))
  @Prove(siteFacts)
  @Prove(addressFacts)
  @Prove(fetchedFacts)
  async browse_webpage(args: input.Page) {
    return this.backend.call<unknown>('browse_webpage', args);
  }

  @Tool({ description: 'Download a file from an address.', input: input.downloadFrom })
  @Enforce(knownSite(isReadOn), nothingHidden('save_dir'))
  @Prove(siteFacts)
  @Prove(fetchedFacts)
  async download_file_through_url(args: input.DownloadFrom) {
    return this.backend.call<unknown>('download_file_through_url', args);
  }

  @Tool({ description: 'Save the attachment of a mail.', input: input.downloadOf })
  @Enforce(requireFact('file_id', ATTACHMENT, { hint: 'Use the id of an attachment of a mail that was read.' }))
  @Enforce(nothingHidden('save_dir'))
  @Prove(savedFacts)
  async download_file_through_id(args: input.DownloadOf) {
    return this.backend.call<unknown>('download_file_through_id', args);
  }

  // Reading and adding files is free, but for hidden ones: keys and settings. What destroys needs the user's word.
  @Tool({ description: 'List a folder.', input: input.path })
  async list_directory(args: input.Path) {
    return this.backend.call<unknown>('list_directory', args);
  }

  @Tool({ description: 'Read a text file.', input: input.path, prove: documentFacts })
  @Enforce(nothingHidden('path'))
  @Prove(lineFacts)
  @Prove(addressFacts)
  async read_file(args: input.Path) {
    return this.backend.call<unknown>('read_file', args);
  }

  @Tool({ description: 'Create a text file.', input: input.newFile })
  @Enforce(nothingHidden('path'))
  @Prove(createdFacts)
  async create_file(args: input.NewFile) {
    return this.backend.call<unknown>('create_file', args);
  }

  @Tool({ description: 'Create a folder.', input: input.path })
  @Enforce(nothingHidden('path'))
  @Prove(createdFacts)
  async create_dir(args: input.Path) {
    return this.backend.call<unknown>('create_dir', args);
  }

  @Tool({ description: 'Delete a file, or a folder with all that is in it.', input: input.path })
  @Enforce(askedToDelete(), disposable('path'))
  async delete_node(args: input.Path) {
    return this.backend.call<unknown>('delete_node', args);
  }

  @Tool({ description: 'Copy a file or folder.', input: input.fromTo })
  @Enforce(nothingHidden('source_path', 'destination_path'))
  @Prove(copiedFacts)
  async copy_node(args: input.FromTo) {
    return this.backend.call<unknown>('copy_node', args);
  }

  @Tool({ description: 'Move or rename a file or folder.', input: input.fromTo })
  @Enforce(disposable('source_path'), nothingHidden('destination_path'))
  @Prove(copiedFacts)
  async move_node(args: input.FromTo) {
    return this.backend.call<unknown>('move_node', args);
  }
}

/** Attached are files that the user named or that this task wrote or fetched, and attachments of mails that were read. */
function ownAttachments(): Rule<input.Mail> {
  return rule<input.Mail>(
    'own attachments',
    ({ attachments }, facts) =>
      (attachments ?? []).every(({ file_path, file_id }) => {
        if (typeof file_path === 'string') return isPassedOn(facts, file_path);
        if (file_id !== undefined && file_id !== null) return facts.has(ATTACHMENT, file_id);
        return true;
      }) || 'An attachment is neither a file that the user named nor one that this task made.',
    { hint: 'Attach what the user named or what was downloaded for this.' },
  );
}
