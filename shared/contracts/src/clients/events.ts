// Clients, what is theirs, and what was done on their behalf. An event that carries a `clientId` may be read by that
// client, as it is: so none names two clients, and none says why in words that are not for theirs.
import { z } from 'zod';
import { event } from '../define.ts';
import { canonicalRange, hostText, sha256, uuid } from '../values.ts';
import { assignedBy, assignmentRules, clientName, clientRole, externalRef, siteName, unblockLimits } from './values.ts';

const clientId = '0190b5e2-7a10-7000-8000-00000000e001';
const siteId = '0190b5e2-7a10-7000-8000-00000000e002';
const serverId = '0190b5e2-7a10-7000-8000-00000000b001';
const personId = '0190b5e2-7a10-7000-8000-00000000a001';

export const ClientCreated = event('clients.ClientCreated', {
  class: 'action',
  sentence: 'A client was created',
  schema: z.strictObject({ clientId: uuid, name: clientName, externalRef: externalRef.nullable() }),
  example: { clientId, name: 'Kestrel Cycles', externalRef: 'crm-1042' },
});
export const ClientChanged = event('clients.ClientChanged', {
  class: 'action',
  sentence: 'A client was renamed, or its external reference changed',
  schema: z.strictObject({ clientId: uuid, name: clientName, externalRef: externalRef.nullable() }),
  example: { clientId, name: 'Kestrel Cycles GmbH', externalRef: 'crm-1042' },
});
export const ClientArchived = event('clients.ClientArchived', {
  class: 'action',
  sentence: 'A client was archived: nothing is looked after for it any more',
  schema: z.strictObject({ clientId: uuid }),
  example: { clientId },
});
export const UnblockLimitsSet = event('clients.UnblockLimitsSet', {
  class: 'action',
  sentence: 'What a client’s people may unblock by themselves was set',
  schema: z.strictObject({ clientId: uuid, limits: unblockLimits }),
  example: { clientId, limits: { perDay: 5, present: true, ranges: ['198.51.100.0/28'] } },
});
export const UnblockAsked = event('clients.UnblockAsked', {
  class: 'action',
  sentence: 'An address was asked to be let go by the jails that guard a client’s sites',
  schema: z.strictObject({
    clientId: uuid,
    address: canonicalRange,
    operationId: uuid,
    /** Where, and which jails. */
    jails: z
      .array(z.strictObject({ serverId: uuid, jail: hostText(64) }))
      .min(1)
      .max(1000),
  }),
  example: { clientId, address: '198.51.100.23', operationId: siteId, jails: [{ serverId, jail: 'kestrel-login' }] },
});
export const PersonReferenced = event('clients.PersonReferenced', {
  class: 'action',
  sentence: 'A person of a client got the reference by which another system knows them',
  schema: z.strictObject({ clientId: uuid, personId: uuid, externalRef, role: clientRole }),
  example: { clientId, personId, externalRef: 'crm-1042-7', role: 'client-admin' },
});

export const ServerGiven = event('clients.ServerGiven', {
  class: 'action',
  sentence: 'A server was given to a client as its own',
  schema: z.strictObject({ clientId: uuid, serverId: uuid }),
  example: { clientId, serverId },
});
export const ServerTaken = event('clients.ServerTaken', {
  class: 'action',
  sentence: 'A server is no longer a client’s own',
  schema: z.strictObject({ clientId: uuid, serverId: uuid }),
  example: { clientId, serverId },
});

export const SitesChanged = event('clients.SitesChanged', {
  class: 'fact',
  sentence: 'A server serves other sites than before, or serves them otherwise',
  schema: z.strictObject({
    serverId: uuid,
    /** SHA-256 over the canonical JSON of all of its sites. */
    sha256,
    sites: z.int().nonnegative(),
    /** The first 100 of each. */
    added: z.array(hostText(253)).max(100),
    changed: z.array(hostText(253)).max(100),
    removed: z.array(hostText(253)).max(100),
  }),
  example: { serverId, sha256: '0'.repeat(64), sites: 2, added: ['shop.kestrel.example'], changed: [], removed: [] },
});
export const SiteAdded = event('clients.SiteAdded', {
  class: 'action',
  sentence: 'A site was added: found on a server, by hand or by an import',
  schema: z.strictObject({
    siteId: uuid,
    name: siteName,
    serverId: uuid.nullable(),
    externalRef: externalRef.nullable(),
    how: z.enum(['found', 'hand', 'import']),
  }),
  example: { siteId, name: 'shop.kestrel.example', serverId, externalRef: null, how: 'found' },
});
export const SiteGiven = event('clients.SiteGiven', {
  class: 'action',
  sentence: 'A site was given to a client',
  schema: z.strictObject({ siteId: uuid, clientId: uuid, name: siteName, serverId: uuid.nullable(), by: assignedBy }),
  example: { siteId, clientId, name: 'shop.kestrel.example', serverId, by: 'rule' },
});
export const SiteTaken = event('clients.SiteTaken', {
  class: 'action',
  sentence: 'A site no longer belongs to a client',
  schema: z.strictObject({ siteId: uuid, clientId: uuid, name: siteName, by: assignedBy }),
  example: { siteId, clientId, name: 'shop.kestrel.example', by: 'hand' },
});
export const SiteReferenced = event('clients.SiteReferenced', {
  class: 'action',
  sentence: 'The external reference of a site changed',
  schema: z.strictObject({ siteId: uuid, externalRef: externalRef.nullable() }),
  example: { siteId, externalRef: 'vhost-881' },
});
export const SiteRemoved = event('clients.SiteRemoved', {
  class: 'action',
  sentence: 'A site was removed from the list',
  schema: z.strictObject({ siteId: uuid }),
  example: { siteId },
});
export const RulesSet = event('clients.RulesSet', {
  class: 'action',
  sentence: 'The rules that give sites to clients were set',
  schema: z.strictObject({ rules: assignmentRules }),
  example: { rules: [{ match: { by: 'owner', owner: 'kestrel' }, serverId: null, clientId }] },
});

export const clientEvents = [
  ClientCreated,
  ClientChanged,
  ClientArchived,
  UnblockLimitsSet,
  UnblockAsked,
  PersonReferenced,
  ServerGiven,
  ServerTaken,
  SitesChanged,
  SiteAdded,
  SiteGiven,
  SiteTaken,
  SiteReferenced,
  SiteRemoved,
  RulesSet,
] as const;
