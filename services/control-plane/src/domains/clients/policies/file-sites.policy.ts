// Keeps the list of sites in step with what servers say, and gives sites to clients as the rules say: when a server serves
// other sites, when a site is added, when the rules change, and when a server becomes a client’s own.
import { RulesSet, ServerGiven, SiteAdded, SitesChanged, type AssignmentRule } from '@muster/contracts/clients';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { sql, type RawBuilder } from 'kysely';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/recorder.ts';
import {
  CommandReused,
  ConcurrencyConflict,
  type EventStore,
  type EventStoreTransaction,
  type NewEvent,
  type SequencedEvent,
} from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import { ruledSite, type SiteToRule } from '../rule-book.ts';
import { ruling } from '../rules.ts';
import { assign, siteFrom } from '../site.aggregate.ts';
import { rulesStream, siteIdOf, siteStream } from '../streams.ts';

const POLICY = 'file-sites';
/** Sites that are looked at together; their appends are one group. */
const PAGE = 500;
/** Another writer came first: read again, decide again. */
const ATTEMPTS = 4;

export class FileSites implements Subscription {
  readonly name = `policy/${POLICY}`;
  readonly version = 1;
  readonly types = [SitesChanged.type, SiteAdded.type, RulesSet.type, ServerGiven.type];
  readonly from = 'beginning';

  constructor(private readonly store: EventStore) {}

  async handle(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      switch (event.type) {
        case SitesChanged.type: {
          const { serverId } = SitesChanged.schema.parse(event.data);
          await this.#add(trx, event, serverId);
          await this.#rule(trx, event, sql`s.server_id = ${serverId}`);
          break;
        }
        case SiteAdded.type: {
          const added = SiteAdded.schema.parse(event.data);
          if (added.how === 'found') await this.#ruleAdded(trx, event, added.siteId, added.serverId, added.name);
          break;
        }
        case ServerGiven.type:
          await this.#rule(trx, event, sql`s.server_id = ${ServerGiven.schema.parse(event.data).serverId}`);
          break;
        default:
          await this.#rule(trx, event, sql`true`);
      }
    }
  }

  /** Whatever a server serves and nobody knows yet. */
  async #add(trx: EventStoreTransaction, cause: SequencedEvent, serverId: string): Promise<void> {
    const { rows } = await sql<{ name: string }>`
      select f.name from muster.clients_found_sites f
      where f.server_id = ${serverId} and not exists (select 1 from muster.clients_sites s
        where s.server_id = f.server_id and s.name = f.name and s.removed_at is null)`.execute(trx);
    for (let from = 0; from < rows.length; from += PAGE) {
      await Promise.all(
        rows.slice(from, from + PAGE).map(async ({ name }) => {
          const siteId = siteIdOf(cause.tenantId, serverId, name);
          await this.#append(cause, siteId, ({ state }) =>
            state ? [] : [eventOf(SiteAdded, { siteId, name, serverId, externalRef: null, how: 'found' })],
          );
        }),
      );
    }
  }

  /** Of sites that the read model knows. One that was added a moment ago follows with its own event. */
  async #rule(trx: EventStoreTransaction, cause: SequencedEvent, condition: RawBuilder<unknown>): Promise<void> {
    const rules = await this.#rules(cause.tenantId);
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const rows = await sitesToRule(trx, sql`${condition} and s.site_id > ${after}::uuid`);
      await Promise.all(rows.map((row) => this.#decide(cause, rules, row)));
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.site_id;
    }
  }

  async #ruleAdded(
    trx: EventStoreTransaction,
    cause: SequencedEvent,
    siteId: string,
    serverId: string | null,
    name: string,
  ): Promise<void> {
    const { rows } = await sql<Pick<SiteToRule, 'server_of' | 'facts'>>`
      select (select client_id from muster.clients_servers where server_id = ${serverId}::uuid) as server_of,
        (select facts from muster.clients_found_sites where server_id = ${serverId}::uuid and name = ${name}) as facts`.execute(
      trx,
    );
    const seen = rows[0] ?? { server_of: null, facts: null };
    const row = {
      site_id: siteId,
      name,
      server_id: serverId,
      server: null,
      client_id: null,
      assigned_by: null,
      ...seen,
    };
    await this.#decide(cause, await this.#rules(cause.tenantId), row);
  }

  async #decide(cause: SequencedEvent, rules: readonly AssignmentRule[], row: SiteToRule): Promise<void> {
    const seen = ruledSite(row);
    if (ruling(seen, rules).to === seen.clientId && seen.assignedBy !== null) return;
    // The row may be behind: what counts is the stream.
    await this.#append(cause, row.site_id, ({ state }) => {
      if (!state) return [];
      const { to } = ruling({ ...seen, clientId: state.clientId, assignedBy: state.assignedBy }, rules);
      return assign(state, to, 'rule');
    });
  }

  async #rules(tenantId: string): Promise<readonly AssignmentRule[]> {
    const last = (await this.store.readStream(rulesStream(tenantId))).at(-1);
    return last ? RulesSet.schema.parse(last.data).rules : [];
  }

  async #append(
    cause: SequencedEvent,
    siteId: string,
    decide: (known: ReturnType<typeof siteFrom>) => NewEvent[],
  ): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const known = siteFrom(await this.store.readStream(siteStream(siteId)));
      const events = decide(known);
      if (events.length === 0) return;
      try {
        await this.store.append({
          commandId: derivedId(POLICY, cause.eventId, siteId, String(known.version)),
          actor: POLICY,
          requestHash: sha256(canonicalBytes([cause.eventId, siteId])),
          tenantId: cause.tenantId,
          streamId: siteStream(siteId),
          streamType: 'site',
          expectedVersion: known.version === 0 ? 'new' : known.version,
          events,
          meta: {
            v: 1,
            actor: POLICY,
            actorKind: 'policy',
            software: SOFTWARE,
            correlation: cause.meta.correlation,
            causation: cause.eventId,
            tenant: cause.tenantId,
          },
        });
        return;
      } catch (error) {
        if (error instanceof CommandReused) return;
        if (!(error instanceof ConcurrencyConflict) || attempt >= ATTEMPTS) throw error;
      }
    }
  }
}

async function sitesToRule(trx: EventStoreTransaction, condition: RawBuilder<unknown>): Promise<SiteToRule[]> {
  const { rows } = await sql<SiteToRule>`
    select s.site_id, s.name, s.server_id, null as server, s.client_id, s.assigned_by, o.client_id as server_of, f.facts
    from muster.clients_sites s
    left join muster.clients_servers o on o.server_id = s.server_id
    left join muster.clients_found_sites f on f.server_id = s.server_id and f.name = s.name
    where s.removed_at is null and ${condition} order by s.site_id limit ${PAGE}`.execute(trx);
  return rows;
}
