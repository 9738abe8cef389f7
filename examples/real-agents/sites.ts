import { type FactsView, factAbout, foldLoosely, type Rule, rule } from '@actguard/core';
import { MANY } from './long-lists.js';
import { addressesIn } from './names.js';
import { type IsKnown, isNamedByUser, isVouchedFor, type ReceivedMail } from './people.js';
import { linksIn } from './web.js';
import { userSaid } from './words.js';

/**
 * Where the agent may go. Fetching a page is an act: whoever runs the site learns of it, and of all that is in the address.
 * A link that stands somewhere is no reason to follow it. The way begins with the user's words, or with those of somebody on
 * whom they rely, and then stays on the site. A site where anybody may publish is only as good as that.
 */

/** Kind of the facts: the host of a page that was visited, because that was allowed. */
const SITE = 'site';
/** Kind of the facts: a link of a notification, about the address of somebody in it. */
const LINK = 'link';

export interface ToSite {
  readonly url: string;
}

/** A page that was visited makes its site one where the agent may go on. */
export const siteFacts = { kind: SITE, extract: (_: unknown, { url }: ToSite) => hostOf(url) };

/**
 * An address that the user, or somebody on whom they rely, gave; or one on a site to which such an address led.
 *
 * @param isToo what else makes an address known
 */
export function knownSite(isToo: IsKnown): Rule<ToSite> {
  return rule<ToSite>(
    'known site',
    ({ url }, facts) => {
      const host = hostOf(url);
      if (host === undefined) return 'This is no address of a page.';
      return (
        facts.has(SITE, host) ||
        isSaidHost(facts, host) ||
        isVouchedFor(facts, url) ||
        isLinked(facts, url) ||
        isToo(facts, url) ||
        'Neither the user nor anybody on whom they rely gave this address.'
      );
    },
    { hint: 'Visit only what the user asked for. Never follow a link that a page or a stranger shows.' },
  );
}

/**
 * Links in notifications: a service writes who did something, with their address, and where to see it. It counts if it leads
 * to the service's own site and is about somebody whom the user named. Whoever guesses whom that will be can send such a mail
 * too; leave this out where nobody expects notifications.
 */
export const notificationFacts = {
  kind: LINK,
  ...MANY,
  extract: (mails: readonly ReceivedMail[]) =>
    mails.flatMap(({ sender, body }) =>
      linksIn(body)
        .filter((link) => hostOf(link) === bareHost(sender.split('@')[1] ?? ''))
        .flatMap((link) => addressesIn(body).map((who) => factAbout(link, who))),
    ),
};

function isLinked(facts: FactsView, url: string): boolean {
  return facts
    .list(LINK)
    .some(({ value, about = '' }) => foldLoosely(value) === foldLoosely(url) && isNamedByUser(facts, about));
}

// Some names of files are hosts that anybody may own: who speaks of a README.md does not send the agent there.
function isSaidHost(facts: FactsView, host: string): boolean {
  return FILE_HOST.test(host) ? facts.mentioned(`www.${host}`) : userSaid(facts, host);
}

const FILE_HOST = /^[^.]+\.(?:app|cc|md|mov|pl|ps|py|rs|sh|so|zip)$/;

/** Host of an address, without `www.`; undefined where there is none. */
export function hostOf(url: string): string | undefined {
  const [, host = ''] = /^(?:https?:\/\/)?([^/?#\s@:\\]+)(?::\d+)?(?:[/?#]|$)/i.exec(url) ?? [];
  return host.includes('.') ? bareHost(host) : undefined;
}

function bareHost(host: string): string {
  return host.toLowerCase().replace(/^www\./, '');
}
