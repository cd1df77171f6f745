// Stores what fail2ban said, many lines in one statement, each once; the ledger gets one digest per batch, so that the
// lines are provable without being events.
import { BanLogDigested, type BanLogLine } from '@muster/contracts/bans';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { sql } from 'kysely';
import type { LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import type { Connection } from '../../../platform/database/database.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';
import type { BanLogMonths } from '../ban-log-months.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';

/** A line from further ahead than this has a wrong clock; it would stand on top of the log for as long. */
const AHEAD_MS = 10 * 60_000;

export class BanLogIngestion {
  constructor(
    private readonly database: Connection,
    private readonly store: EventStore,
    private readonly months: BanLogMonths,
    private readonly live: LiveHints,
  ) {}

  async take(server: LinkedServer, lines: readonly BanLogLine[], seq: number): Promise<void> {
    if (lines.length === 0) return;
    await this.#insert(server, lines, new Date());
    await this.#digest(server, lines, seq);
    this.live.changed('bans', null, [server.serverId]);
    this.live.changed('fleet', null, [server.serverId]);
    this.live.changed(`server:${server.serverId}`, null, [server.serverId]);
  }

  async #insert({ serverId, tenantId }: LinkedServer, lines: readonly BanLogLine[], now: Date): Promise<void> {
    const moments = lines.map((line) => {
      const at = new Date(line.at);
      return at.getTime() > now.getTime() + AHEAD_MS ? now : at;
    });
    await this.months.ensure(moments);
    const column = <T>(of: (line: BanLogLine) => T): T[] => lines.map(of);
    const insert = sql`
      insert into muster.bans_ban_log (at, line_id, tenant_id, server_id, what, address, by_kind, by_name, failures,
        ban_seconds, source)
      select at, line_id, ${tenantId}::uuid, ${serverId}::uuid, what, address, 'jail', jail, failures, ban_seconds, source
      from unnest(${moments}::timestamptz[], ${column((line) => derivedId('bans.line', serverId, line.id))}::uuid[],
        ${column((line) => line.what)}::text[], ${column((line) => line.address)}::inet[],
        ${column((line) => line.jail)}::text[], ${column((line) => line.failures)}::int[],
        ${column((line) => line.banSeconds)}::int[], ${column((line) => line.source)}::text[])
        as line(at, line_id, what, address, jail, failures, ban_seconds, source)`;
    try {
      await insert.execute(this.database.db);
    } catch (error) {
      if (!isRepeated(error)) throw error;
      // Some of it is there already. That is rare, and to be ready for it costs a fifth of an insert.
      await sql`${insert} on conflict do nothing`.execute(this.database.db);
    }
  }

  async #digest({ serverId, tenantId }: LinkedServer, lines: readonly BanLogLine[], batch: number): Promise<void> {
    const sha256 = sha256Hex(canonicalBytes(lines));
    const times = lines.map((line) => line.at).sort();
    const [from = '', to = ''] = [times[0], times.at(-1)];
    await recordFact(this.store, {
      streamId: `ban-log-${serverId}`,
      streamType: 'ban-log',
      events: [eventOf(BanLogDigested, { serverId, batch, sha256, count: lines.length, from, to })],
      actor: `server:${serverId}`,
      actorKind: 'agent',
      tenantId,
      commandId: derivedId('bans.digest', serverId, String(batch), sha256),
    });
  }
}

/** PostgreSQL's unique_violation. */
const isRepeated = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '23505';
