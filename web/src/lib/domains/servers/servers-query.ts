// The server list's filters, from the address to the question that the control plane is asked.
import type { ServerRow } from '@muster/contracts/servers';
import { parseTokens, valueOf } from '../../platform/filter-tokens.ts';

export const SERVER_KEYS = ['tag', 'group', 'is'] as const;
const PRESENCES: readonly ServerRow['presence'][] = ['present', 'silent', 'never', 'quarantined', 'retired'];

export interface ServersQuestion {
  q?: string;
  tag?: string;
  group?: string;
  presence?: ServerRow['presence'];
}

export type ServersQuery = { ok: true; question: ServersQuestion } | { ok: false; why: string };

export function serversQuery(parameters: URLSearchParams, roll: readonly Pick<ServerRow, 'groups'>[]): ServersQuery {
  const tokens = parseTokens(parameters.get('q') ?? '', SERVER_KEYS);
  const question: ServersQuestion = {};
  const name = valueOf(tokens, '');
  if (name !== undefined) question.q = name;
  const tag = valueOf(tokens, 'tag');
  if (tag !== undefined) question.tag = tag;
  const group = parameters.get('group');
  if (group !== null) question.group = group;
  const groupName = valueOf(tokens, 'group')?.toLowerCase();
  if (groupName !== undefined) {
    const found = roll.flatMap((server) => server.groups).find((member) => member.name.toLowerCase() === groupName);
    if (found === undefined) return { ok: false, why: `No group with servers is called ${groupName}` };
    question.group = found.groupId;
  }
  const is = valueOf(tokens, 'is') ?? parameters.get('presence') ?? undefined;
  if (is !== undefined) {
    const presence = PRESENCES.find((known) => known === is);
    if (presence === undefined) return { ok: false, why: `${is} is not a state of a server: ${PRESENCES.join(', ')}` };
    question.presence = presence;
  }
  return { ok: true, question };
}
