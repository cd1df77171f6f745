// Rules as they are being written: one line each, in order. `owner kestrel`, `path /srv/kestrel`, `domain *.kestrel.example`.
import type { AssignmentRule, RuleMatch } from '@muster/contracts/clients';

export interface DraftRule {
  readonly key: number;
  by: RuleMatch['by'];
  value: string;
  clientId: string;
  client: string;
  serverId: string | null;
}

export const valueOf = (match: RuleMatch): string =>
  match.by === 'owner' ? match.owner : match.by === 'path' ? match.path : match.domain;

export function ruleOf({ by, value, clientId, serverId }: DraftRule): AssignmentRule {
  const match: RuleMatch =
    by === 'owner' ? { by, owner: value } : by === 'path' ? { by, path: value } : { by, domain: value.toLowerCase() };
  return { match, clientId, serverId };
}
