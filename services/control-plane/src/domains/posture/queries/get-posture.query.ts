// The map of servers by area, worst first, with what it adds up to for everything that the caller may see.
import { GetPosture, type Area, type AreaCell, type PostureRow } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql, type RawBuilder } from 'kysely';
import { momentOf } from '../../../platform/cqrs/past-moment.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { everyArea } from '../cells.ts';
import { standing } from '../moments.ts';
import { cursorOf, placeOf, type PlaceInList } from './place-in-list.ts';

const GetPostureQuery = queryOf(GetPosture);
type Answer = AnswerOf<typeof GetPostureQuery>;

/** What a server is measured against: its score seven days before. */
const COMPARED_MS = 7 * 86_400_000;

interface Row {
  readonly server_id: string;
  readonly score: string;
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly accepted: number;
  readonly unknown: number;
  readonly areas: Record<Area, AreaCell>;
  readonly judged_at: Date | null;
  readonly before: string | null;
}

type Totals = Record<keyof Answer['counts'] | 'judged' | 'clean' | 'worse', number> & {
  score: number | null;
  change: number | null;
};

@QueryHandler(GetPostureQuery)
export class GetPostureHandler implements IQueryHandler<MessageOf<typeof GetPostureQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
  ) {}

  async execute({ input: { groupId, at, after, limit }, context }: MessageOf<typeof GetPostureQuery>): Promise<Answer> {
    const { tenantId } = context.principal;
    const now = new Date();
    const moment = momentOf(at, now);
    const servers = await this.directory.ids(
      tenantId,
      groupId === undefined ? { kind: 'fleet' } : { kind: 'group', groupId },
    );
    if (servers === null) throw notFound('group');
    const place = placeOf(after, /^\d+(\.\d+)?,\d+,\d+$/);
    const asked: AskedMap = {
      tenantId,
      members: groupId === undefined ? null : servers,
      moment,
      compared: new Date((moment ?? now).getTime() - COMPARED_MS),
    };
    const { rows } = await worstServers(asked, place, limit).execute(this.database.db);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const [totals, names] = await Promise.all([
      this.#totals(asked),
      // Also of servers that have been retired since.
      this.directory.refs(shown.map((row) => row.server_id)),
    ]);
    return {
      at: (moment ?? now).toISOString(),
      ...totals,
      servers: moment === null ? servers.length : totals.judged,
      rows: shown.map((row) => ({
        ...rowOf(row, names),
        judgedAt: moment === null ? (row.judged_at?.toISOString() ?? null) : null,
      })),
      next: rows.length > limit && last ? cursorOf({ at: placeAmong(last), id: last.server_id }) : null,
    };
  }

  async #totals(asked: AskedMap): Promise<Omit<Answer, 'at' | 'servers' | 'rows' | 'next'>> {
    const { rows } = await addedUp(asked).execute(this.database.db);
    const { score, change, judged, clean, worse, critical, high, medium, low, accepted, unknown } = rows[0] ?? NOTHING;
    return { score, change, judged, clean, worse, counts: { critical, high, medium, low, accepted, unknown } };
  }
}

export interface AskedMap {
  readonly tenantId: string;
  /** null: whatever the caller may see. */
  readonly members: readonly string[] | null;
  /** null is now. */
  readonly moment: Date | null;
  readonly compared: Date;
}

const which = ({ tenantId, members, moment }: AskedMap): RawBuilder<unknown> => {
  const within = members === null ? sql`true` : sql`s.server_id = any(${members}::uuid[])`;
  return sql`s.tenant_id = ${tenantId} and ${standing('s', moment)} and ${within}`;
};

const placeAmong = ({ score, critical, high }: Row): string => [score, critical, high].join();

/**
 * Worst first. A score does not fall below nothing, so many may have the same: then the one with more critical findings is worse.
 * Exported, as `addedUp` is, for the benchmark that sends them without an API before them.
 */
export function worstServers(asked: AskedMap, place: PlaceInList | null, limit: number): RawBuilder<Row> {
  const [score, critical, high] = (place?.at ?? '').split(',').map(Number);
  const beyond =
    place === null
      ? sql`true`
      : sql`(s.score, -s.critical, -s.high, s.server_id) > (${score}::numeric, -${critical}::int, -${high}::int, ${place.id}::uuid)`;
  return sql<Row>`
    select s.*, j.judged_at, d.score as before
    from muster.posture_scores s
    left join muster.posture_judgements j using (server_id)
    left join muster.posture_scores d on d.server_id = s.server_id and ${standing('d', asked.compared)}
    where ${which(asked)} and ${beyond}
    order by s.score, -s.critical, -s.high, s.server_id limit ${limit + 1}`;
}

export function addedUp(asked: AskedMap): RawBuilder<Totals> {
  return sql<Totals>`
    select round(avg(s.score), 1)::float8 as score,
      round(avg(s.score) filter (where d.score is not null) - avg(d.score), 1)::float8 as change,
      count(*)::int as judged, coalesce(sum(s.critical), 0)::int as critical, coalesce(sum(s.high), 0)::int as high,
      coalesce(sum(s.medium), 0)::int as medium, coalesce(sum(s.low), 0)::int as low,
      coalesce(sum(s.accepted), 0)::int as accepted, coalesce(sum(s.unknown), 0)::int as unknown,
      count(*) filter (where s.score = 100 and s.accepted = 0 and s.unknown = 0)::int as clean,
      count(*) filter (where s.score < d.score)::int as worse
    from muster.posture_scores s
    left join muster.posture_scores d on d.server_id = s.server_id and ${standing('d', asked.compared)}
    where ${which(asked)}`;
}

const NOTHING: Totals = {
  ...{ score: null, change: null, judged: 0, clean: 0, worse: 0 },
  ...{ critical: 0, high: 0, medium: 0, low: 0, accepted: 0, unknown: 0 },
};

function rowOf(
  row: Row,
  names: ReadonlyMap<string, { name: string; simulated: boolean }>,
): Omit<PostureRow, 'judgedAt'> {
  const { server_id: serverId, critical, high, medium, low, accepted, unknown, areas } = row;
  const score = Number(row.score);
  return {
    server: {
      serverId,
      name: names.get(serverId)?.name ?? serverId,
      simulated: names.get(serverId)?.simulated ?? false,
    },
    score,
    change: row.before === null ? null : Math.round((score - Number(row.before)) * 10) / 10,
    counts: { critical, high, medium, low, accepted, unknown },
    areas: everyArea(areas),
  };
}
