// Plesk's subscriptions, from the words of its own utility. Written after Plesk's documentation and not tried on a real
// Plesk: `plesk bin subscription --list` prints one domain to a line; files lie below /var/www/vhosts/<subscription>.
import { hostName } from './declared.ts';

export const PLESK = '/usr/local/psa/bin/subscription';
export const LIST_SUBSCRIPTIONS = ['--list'] as const;
const FOLDER = '/var/www/vhosts/';

export function parseSubscriptions(stdout: string): ReadonlySet<string> {
  return new Set(stdout.split('\n').flatMap((line) => hostName(line.trim()) ?? []));
}

/** The subscription that a document root belongs to. */
export function subscriptionOf(root: string | null, subscriptions: ReadonlySet<string>): string | null {
  if (!root?.startsWith(FOLDER)) return null;
  const [name = ''] = root.slice(FOLDER.length).split('/');
  return subscriptions.has(name) ? name : null;
}
