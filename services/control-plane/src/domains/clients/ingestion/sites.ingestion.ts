// What a server says it serves, part by part. With the last part, what was not said is gone; an event only when the whole
// differs from before.
import { SitesChanged, siteName, type FoundSite, type SiteFacts } from '@muster/contracts/clients';
import { canonicalBytes, canonicalText } from '@muster/kernel/canonical-json';
import { sha256, sha256Hex } from '@muster/kernel/hashing';
import { derivedId, newId } from '@muster/kernel/ids';
import { sql } from 'kysely';
import type { LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/recorder.ts';
import type { Connection } from '../../../platform/database/database.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';
import { foundStream } from '../streams.ts';

const MOST_NAMED = 100;

export class SitesIngestion {
  constructor(
    private readonly database: Connection,
    private readonly store: EventStore,
  ) {}

  async take(server: LinkedServer, items: readonly SiteFacts[], seq: number): Promise<void> {
    const facts = items.at(-1);
    if (!facts) return;
    const { serverId } = server;
    // A name that is no name is nobody's site; one that is said twice is one site.
    const named = facts.sites.filter(({ name }) => siteName.safeParse(name).success);
    const said = [...new Map(named.map((site) => [site.name, site])).values()];
    const change = await this.database.db.transaction().execute(async (trx) => {
      const { rows: known } = await sql<{ name: string; facts: FoundSite }>`
        select name, facts from muster.clients_found_sites
        where server_id = ${serverId} and name = any(${said.map(({ name }) => name)}::text[])`.execute(trx);
      const before = new Map(known.map((row) => [row.name, canonicalText(row.facts)]));
      await sql`
        insert into muster.clients_found (server_id, at, report, sources)
        values (${serverId}, ${facts.at}, ${facts.at}, ${JSON.stringify(facts.sources)}::jsonb)
        on conflict (server_id) do update set report = excluded.report, sources = excluded.sources`.execute(trx);
      await sql`
        insert into muster.clients_found_sites (server_id, name, facts, logs, seen_at)
        select ${serverId}::uuid, r.facts ->> 'name', r.facts, array(select jsonb_array_elements_text(r.facts -> 'logs')), ${facts.at}::timestamptz
        from jsonb_array_elements(${JSON.stringify(said)}::jsonb) as r(facts)
        on conflict (server_id, name) do update set facts = excluded.facts, logs = excluded.logs, seen_at = excluded.seen_at`.execute(
        trx,
      );
      return {
        added: said.filter(({ name }) => !before.has(name)).map(({ name }) => name),
        changed: said
          .filter((site) => before.has(site.name) && before.get(site.name) !== canonicalText(site))
          .map(({ name }) => name),
      };
    });
    this.#pending.set(serverId, merged(facts.part === 0 ? undefined : this.#pending.get(serverId), change));
    if (facts.part === facts.parts - 1) await this.#end(server, facts, seq);
  }
  /** Of reports whose last part has not come; after a restart the first lists are shorter, the hash decides. */
  readonly #pending = new Map<string, { added: string[]; changed: string[] }>();

  async #end({ serverId, tenantId }: LinkedServer, { at }: SiteFacts, seq: number): Promise<void> {
    const gone = await sql<{ name: string }>`
      delete from muster.clients_found_sites where server_id = ${serverId} and seen_at <> ${at}::timestamptz
      returning name`.execute(this.database.db);
    const { rows } = await sql<{ facts: FoundSite }>`
      select facts from muster.clients_found_sites where server_id = ${serverId} order by name`.execute(
      this.database.db,
    );
    const hash = sha256Hex(canonicalBytes(rows.map((row) => row.facts)));
    const { rows: told } = await sql<{ sha256: string | null }>`
      select sha256 from muster.clients_found where server_id = ${serverId}`.execute(this.database.db);
    const { added, changed } = this.#pending.get(serverId) ?? { added: [], changed: [] };
    this.#pending.delete(serverId);
    if (told[0]?.sha256 !== hash) {
      const event = eventOf(SitesChanged, {
        serverId,
        sha256: hash,
        sites: rows.length,
        added: added.slice(0, MOST_NAMED),
        changed: changed.slice(0, MOST_NAMED),
        removed: gone.rows.map(({ name }) => name).slice(0, MOST_NAMED),
      });
      await this.store.append({
        commandId: derivedId('batch', serverId, String(seq), SitesChanged.type),
        actor: `server:${serverId}`,
        requestHash: sha256(canonicalBytes([SitesChanged.type, serverId, hash])),
        tenantId,
        streamId: foundStream(serverId),
        streamType: 'server-sites',
        expectedVersion: 'any',
        events: [event],
        meta: {
          v: 1,
          actor: `server:${serverId}`,
          actorKind: 'agent',
          software: SOFTWARE,
          correlation: newId(),
          tenant: tenantId,
        },
      });
    }
    // Last: a report whose event could not be written is compared once more.
    await sql`
      update muster.clients_found set at = ${at}, sha256 = ${hash} where server_id = ${serverId}`.execute(
      this.database.db,
    );
  }
}

function merged(
  before: { added: string[]; changed: string[] } | undefined,
  more: { added: string[]; changed: string[] },
) {
  return { added: [...(before?.added ?? []), ...more.added], changed: [...(before?.changed ?? []), ...more.changed] };
}
