// One kind of what servers have, over the fleet: by its own order, so that the same key or port of many servers stands
// together. Servers that did not tell are counted beside the list, never left out in silence.
import { ListInventory } from '@muster/contracts/posture';
import { isUuid } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql, type RawBuilder } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { InventoryRows } from '../inventory/inventory-rows.ts';
import { PostureScope } from '../posture-scope.ts';

const ListInventoryQuery = queryOf(ListInventory);

@QueryHandler(ListInventoryQuery)
export class ListInventoryHandler implements IQueryHandler<MessageOf<typeof ListInventoryQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(InventoryRows) private readonly inventory: InventoryRows,
    @Inject(PostureScope) private readonly scope: PostureScope,
  ) {}

  async execute({
    input: { kind, groupId, serverId, standsOut, after, limit },
    context,
  }: MessageOf<typeof ListInventoryQuery>): Promise<AnswerOf<typeof ListInventoryQuery>> {
    const { tenantId } = context.principal;
    const within = await this.scope.within('i', tenantId, { groupId, serverId });
    const found = await this.inventory.list(sql`
      where i.tenant_id = ${tenantId} and i.kind = ${kind} and ${within} and ${standsOut ? sql`i.stands_out is not null` : sql`true`}
        and ${beyond(after)}
      order by i.sort, i.server_id limit ${limit + 1}`);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      rows: shown.map(({ view }) => view),
      notKnown: await this.#notKnown(tenantId, kind, within),
      next: found.length > limit && last ? JSON.stringify([last.sort, last.view.server.serverId]) : null,
    };
  }

  async #notKnown(
    tenantId: string,
    kind: string,
    within: RawBuilder<unknown>,
  ): Promise<AnswerOf<typeof ListInventoryQuery>['notKnown']> {
    const { rows } = await sql<{ servers: number; some: string[] | null }>`
      select count(*)::int as servers, (array_agg(i.server_id))[1:5] as some from muster.posture_inventory_readings i
      where i.tenant_id = ${tenantId} and i.kind = ${kind} and not i.complete and ${within}`.execute(this.database.db);
    const names = await this.directory.names(rows[0]?.some ?? []);
    return { servers: rows[0]?.servers ?? 0, names: [...names.values()].sort() };
  }
}

/** Items of one server never share their place in the order. */
function beyond(after: string | undefined): RawBuilder<unknown> {
  if (after === undefined) return sql`true`;
  try {
    const place: unknown = JSON.parse(after);
    if (Array.isArray(place) && typeof place[0] === 'string' && typeof place[1] === 'string' && isUuid(place[1])) {
      return sql`(i.sort, i.server_id) > (${place[0]}, ${place[1]}::uuid)`;
    }
  } catch {
    // Falls through to the sentence below.
  }
  const sentence = 'is not a place in this list. Start at the top';
  throw new Refusal('invalid', 'invalid', `after: ${sentence}`, { fields: [{ path: 'after', message: sentence }] });
}
