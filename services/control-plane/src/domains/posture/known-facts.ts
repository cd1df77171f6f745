// What the control plane itself knows of servers that are to be judged, written as if probes had said so.
import { agentStanding } from '@muster/posture/known/agent-standing';
import { answeredFor } from '@muster/posture/known/answered-for';
import { duties } from '@muster/posture/known/duties';
import { releasedAgents } from '@muster/posture/known/released-agents';
import { knownReport } from '@muster/posture/known';
import type { ApprovedKind, Duty, ProbeReport } from '@muster/contracts/posture';
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import type { PeopleHere } from '../access/index.ts';
import type { UnsettledTasks } from '../operations/index.ts';
import type { ReleaseShelf } from '../releases/index.ts';
import type { AgentStandings } from '../servers/index.ts';

const MOST_APPROVALS = 4000;

export interface KnownFactsParts {
  readonly database: Connection;
  readonly agents: AgentStandings;
  readonly tasks: UnsettledTasks;
  readonly people: PeopleHere;
  readonly releases: Pick<ReleaseShelf, 'signedFiles'>;
}

interface Approval {
  readonly server_id: string;
  readonly kind: ApprovedKind;
  readonly item: string;
  readonly program: string | null;
  readonly owner: string;
  readonly approved_at: Date;
  readonly review_at: Date;
}

interface Attested {
  readonly server_id: string;
  readonly duty: Duty;
  readonly done_on: string;
}

export class KnownFacts {
  readonly #with: KnownFactsParts;

  constructor(parts: KnownFactsParts) {
    this.#with = parts;
  }

  /** For each of the servers, one report of every known source. */
  async of(serverIds: readonly string[], now: Date): Promise<(serverId: string) => readonly ProbeReport[]> {
    const { agents, tasks, people, releases } = this.#with;
    const [standings, unsettled, approvals, attested, signed] = await Promise.all([
      agents.of(serverIds),
      tasks.of(serverIds),
      this.#approvals(serverIds),
      this.#duties(serverIds),
      releases.signedFiles(),
    ]);
    const here = await people.among([...new Set(approvals.map(({ owner }) => owner))]);
    const byServer = Map.groupBy(approvals, (one) => one.server_id);
    const released = knownReport(releasedAgents, { releases: [...signed] }, now);
    return (serverId) => {
      const link = standings.get(serverId);
      const open = unsettled.get(serverId);
      const standing = knownReport(
        agentStanding,
        {
          link:
            link === undefined
              ? null
              : {
                  version: link.version,
                  silentSince: link.silentSince?.toISOString() ?? null,
                  clockSeconds: link.clockSkewMs === null ? null : link.clockSkewMs / 1000,
                  waiting: link.waiting,
                  droppedAt: link.droppedAt?.toISOString() ?? null,
                },
          unsettled: (open?.tasks ?? []).map(({ task, since }) => ({ task, since: since.toISOString() })),
          update:
            open?.update == null ? null : { at: open.update.at.toISOString(), error: open.update.error.slice(0, 500) },
        },
        now,
      );
      const mine = (byServer.get(serverId) ?? []).slice(0, MOST_APPROVALS);
      const answered = knownReport(
        answeredFor,
        {
          approvals: mine.map(({ kind, item, program, owner, approved_at: at, review_at: review }) => ({
            kind,
            item: item.slice(0, 300),
            program,
            owner,
            approvedAt: at.toISOString(),
            reviewAt: review.toISOString(),
            ownerHere: here.has(owner),
          })),
        },
        now,
      );
      const done = (attested.get(serverId) ?? []).map(({ duty, done_on: doneOn }) => ({ duty, doneOn }));
      return [standing, answered, knownReport(duties, { attested: done }, now), released];
    };
  }

  async #approvals(serverIds: readonly string[]): Promise<readonly Approval[]> {
    const { rows } = await sql<Approval>`
      select server_id, kind, item, program, owner, approved_at, review_at from muster.posture_approvals
      where server_id = any(${serverIds}::uuid[])`.execute(this.#with.database.db);
    return rows;
  }

  /** Of each duty the newest that was attested for the server, one of its groups, or the fleet. */
  async #duties(serverIds: readonly string[]): Promise<ReadonlyMap<string, readonly Attested[]>> {
    const { rows } = await sql<Attested>`
      select j.server_id, d.duty, max(d.done_on)::text as done_on
      from muster.posture_judgements j join muster.posture_duties d on d.tenant_id = j.tenant_id
        and (d.about in ('fleet', j.server_id::text)
          or d.about in (select g.group_id::text from muster.posture_groups g where g.server_id = j.server_id))
      where j.server_id = any(${serverIds}::uuid[]) group by j.server_id, d.duty`.execute(this.#with.database.db);
    return Map.groupBy(rows, (row) => row.server_id);
  }
}
