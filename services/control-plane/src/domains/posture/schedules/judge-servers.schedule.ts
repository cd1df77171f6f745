// Judges servers that reported something new, and each of them again when a date may have passed, an approval's review is due
// or the policy has changed, in batches. Several workers may: the version of the server's stream decides whose events count.
import type { ProbeReport } from '@muster/contracts/posture';
import { derivedId } from '@muster/kernel/ids';
import type { Circumstances } from '@muster/posture/check';
import { judgeServer } from '@muster/posture/judge';
import { posturePolicy, type PosturePolicy } from '@muster/posture/policy';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { ConcurrencyConflict, type EventStore } from '../../../platform/event-store/index.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';
import { InventoryKeeper } from '../inventory/inventory-keeper.ts';
import { KnownFacts } from '../known-facts.ts';
import { Policies } from '../policy/policies.ts';
import {
  decide,
  evolve,
  factOf,
  postureFrom,
  postureStream,
  reportsByProbe,
  serverPosture,
  type ServerPosture,
} from '../server-posture.aggregate.ts';

const AT_ONCE = 100;
const BESIDE_EACH_OTHER = 10;
/** Dates pass and reports grow old without anybody saying so. */
const AGAIN_AFTER_HOURS = 6;
/** Reports come one by one: a server is judged when it has said what it had to say. */
export const SETTLED_SECONDS = 2;
/** Every probe has its first turn within a minute of the agent's start. */
const INTAKE_MS = 3600_000;
const ACTOR = 'posture.judge';

interface Due {
  readonly server_id: string;
  readonly tenant_id: string;
  /** As PostgreSQL writes it: a Date of JavaScript would lose the microseconds. */
  readonly due_at: string | null;
  readonly version: number;
  readonly state: unknown;
  /** When it was judged for the first time. */
  readonly first_at: Date | null;
}

@Injectable()
export class JudgeServers extends Schedule {
  protected readonly everyMs = 1000;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(InventoryKeeper) private readonly inventory: InventoryKeeper,
    @Inject(Policies) private readonly policies: Policies,
    @Inject(KnownFacts) private readonly facts: KnownFacts,
  ) {
    super();
  }

  async run(now: Date): Promise<void> {
    for (;;) {
      const policy = await this.policies.at(now);
      const due = await this.#due(now, policy);
      const known = await this.facts.of(
        due.map((server) => server.server_id),
        now,
      );
      for (let from = 0; from < due.length; from += BESIDE_EACH_OTHER) {
        const batch = due.slice(from, from + BESIDE_EACH_OTHER);
        await Promise.all(batch.map((server) => this.#judge(server, known(server.server_id), { policy, now })));
      }
      if (due.length < AT_ONCE) return;
    }
  }

  async #due(now: Date, { version }: PosturePolicy): Promise<readonly Due[]> {
    const { rows } = await sql<Due>`
      (select server_id, tenant_id, due_at::text, version, state, first_at from muster.posture_judgements
       where due_at <= ${now}::timestamptz - make_interval(secs => ${SETTLED_SECONDS})
       order by muster.posture_judgements.due_at limit ${AT_ONCE})
      union all
      (select server_id, tenant_id, due_at::text, version, state, first_at from muster.posture_judgements
       where due_at is null and (judged_at < ${now}::timestamptz - make_interval(hours => ${AGAIN_AFTER_HOURS})
         or policy < ${version} or catalogue < ${posturePolicy.version}) limit ${AT_ONCE})
      union all
      (select server_id, tenant_id, due_at::text, version, state, first_at from muster.posture_judgements
       join (select server_id, max(review_at) as review_at from muster.posture_approvals
         where review_at <= ${now} and review_at > ${now}::timestamptz - make_interval(hours => ${AGAIN_AFTER_HOURS})
         group by server_id) reviews using (server_id)
       where due_at is null and judged_at < review_at
         and judged_at >= ${now}::timestamptz - make_interval(hours => ${AGAIN_AFTER_HOURS})
         and policy >= ${version} and catalogue >= ${posturePolicy.version} limit ${AT_ONCE})
      limit ${AT_ONCE}`.execute(this.database.db);
    return rows;
  }

  async #judge(
    { server_id: serverId, tenant_id: tenantId, due_at: dueAt, state, version, first_at: firstAt }: Due,
    known: readonly ProbeReport[],
    circumstances: Circumstances,
  ): Promise<void> {
    const { policy, now } = circumstances;
    // What is known here stands last: nothing that a server says counts in its place.
    const reports = reportsByProbe([...(await this.#reports(serverId)), ...known]);
    await this.inventory.keep({ serverId, tenantId, reports }, circumstances);
    const results = judgeServer(reports, circumstances);
    const kept = serverPosture.safeParse(state);
    const before = kept.success && kept.data.version === version ? kept.data : await this.#fromStream(serverId);
    const after = await this.#append(serverId, tenantId, before, {
      serverId,
      results,
      policy: policy.version,
      now,
      intake: firstAt === null || now.getTime() - firstAt.getTime() < INTAKE_MS,
    });
    // A report that came meanwhile has moved nothing: its server stays due.
    await sql`
      update muster.posture_judgements set judged_at = ${now}, first_at = coalesce(first_at, ${now}), policy = ${policy.version},
        catalogue = ${posturePolicy.version}, version = ${after.version}, state = ${JSON.stringify(after)}::jsonb,
        due_at = case when due_at is not distinct from ${dueAt}::timestamptz then null else due_at end
      where server_id = ${serverId}`.execute(this.database.db);
  }

  async #append(
    serverId: string,
    tenantId: string,
    before: ServerPosture,
    judged: Parameters<typeof decide>[1],
  ): Promise<ServerPosture> {
    const events = decide(before, judged);
    if (events.length === 0) return before;
    try {
      await recordFact(this.store, {
        streamId: postureStream(serverId),
        streamType: 'posture',
        expectedVersion: before.version === 0 ? 'new' : before.version,
        events,
        actor: ACTOR,
        actorKind: 'schedule',
        tenantId,
        commandId: derivedId(ACTOR, serverId, String(before.version), judged.now.toISOString()),
      });
    } catch (error) {
      if (!(error instanceof ConcurrencyConflict)) throw error;
      // Another worker was faster, or we died after an append: the stream is right, and is judged at the next turn.
      await sql`update muster.posture_judgements set due_at = clock_timestamp() where server_id = ${serverId}`.execute(
        this.database.db,
      );
      return this.#fromStream(serverId);
    }
    return events.map(factOf).reduce(evolve, before);
  }

  async #fromStream(serverId: string): Promise<ServerPosture> {
    return postureFrom(await this.store.readStream(postureStream(serverId)));
  }

  async #reports(serverId: string): Promise<readonly ProbeReport[]> {
    const { rows } = await sql<{ report: ProbeReport }>`
      select report from muster.posture_reports where server_id = ${serverId}
      union all select report from muster.posture_outside_reports where server_id = ${serverId}`.execute(
      this.database.db,
    );
    return rows.map(({ report }) => report);
  }
}
