// The first page: who answers, what needs somebody, how far the ledger is proven. Gathered from the domains' own faces.
import { GetFleet, type Attention } from '@muster/contracts/fleet';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { currentSight, seesFleet } from '../../../platform/database/sight.ts';
import { LogProofs } from '../../../platform/proofs/log-proofs.ts';
import { BackupWatch, CheckpointView } from '../../audit/index.ts';
import { BansOverview } from '../../bans/index.ts';
import { OpenWork } from '../../operations/index.ts';
import { ServerRows } from '../../servers/index.ts';
import { Duties } from '../duties.ts';
import { TroubledServers } from '../troubled-servers.ts';

const GetFleetQuery = queryOf(GetFleet);
type Answer = AnswerOf<typeof GetFleetQuery>;

/** Above this the page shows groups, not servers. */
const ROLL = 500;
/** The sequencer needs about 30 ms; an event that waits this long is a fault. */
const LEDGER_LATE_MS = 10_000;

@QueryHandler(GetFleetQuery)
export class GetFleetHandler implements IQueryHandler<MessageOf<typeof GetFleetQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(ServerRows) private readonly servers: ServerRows,
    @Inject(OpenWork) private readonly work: OpenWork,
    @Inject(BansOverview) private readonly bans: BansOverview,
    @Inject(LogProofs) private readonly proofs: LogProofs,
    @Inject(CheckpointView) private readonly checkpoints: CheckpointView,
    @Inject(BackupWatch) private readonly backups: BackupWatch,
    @Inject(Duties) private readonly duties: Duties,
    @Inject(TroubledServers) private readonly troubled: TroubledServers,
  ) {}

  async execute({ context }: MessageOf<typeof GetFleetQuery>): Promise<Answer> {
    const { tenantId } = context.principal;
    const [roll, counts, work, overview, ledger] = await Promise.all([
      this.servers.list(sql`s.tenant_id = ${tenantId} and not s.retired`, ROLL),
      this.#counts(tenantId),
      this.work.totals(tenantId),
      this.bans.summary(tenantId),
      this.#ledger(),
    ]);
    return {
      at: new Date().toISOString(),
      ...counts,
      roll,
      attention: worstFirst([
        ...(await this.#attention(tenantId, ledger, overview.drifted)),
        ...(await this.duties.of(context.principal)),
      ]),
      openOperations: work.operations,
      openTasks: work.tasks,
      bansPerMinute: overview.bansPerMinute,
      ledger,
      blocks: { ...overview.blocks },
    };
  }

  async #counts(tenantId: string): Promise<Pick<Answer, 'servers' | 'total' | 'simulated'>> {
    const { rows } = await sql<Answer['servers'] & { total: number; simulated: number }>`
      select count(*) filter (where not s.quarantined and p.heard_at is not null and not p.silent)::int as present,
        count(*) filter (where not s.quarantined and p.silent)::int as silent,
        count(*) filter (where not s.quarantined and p.heard_at is null)::int as never,
        count(*) filter (where s.quarantined)::int as quarantined, 0 as retired,
        count(*)::int as total, count(*) filter (where s.simulated)::int as simulated
      from muster.servers_servers s left join muster.servers_presence p using (server_id)
      where s.tenant_id = ${tenantId} and not s.retired`.execute(this.database.db);
    const {
      total = 0,
      simulated = 0,
      ...servers
    } = rows[0] ?? {
      present: 0,
      silent: 0,
      never: 0,
      quarantined: 0,
      retired: 0,
    };
    return { servers, total, simulated };
  }

  async #ledger(): Promise<Answer['ledger']> {
    const newest = await this.proofs.newestCheckpoint();
    const { rows } = await sql<{ size: number; pending: number | null }>`
      select (select size from es.log_state) as size,
        (select extract(epoch from now() - min(recorded_at)) * 1000 from es.pending)::float8 as pending`.execute(
      this.database.db,
    );
    return {
      size: rows[0]?.size ?? 0,
      checkpoint: newest ? await this.checkpoints.newest(newest) : null,
      oldestPendingMs: rows[0]?.pending ?? null,
    };
  }

  async #attention(
    tenantId: string,
    ledger: Answer['ledger'],
    drifted: readonly { readonly serverId: string; readonly since: Date }[],
  ): Promise<Attention[]> {
    const found = await this.troubled.attention(tenantId, drifted);
    for (const operation of await this.work.needingSomebody(tenantId)) {
      found.push({
        kind: operation.failed > 0 ? 'operation-failed' : 'operation-waiting',
        severity: operation.failed > 0 ? 'critical' : 'info',
        since: operation.at.toISOString(),
        subject: {
          serverIds: [],
          names: [],
          id: operation.operationId,
          text: `${operation.kind} ${operation.subject}`,
          until: null,
          count: operation.failed > 0 ? operation.failed : operation.waiting,
        },
      });
    }
    if (seesFleet(currentSight())) {
      found.push(...(await this.#held(tenantId)), ...(await this.#paused()), ...(await this.#forks()));
      found.push(...(await this.#backups()));
    }
    if ((ledger.oldestPendingMs ?? 0) > LEDGER_LATE_MS) {
      const since = new Date(Date.now() - (ledger.oldestPendingMs ?? 0)).toISOString();
      found.push({ kind: 'ledger-late', severity: 'critical', since, subject: nothing });
    }
    return found;
  }

  async #held(tenantId: string): Promise<Attention[]> {
    const hold = await this.work.heldSince(tenantId);
    if (hold === null) return [];
    const subject = {
      ...nothing,
      serverIds: hold.waitingFor.slice(0, 200).map(({ serverId }) => serverId),
      names: hold.waitingFor.slice(0, 200).map(({ name }) => name),
      count: hold.lost,
    };
    return [{ kind: 'dispatch-held', severity: 'critical', since: hold.since.toISOString(), subject }];
  }

  async #paused(): Promise<Attention[]> {
    const { rows } = await sql<{ name: string; updated_at: Date; failed_position: number | null }>`
      select name, updated_at, failed_position from es.subscriptions where status = 'paused'`.execute(this.database.db);
    return rows.map((row) => ({
      kind: 'projection-paused',
      severity: 'critical',
      since: row.updated_at.toISOString(),
      subject: { ...nothing, text: row.name, count: row.failed_position },
    }));
  }

  async #forks(): Promise<Attention[]> {
    const { rows } = await sql<{ at: Date; stream_id: string }>`
      select max(recorded_at) as at, stream_id from es.ledger
      where event_type = 'audit.ForkAlarmRaised' and recorded_at > now() - interval '30 days'
      group by stream_id`.execute(this.database.db);
    return rows.map((row) => ({
      kind: 'fork-alarm',
      severity: 'critical',
      since: row.at.toISOString(),
      subject: { ...nothing, serverIds: [row.stream_id.replace('witness-', '')] },
    }));
  }

  async #backups(): Promise<Attention[]> {
    const overdue = await this.backups.overdue(new Date());
    if (overdue === null) return [];
    const { lastAt, since, limitMs } = overdue;
    const subject = { ...nothing, text: lastAt?.toISOString() ?? null, count: Math.round(limitMs / HOUR_MS) };
    return [{ kind: 'backup-overdue', severity: 'critical', since: since.toISOString(), subject }];
  }
}

const HOUR_MS = 3_600_000;
const RANK = { critical: 0, warn: 1, info: 2 };
const worstFirst = (found: Attention[]): Attention[] =>
  found.sort((a, b) => RANK[a.severity] - RANK[b.severity] || a.since.localeCompare(b.since));

const nothing: Attention['subject'] = { serverIds: [], names: [], id: null, text: null, until: null, count: null };
