// Follows one enrolment step by step, for the page that waits for a server.
import { GetEnrolment } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import type { ServersTables } from '../tables.ts';

const GetEnrolmentQuery = queryOf(GetEnrolment);

@QueryHandler(GetEnrolmentQuery)
export class GetEnrolmentHandler implements IQueryHandler<MessageOf<typeof GetEnrolmentQuery>> {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async execute({ input, context }: MessageOf<typeof GetEnrolmentQuery>): Promise<AnswerOf<typeof GetEnrolmentQuery>> {
    const row = await this.database.db
      .withTables<ServersTables>()
      .selectFrom('muster.servers_enrolments as e')
      .leftJoin('muster.servers_servers as s', 's.server_id', 'e.server_id')
      .selectAll('e')
      .select(['s.name as server_name', 's.hostname', 's.fingerprint'])
      .where('e.enrolment_id', '=', input.enrolmentId)
      .where('e.tenant_id', '=', context.principal.tenantId)
      .executeTakeFirst();
    if (!row) throw notFound('enrolment');
    const steps = [
      { step: 'issued', at: row.issued_at },
      { step: 'downloaded', at: row.downloaded_at },
      { step: 'enrolled', at: row.enrolled_at },
      { step: 'connected', at: row.connected_at },
      { step: 'confirmed', at: row.confirmed_at },
    ] as const;
    return {
      enrolmentId: row.enrolment_id,
      state: stateOf(row),
      steps: steps.flatMap(({ step, at }) => (at ? [{ step, at: at.toISOString() }] : [])),
      name: row.name,
      groupIds: row.group_ids,
      expiresAt: row.expires_at.toISOString(),
      server:
        row.server_id && row.server_name && row.fingerprint
          ? {
              serverId: row.server_id,
              name: row.server_name,
              hostname: row.hostname ?? '',
              fingerprint: row.fingerprint,
            }
          : null,
    };
  }
}

type State = AnswerOf<typeof GetEnrolmentQuery>['state'];

function stateOf(row: {
  confirmed_at: Date | null;
  cancelled_at: Date | null;
  server_id: string | null;
  downloaded_at: Date | null;
  expires_at: Date;
}): State {
  if (row.confirmed_at) return 'confirmed';
  if (row.server_id) return 'connected';
  if (row.cancelled_at) return 'cancelled';
  if (row.expires_at < new Date()) return 'expired';
  return row.downloaded_at ? 'downloaded' : 'waiting';
}
