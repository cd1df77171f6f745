// Every open and accepted finding, area by area, as CSV or as lines of JSON. Cells that a spreadsheet would run as a
// formula are made text: host strings are strangers' words.
import { Readable } from 'node:stream';
import { ExportFindings } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql, type RawBuilder } from 'kysely';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { queryOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { keepingSight } from '../../../platform/database/sight.ts';
import { Download } from '../../../platform/http/download.ts';
import { Shares } from '../../../platform/http/shares.ts';
import { summaryById } from '../check-views.ts';
import { csvLine } from '../csv.ts';
import { FindingViews, type ListedFinding } from '../finding-views.ts';
import { PostureScope } from '../posture-scope.ts';
import { ReviewOrder } from '../review-order.ts';

const ExportFindingsQuery = queryOf(ExportFindings);
const PAGE = 2000;
const COLUMNS = [
  'server',
  'check',
  'area',
  'severity',
  'title',
  'subject',
  'evidence',
  'opened',
  'observed',
  'accepted until',
  'reason',
];

@QueryHandler(ExportFindingsQuery)
export class ExportFindingsHandler implements IQueryHandler<MessageOf<typeof ExportFindingsQuery>> {
  readonly #shares: Shares;

  constructor(
    @Inject(FindingViews) private readonly findings: FindingViews,
    @Inject(PostureScope) private readonly scope: PostureScope,
    @Inject(ReviewOrder) private readonly order: ReviewOrder,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.#shares = new Shares(settings.MUSTER_LIMIT_EXPORTS, 'Other exports are being written. Try again in a minute');
  }

  async execute({ input: { groupId, format }, context }: MessageOf<typeof ExportFindingsQuery>): Promise<Download> {
    const { tenantId } = context.principal;
    const within = await this.scope.within('f', tenantId, { groupId });
    const done = this.#shares.take();
    const found = this.#all(tenantId, within);
    const lines = format === 'csv' ? this.#csv(found) : this.#json(found);
    const stream = Readable.from(keepingSight(lines)).once('close', done);
    const day = new Date().toISOString().slice(0, 10);
    return format === 'csv'
      ? new Download(stream, 'text/csv; charset=utf-8', `findings-${day}.csv`)
      : new Download(stream, 'application/x-ndjson', `findings-${day}.ndjson`);
  }

  async *#csv(found: AsyncIterable<ListedFinding>): AsyncIterable<string> {
    yield csvLine(COLUMNS);
    for await (const { checkId, view } of found) {
      const { area, title } = summaryById(checkId);
      const evidence = Object.entries(view.evidence).map(([field, value]) => `${field}=${String(value)}`);
      const cells = [
        ...[view.server.name, checkId, area, view.severity, title, view.subject ?? '', evidence.join('; ')],
        ...[view.openedAt, view.observedAt, view.waiver?.until ?? '', view.waiver?.reason ?? ''],
      ];
      yield csvLine(cells);
    }
  }

  async *#json(found: AsyncIterable<ListedFinding>): AsyncIterable<string> {
    for await (const { checkId, view } of found) yield `${JSON.stringify({ ...summaryById(checkId), ...view })}\n`;
  }

  async *#all(tenantId: string, within: RawBuilder<unknown>): AsyncIterable<ListedFinding> {
    for (const checkId of await this.order.checks(tenantId, within)) yield* this.#ofCheck(tenantId, within, checkId);
  }

  async *#ofCheck(tenantId: string, within: RawBuilder<unknown>, checkId: string): AsyncIterable<ListedFinding> {
    let place = { position: -1, id: '00000000-0000-0000-0000-000000000000' };
    for (;;) {
      const page = await this.findings.list(sql`
        where f.tenant_id = ${tenantId} and f.check_id = ${checkId} and f.to_at is null and ${within}
          and (f.opened_position, f.finding_id) > (${place.position}::bigint, ${place.id}::uuid)
        order by f.opened_position, f.finding_id limit ${PAGE}`);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      place = { position: last.view.openedPosition, id: last.view.findingId };
    }
  }
}
