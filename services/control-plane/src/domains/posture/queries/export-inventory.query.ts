// One kind of what servers have, of all that the caller may see or of a group, whole, as CSV or as lines of JSON.
import { Readable } from 'node:stream';
import { ExportInventory, INVENTORY_WORDS, type InventoryKind } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql, type RawBuilder } from 'kysely';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { queryOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { keepingSight } from '../../../platform/database/sight.ts';
import { Download } from '../../../platform/http/download.ts';
import { Shares } from '../../../platform/http/shares.ts';
import { csvLine } from '../csv.ts';
import { InventoryRows, type ListedItem } from '../inventory/inventory-rows.ts';
import { PostureScope } from '../posture-scope.ts';

const ExportInventoryQuery = queryOf(ExportInventory);
const PAGE = 2000;

interface Exported {
  readonly tenantId: string;
  readonly kind: InventoryKind;
  readonly within: RawBuilder<unknown>;
}

@QueryHandler(ExportInventoryQuery)
export class ExportInventoryHandler implements IQueryHandler<MessageOf<typeof ExportInventoryQuery>> {
  readonly #shares: Shares;

  constructor(
    @Inject(InventoryRows) private readonly inventory: InventoryRows,
    @Inject(PostureScope) private readonly scope: PostureScope,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.#shares = new Shares(settings.MUSTER_LIMIT_EXPORTS, 'Other exports are being written. Try again in a minute');
  }

  async execute({
    input: { kind, groupId, format },
    context,
  }: MessageOf<typeof ExportInventoryQuery>): Promise<Download> {
    const { tenantId } = context.principal;
    const of = { tenantId, kind, within: await this.scope.within('i', tenantId, { groupId }) };
    const done = this.#shares.take();
    const lines = format === 'csv' ? this.#csv(of) : this.#json(of);
    const stream = Readable.from(keepingSight(lines)).once('close', done);
    const name = `${kind}-${new Date().toISOString().slice(0, 10)}`;
    return format === 'csv'
      ? new Download(stream, 'text/csv; charset=utf-8', `${name}.csv`)
      : new Download(stream, 'application/x-ndjson', `${name}.ndjson`);
  }

  async *#csv(of: Exported): AsyncIterable<string> {
    const { columns } = INVENTORY_WORDS[of.kind];
    yield csvLine(['server', ...Object.keys(columns), 'first seen', 'stands out', 'reason', 'answered by', 'review']);
    for await (const { view } of this.#all(of)) {
      const { server, facts, firstSeen, standsOut, approval } = view;
      yield csvLine([
        server.name,
        ...Object.keys(columns).map((fact) => String(facts[fact] ?? 'not known')),
        firstSeen,
        standsOut ?? '',
        approval?.reason ?? '',
        approval?.owner ?? '',
        approval?.reviewAt ?? '',
      ]);
    }
  }

  async *#json(of: Exported): AsyncIterable<string> {
    for await (const { view } of this.#all(of)) yield `${JSON.stringify(view)}\n`;
  }

  async *#all({ tenantId, kind, within }: Exported): AsyncIterable<ListedItem> {
    let place = { sort: '', serverId: '00000000-0000-0000-0000-000000000000' };
    for (;;) {
      const page = await this.inventory.list(sql`
        where i.tenant_id = ${tenantId} and i.kind = ${kind} and ${within}
          and (i.sort, i.server_id) > (${place.sort}, ${place.serverId}::uuid)
        order by i.sort, i.server_id limit ${PAGE}`);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      place = { sort: last.sort, serverId: last.view.server.serverId };
    }
  }
}
