// Checks whose findings may be about one site of a shared server, by which field of the evidence that is decided, and which
// fields its client may read: none that can name an account or a site of somebody else.
interface AboutSite {
  readonly shown: readonly string[];
}
export type SiteCheck = AboutSite & ({ readonly path: string } | { readonly names: string });

export const siteChecks: Readonly<Record<string, SiteCheck>> = {
  'WP-001': { path: 'site', shown: ['site', 'version', 'fixed'] },
  'WP-002': { path: 'site', shown: ['site', 'extension', 'version', 'fixed', 'hole'] },
  'WP-003': { path: 'site', shown: ['site'] },
  'WP-005': { path: 'file', shown: ['file', 'mode'] },
  'WP-006': { path: 'path', shown: ['path', 'how'] },
  'WP-008': { path: 'site', shown: ['site', 'inactive'] },
  'WP-009': { path: 'site', shown: ['site', 'debug', 'log'] },
  'WP-012': { path: 'site', shown: ['site', 'limited', 'admin'] },
  'FILE-001': { path: 'path', shown: ['path', 'mode'] },
  'FILE-003': { path: 'path', shown: ['path', 'mode'] },
  'FILE-004': { path: 'path', shown: ['path', 'bytes', 'mode'] },
  'OUT-002': { names: 'name', shown: ['name', 'wrong', 'issuer', 'until'] },
  'OUT-004': { names: 'name', shown: ['name', 'wrong', 'http', 'header'] },
  'MAIL-004': { names: 'domain', shown: ['domain', 'wrong', 'record', 'lookups'] },
  'MAIL-005': { names: 'domain', shown: ['domain', 'selectors'] },
  'MAIL-006': { names: 'domain', shown: ['domain', 'at', 'wrong'] },
  'DNS-001': { names: 'domain', shown: ['domain', 'at', 'issuers', 'inUse'] },
  'DNS-002': { names: 'domain', shown: ['domain', 'state', 'until'] },
  'WEB-012': { names: 'name', shown: ['name', 'leads', 'status'] },
  'WEB-001': { names: 'names', shown: ['names', 'until'] },
};
