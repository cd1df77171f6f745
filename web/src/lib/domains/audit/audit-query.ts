// The audit page's filters, from the address to the question that the control plane is asked.
import { parseTokens, spanOf, valueOf, type Token } from '../../platform/filter-tokens.ts';

export const AUDIT_KEYS = ['who', 'what', 'server', 'since', 'entry'] as const;

/** The choices beside the field. */
export const KINDS = [
  { value: 'all', label: 'All' },
  { value: 'people', label: 'People' },
  { value: 'refusal', label: 'Refused' },
  { value: 'agents', label: 'Servers' },
  { value: 'read', label: 'Reads' },
] as const;
export type Kind = (typeof KINDS)[number]['value'];

export interface AuditQuestion {
  who?: string;
  type?: string;
  class?: 'action' | 'fact' | 'refusal' | 'read' | 'digest';
  actorKind?: 'person' | 'agent';
  server?: string;
  from?: string;
  before?: number;
  quiet?: 'true' | 'false';
}

export type AuditQuery = { ok: true; question: AuditQuestion } | { ok: false; why: string };

export function kindOf(parameters: URLSearchParams): Kind {
  if (parameters.get('actorKind') === 'person') return 'people';
  if (parameters.get('actorKind') === 'agent') return 'agents';
  const wanted = parameters.get('class');
  return wanted === 'refusal' || wanted === 'read' ? wanted : 'all';
}

export function withKind(parameters: URLSearchParams, kind: Kind): URLSearchParams {
  const changed = new URLSearchParams(parameters);
  changed.delete('actorKind');
  changed.delete('class');
  if (kind === 'people') changed.set('actorKind', 'person');
  if (kind === 'agents') changed.set('actorKind', 'agent');
  if (kind === 'refusal' || kind === 'read') changed.set('class', kind);
  return changed;
}

const CLASSES = ['action', 'fact', 'refusal', 'read', 'digest'] as const;

export function auditQuery(
  parameters: URLSearchParams,
  servers: readonly { readonly serverId: string; readonly name: string }[],
  now: Date,
): AuditQuery {
  const tokens: readonly Token[] = parseTokens(parameters.get('q') ?? '', AUDIT_KEYS);
  const question: AuditQuestion = {};
  const wantedClass = CLASSES.find((name) => name === parameters.get('class'));
  if (wantedClass !== undefined) question.class = wantedClass;
  const actorKind = parameters.get('actorKind');
  if (actorKind === 'person' || actorKind === 'agent') question.actorKind = actorKind;
  const type = parameters.get('type') ?? valueOf(tokens, 'what');
  if (type !== undefined && type !== null && type !== '') question.type = type;
  if (parameters.get('quiet') === 'true') question.quiet = 'true';
  const who = valueOf(tokens, 'who');
  if (who !== undefined) question.who = who;
  const serverName = valueOf(tokens, 'server');
  if (serverName !== undefined) {
    const found = servers.find((server) => server.name.toLowerCase() === serverName.toLowerCase());
    if (found === undefined) return { ok: false, why: `No server is called ${serverName}` };
    question.server = found.serverId;
  }
  const since = valueOf(tokens, 'since');
  if (since !== undefined) {
    const span = spanOf(since);
    if (span === null) return { ok: false, why: `${since} is not a span like 30m, 24h or 7d` };
    question.from = new Date(Math.floor((now.getTime() - span) / 60_000) * 60_000).toISOString();
  }
  const bare = valueOf(tokens, '');
  const entry = valueOf(tokens, 'entry') ?? (bare !== undefined && /^[\d,]+$/.test(bare) ? bare : undefined);
  if (entry !== undefined) {
    const position = Number(entry.replaceAll(',', ''));
    if (!Number.isSafeInteger(position) || position < 0)
      return { ok: false, why: `${entry} is not the number of an entry` };
    question.before = position + 1;
  } else if (bare !== undefined) {
    return { ok: false, why: `Say what “${bare}” is: who: what: server: since: entry:` };
  }
  return { ok: true, question };
}
