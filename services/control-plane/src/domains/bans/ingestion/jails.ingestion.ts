// fail2ban's jails as a server saw them last, and which addresses they hold.
import type { JailFacts } from '@muster/contracts/bans';
import { sql } from 'kysely';
import type { LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import type { Connection } from '../../../platform/database/database.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';

export class JailsIngestion {
  constructor(
    private readonly database: Connection,
    private readonly live: LiveHints,
  ) {}

  async take({ serverId }: LinkedServer, items: readonly JailFacts[]): Promise<void> {
    const facts = items.at(-1);
    if (!facts) return;
    const { at, version, running, why } = facts;
    const jails = facts.jails.map(({ ignored: _ignored, ...jail }) => ({ ...jail, logs: jail.logs ?? [] }));
    await this.database.db.transaction().execute(async (trx) => {
      await sql`
        insert into muster.bans_fail2ban (server_id, at, version, running, why)
        values (${serverId}, ${at}, ${version}, ${running}, ${why})
        on conflict (server_id) do update set at = excluded.at, version = excluded.version, running = excluded.running,
          why = excluded.why`.execute(trx);
      await sql`
        delete from muster.bans_jails where server_id = ${serverId}
          and jail <> all(${jails.map((jail) => jail.jail)}::text[])`.execute(trx);
      await sql`
        insert into muster.bans_jails (server_id, jail, at, banned, banned_total, failed_total, max_retry, find_seconds,
          ban_seconds, logs)
        select ${serverId}::uuid, jail, ${at}::timestamptz,
          coalesce(array(select json_array_elements_text(banned)::inet), '{}'), "bannedTotal", "failedTotal", "maxRetry",
          "findSeconds", "banSeconds", coalesce(array(select json_array_elements_text(logs)), '{}')
        from json_to_recordset(${JSON.stringify(jails)}::json) as j(jail text, banned json, "bannedTotal" bigint,
          "failedTotal" bigint, "maxRetry" int, "findSeconds" int, "banSeconds" int, logs json)
        on conflict (server_id, jail) do update set at = excluded.at, banned = excluded.banned,
          banned_total = excluded.banned_total, failed_total = excluded.failed_total, max_retry = excluded.max_retry,
          find_seconds = excluded.find_seconds, ban_seconds = excluded.ban_seconds,
          logs = excluded.logs`.execute(trx);
    });
    this.live.changed('bans', null, [serverId]);
    this.live.changed(`server:${serverId}`, null, [serverId]);
  }
}
