// How the clients domain names its streams, and names that only one thing may hold at a time.
import { derivedId } from '@muster/kernel/ids';

export const clientStream = (clientId: string) => `client-${clientId}`;
export const siteStream = (siteId: string) => `site-${siteId}`;
/** What a server says it serves. */
export const foundStream = (serverId: string) => `server-sites-${serverId}`;
export const rulesStream = (tenantId: string) => `site-rules-${tenantId}`;
export const peopleStream = (tenantId: string, externalRef: string) =>
  `client-person-${derivedId('client-person', tenantId, externalRef)}`;

/** A site is the same one whoever tells of it first: its server, an import or a person. */
export const siteIdOf = (tenantId: string, serverId: string | null, name: string) =>
  derivedId('site', tenantId, serverId ?? 'nowhere', name);

export const CLIENT_NAME = 'clients.name';
export const CLIENT_REF = 'clients.client-ref';
export const SITE_REF = 'clients.site-ref';
/** A server is one client's own at most. */
export const OWN_SERVER = 'clients.server';
