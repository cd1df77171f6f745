// The ban log's filters: tokens to the question that the control plane is asked, with a sentence for what is wrong.
import { parseIpRange } from '@muster/kernel/ip-range';
import { spanOf, valueOf, type Token } from '../../platform/filter-tokens.ts';

export const LOG_KEYS = ['server', 'jail', 'what', 'since'] as const;
const WHATS = ['banned', 'unbanned', 'found', 'blocked', 'unblocked', 'repaired'] as const;
type What = (typeof WHATS)[number];

export interface LogQuestion {
  readonly address?: string;
  readonly server?: string;
  readonly jail?: string;
  readonly what?: What;
  readonly from?: string;
}

export type LogQuery = { ok: true; question: LogQuestion } | { ok: false; why: string };

export function logQuery(
  tokens: readonly Token[],
  servers: readonly { readonly serverId: string; readonly name: string }[],
  now: Date,
): LogQuery {
  const question: { -readonly [Key in keyof LogQuestion]: LogQuestion[Key] } = {};
  const bare = valueOf(tokens, '');
  if (bare !== undefined) {
    const parsed = parseIpRange(bare);
    if (!parsed.ok)
      return { ok: false, why: `${parsed.reason}. Filter by an address, a range, or server: jail: what: since:` };
    question.address = parsed.range.text;
  }
  const serverName = valueOf(tokens, 'server');
  if (serverName !== undefined) {
    const found = servers.find((server) => server.name.toLowerCase() === serverName.toLowerCase());
    if (found === undefined) return { ok: false, why: `No server is called ${serverName}` };
    question.server = found.serverId;
  }
  const jail = valueOf(tokens, 'jail');
  if (jail !== undefined) question.jail = jail;
  const what = valueOf(tokens, 'what');
  if (what !== undefined) {
    const known = WHATS.find((word) => word === what.toLowerCase());
    if (known === undefined)
      return { ok: false, why: `${what} is not something that happens here: ${WHATS.join(', ')}` };
    question.what = known;
  }
  const since = valueOf(tokens, 'since');
  if (since !== undefined) {
    const span = spanOf(since);
    if (span === null) return { ok: false, why: `${since} is not a span like 30m, 24h or 7d` };
    // To the minute, so that a page that asks again asks the same question.
    question.from = new Date(Math.floor((now.getTime() - span) / 60_000) * 60_000).toISOString();
  }
  return { ok: true, question };
}
