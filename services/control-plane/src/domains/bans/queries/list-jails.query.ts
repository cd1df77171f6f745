// fail2ban's jails on every server, and which servers have none to show, with the reason.
import { ListJails } from '@muster/contracts/bans';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { ServerRefs } from './server-refs.ts';

const ListJailsQuery = queryOf(ListJails);

interface JailRow {
  server_id: string;
  jail: string;
  at: Date;
  banned: number;
  banned_total: number;
  failed_total: number;
  max_retry: number | null;
  find_seconds: number | null;
  ban_seconds: number | null;
}

@QueryHandler(ListJailsQuery)
export class ListJailsHandler implements IQueryHandler<MessageOf<typeof ListJailsQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
  ) {}

  async execute({
    input: { server },
    context,
  }: MessageOf<typeof ListJailsQuery>): Promise<AnswerOf<typeof ListJailsQuery>> {
    const present = await new ServerRefs(this.directory).all(context.principal.tenantId);
    const wanted = [...present.keys()].filter((serverId) => server === undefined || serverId === server);
    const [jails, said] = await Promise.all([this.#jails(wanted), this.#reasons(wanted)]);
    const withJails = new Set(jails.map((row) => row.server_id));
    return {
      jails: jails.flatMap((row) => {
        const ref = present.get(row.server_id);
        if (!ref) return [];
        return [
          {
            server: ref,
            jail: row.jail,
            banned: row.banned,
            bannedTotal: row.banned_total,
            failedTotal: row.failed_total,
            maxRetry: row.max_retry,
            findSeconds: row.find_seconds,
            banSeconds: row.ban_seconds,
            at: row.at.toISOString(),
          },
        ];
      }),
      without: wanted.flatMap((serverId) => {
        const ref = present.get(serverId);
        return !ref || withJails.has(serverId) ? [] : [{ server: ref, why: said.get(serverId) ?? 'Nothing heard yet' }];
      }),
    };
  }

  async #jails(serverIds: readonly string[]): Promise<JailRow[]> {
    const { rows } = await sql<JailRow>`
      select server_id, jail, at, cardinality(banned)::int as banned, banned_total, failed_total, max_retry, find_seconds,
        ban_seconds
      from muster.bans_jails where server_id = any(${serverIds}::uuid[]) order by jail, server_id`.execute(
      this.database.db,
    );
    return rows;
  }

  async #reasons(serverIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { rows } = await sql<{ server_id: string; running: boolean | null; why: string | null }>`
      select server_id, running, why from muster.bans_fail2ban
      where server_id = any(${serverIds}::uuid[])`.execute(this.database.db);
    return new Map(
      rows.map(({ server_id, running, why }) => [
        server_id,
        why ?? (running === false ? 'fail2ban is not running' : 'fail2ban has no jail'),
      ]),
    );
  }
}
