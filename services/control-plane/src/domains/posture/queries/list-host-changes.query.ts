// What changed on servers by itself or by somebody's hand, newest first.
import { ListHostChanges, type ApprovedKind } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { PostureScope } from '../posture-scope.ts';

const ListHostChangesQuery = queryOf(ListHostChanges);

interface Row {
  readonly position: number;
  readonly server_id: string;
  readonly kind: ApprovedKind;
  readonly appeared: string[];
  readonly gone: string[];
  readonly operation_id: string | null;
  readonly at: Date;
}

@QueryHandler(ListHostChangesQuery)
export class ListHostChangesHandler implements IQueryHandler<MessageOf<typeof ListHostChangesQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(PostureScope) private readonly scope: PostureScope,
  ) {}

  async execute({
    input: { groupId, serverId, since, before, limit },
    context,
  }: MessageOf<typeof ListHostChangesQuery>): Promise<AnswerOf<typeof ListHostChangesQuery>> {
    const { tenantId } = context.principal;
    const within = await this.scope.within('c', tenantId, { groupId, serverId });
    const { rows } = await sql<Row>`
      select c.position::float8 as position, c.server_id, c.kind, c.appeared, c.gone, c.operation_id, c.at
      from muster.posture_host_changes c
      where c.tenant_id = ${tenantId} and ${within}
        and ${since === undefined ? sql`true` : sql`c.at > ${new Date(since)}`}
        and ${before === undefined ? sql`true` : sql`c.position < ${before}`}
      order by c.position desc limit ${limit + 1}`.execute(this.database.db);
    const shown = rows.slice(0, limit);
    const servers = await this.directory.refs([...new Set(shown.map((row) => row.server_id))]);
    return {
      changes: shown.map((row) => ({
        position: row.position,
        server: {
          serverId: row.server_id,
          name: servers.get(row.server_id)?.name ?? row.server_id,
          simulated: servers.get(row.server_id)?.simulated ?? false,
        },
        kind: row.kind,
        appeared: row.appeared,
        gone: row.gone,
        operationId: row.operation_id,
        at: row.at.toISOString(),
      })),
      next: rows.length > limit ? (shown.at(-1)?.position ?? null) : null,
    };
  }
}
