// Which client the rules give a site to. Pure. The first rule that fits decides; later ones that would decide otherwise are
// conflicts, and are shown. What a person or an import decided stays.
import type { AssignedBy, AssignmentRule, FoundSite, RuleMatch } from '@muster/contracts/clients';

export interface RuledSite {
  readonly name: string;
  readonly serverId: string | null;
  readonly clientId: string | null;
  readonly assignedBy: AssignedBy | null;
  /** The client whose own its server is. */
  readonly serverOf: string | null;
  /** null: no server says that it serves it. */
  readonly found: Pick<FoundSite, 'root' | 'owner'> | null;
}

export interface Ruling {
  readonly to: string | null;
  /** From 1; null: no rule decides. */
  readonly rule: number | null;
  readonly conflicts: readonly { readonly rule: number; readonly clientId: string }[];
  /** Why it stays as it is although a rule says otherwise. */
  readonly kept: 'by-hand' | 'by-import' | 'own-server' | null;
}

export function ruling(site: RuledSite, rules: readonly AssignmentRule[]): Ruling {
  const fitting = rules.flatMap((rule, index) =>
    fits(site, rule) ? [{ rule: index + 1, clientId: rule.clientId }] : [],
  );
  const [first] = fitting;
  const conflicts = fitting.filter(({ clientId }) => clientId !== first?.clientId);
  const stays = (to: string | null, kept: Ruling['kept']): Ruling => ({
    to,
    rule: null,
    conflicts,
    kept: first !== undefined && first.clientId !== to ? kept : null,
  });
  if (site.serverOf !== null) return stays(site.serverOf, 'own-server');
  if (site.assignedBy === 'hand') return stays(site.clientId, 'by-hand');
  if (site.assignedBy === 'import') return stays(site.clientId, 'by-import');
  if (first) return { to: first.clientId, rule: first.rule, conflicts, kept: null };
  // A site that went silent is not taken from its client: its owner and path are not known, not different.
  return { to: site.found === null ? site.clientId : null, rule: null, conflicts, kept: null };
}

function fits({ name, serverId, found }: RuledSite, rule: AssignmentRule): boolean {
  if (rule.serverId !== null && rule.serverId !== serverId) return false;
  return matches(rule.match, name, found);
}

function matches(match: RuleMatch, name: string, found: RuledSite['found']): boolean {
  switch (match.by) {
    case 'owner':
      return found?.owner === match.owner;
    case 'path':
      return found?.root !== undefined && found.root !== null && liesIn(found.root, match.path);
    case 'domain':
      // By its first name alone: on a shared server an alias is a claim to somebody else’s.
      return match.domain.startsWith('*.') ? name.endsWith(match.domain.slice(1)) : name === match.domain;
  }
}

function liesIn(path: string, folder: string): boolean {
  const base = folder.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`);
}
