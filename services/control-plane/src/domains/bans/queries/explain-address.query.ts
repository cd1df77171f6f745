// Where and why is this address banned, and what has been seen of it?
import { ExplainAddress } from '@muster/contracts/bans';
import { ipRange } from '@muster/kernel/ip-range';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { BanLog } from '../ban-log.ts';
import { BlockViews } from '../block-views.ts';
import { ProtectionViews } from '../protection-views.ts';
import { Sightings } from '../sightings.ts';
import { ServerRefs } from './server-refs.ts';

const ExplainAddressQuery = queryOf(ExplainAddress);
const SHOWN = 50;
const RECENT = 20;

@QueryHandler(ExplainAddressQuery)
export class ExplainAddressHandler implements IQueryHandler<MessageOf<typeof ExplainAddressQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(BanLog) private readonly log: BanLog,
    @Inject(BlockViews) private readonly blocks: BlockViews,
    @Inject(ProtectionViews) private readonly protections: ProtectionViews,
    @Inject(Sightings) private readonly sightings: Sightings,
  ) {}

  async execute({
    input: { address },
    context,
  }: MessageOf<typeof ExplainAddressQuery>): Promise<AnswerOf<typeof ExplainAddressQuery>> {
    const { tenantId } = context.principal;
    const [{ blocks }, jails, protections, seen, { rows: recent }] = await Promise.all([
      this.blocks.list(tenantId, { address, before: null, limit: SHOWN }),
      this.#jails(tenantId, address),
      this.protections.list(tenantId, address),
      this.sightings.of(tenantId, address),
      this.log.search(tenantId, { address, before: null, limit: RECENT }),
    ]);
    return { address, blocks, jails, protections, ...seen, recent };
  }

  async #jails(tenantId: string, address: string) {
    const { first, last } = ipRange(address);
    // A single address is found by the index over what jails hold; a range looks into each of them.
    const holds =
      first === last
        ? sql`j.banned @> array[${address}::inet]`
        : sql`exists (select 1 from unnest(j.banned) one where one <<= ${address}::inet)`;
    const { rows } = await sql<{ server_id: string; jail: string; since: Date | null }>`
      select j.server_id, j.jail, (
        select max(l.at) from muster.bans_ban_log l
        where l.address = ${address}::inet and l.server_id = j.server_id and l.by_name = j.jail and l.what = 'banned'
          and l.at > now() - interval '90 days') as since
      from muster.bans_jails j where ${holds} order by j.jail limit 500`.execute(this.database.db);
    const present = await new ServerRefs(this.directory).all(tenantId);
    return rows.flatMap((row) => {
      const server = present.get(row.server_id);
      return server ? [{ server, jail: row.jail, since: row.since?.toISOString() ?? null }] : [];
    });
  }
}
