// One server with the facts it reported, what Muster may do there, and how far it witnessed the ledger.
import { capabilityName, GetServer, type CapabilityName, type Inventory } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { whyKeyIsFixed } from '../key-rotation.ts';
import { ServerRows } from '../server-rows.ts';

const GetServerQuery = queryOf(GetServer);

interface Detail {
  fingerprint: string;
  enrolled_at: Date;
  offers: CapabilityName[];
  observe_only: boolean;
  facts: Inventory | null;
  clock_skew_ms: number | null;
  capabilities: Partial<Record<CapabilityName, 'observe' | 'managed'>>;
  barred: Partial<Record<CapabilityName, string>>;
  witnessed_size: number | null;
  witnessed_at: Date | null;
  key_since: Date | null;
  rotation_asked_at: Date | null;
  misused_at: Date | null;
  misused_from: string | null;
  speaks: string[] | null;
}

@QueryHandler(GetServerQuery)
export class GetServerHandler implements IQueryHandler<MessageOf<typeof GetServerQuery>> {
  constructor(
    @Inject(ServerRows) private readonly rows: ServerRows,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({ input, context }: MessageOf<typeof GetServerQuery>): Promise<AnswerOf<typeof GetServerQuery>> {
    const [row] = await this.rows.list(
      sql`s.server_id = ${input.serverId} and s.tenant_id = ${context.principal.tenantId}`,
      1,
    );
    if (!row) throw notFound('server');
    const { rows } = await sql<Detail>`
      select s.fingerprint, s.enrolled_at, s.offers, s.observe_only, i.facts, p.clock_skew_ms,
        coalesce((select json_object_agg(capability, mode) from muster.servers_capabilities c
          where c.server_id = s.server_id), '{}') as capabilities,
        coalesce((select json_object_agg(capability, why) from muster.servers_barred b
          where b.server_id = s.server_id), '{}') as barred,
        w.size as witnessed_size, w.cosigned_at as witnessed_at,
        s.key_since, s.rotation_asked_at, s.misused_at, s.misused_from, p.speaks
      from muster.servers_servers s
      left join muster.servers_presence p using (server_id)
      left join muster.servers_inventory i using (server_id)
      left join lateral (select size, cosigned_at from es.witness_cosignatures c where c.witness_id = s.server_id::text
        order by size desc limit 1) w on true
      where s.server_id = ${input.serverId}`.execute(this.database.db);
    const detail = rows[0];
    if (!detail) throw notFound('server');
    return {
      ...row,
      fingerprint: detail.fingerprint,
      key: {
        since: (detail.key_since ?? detail.enrolled_at).toISOString(),
        rotationAskedAt: detail.rotation_asked_at?.toISOString() ?? null,
        fixed: whyKeyIsFixed(detail.speaks),
        misused:
          detail.misused_at !== null && detail.misused_from !== null
            ? { at: detail.misused_at.toISOString(), source: detail.misused_from }
            : null,
      },
      enrolledAt: detail.enrolled_at.toISOString(),
      inventory: detail.facts,
      clockSkewMs: detail.clock_skew_ms,
      witness:
        detail.witnessed_size !== null && detail.witnessed_at !== null
          ? { size: detail.witnessed_size, at: detail.witnessed_at.toISOString() }
          : null,
      capabilities: capabilityName.options
        .filter((capability) => detail.offers.includes(capability))
        .map((capability) => ({
          capability,
          mode: detail.capabilities[capability] ?? 'observe',
          barred: barredBy(capability, detail),
        })),
    };
  }
}

function barredBy(capability: CapabilityName, detail: Detail): string | null {
  if (capability === 'inventory') return 'Inventory only reads; there is nothing to manage';
  if (detail.observe_only) return 'The agent runs without the root helper: it can only observe';
  return detail.barred[capability] ?? null;
}
