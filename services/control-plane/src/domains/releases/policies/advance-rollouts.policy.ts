// Carries rollouts on: asks the servers of a wave, judges the wave when its operation has ended, and begins the next. What
// servers proved is recorded here too. The rows that pages read move with the checkpoint.
import type { Signed } from '@muster/contracts/agent';
import { receipt } from '@muster/contracts/agent';
import { OperationFinished, TaskRequested, TaskSucceeded } from '@muster/contracts/operations';
import {
  AgentUpdated,
  InstallRelease,
  RolloutFinished,
  RolloutStarted,
  RolloutStopped,
  RolloutWaveStarted,
} from '@muster/contracts/releases';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { sql } from 'kysely';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/event-of.ts';
import type {
  EventStore,
  EventStoreTransaction,
  HintBus,
  NewEvent,
  SequencedEvent,
} from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import type { Cause, OperationRequests } from '../../operations/index.ts';
import type { AgentFleet } from '../../servers/index.ts';
import {
  judgeWave,
  nextWave,
  oneRollout,
  rolloutFrom,
  rolloutStream,
  type Rollout,
  type WaveResult,
} from '../rollout.aggregate.ts';

const POLICY = 'policy/releases.advance-rollouts';
/** A server that was connected when its wave began has this long to take its task, beside downloading and proving it. */
const TASK_MS = 3600_000;
const ENDS: readonly string[] = [RolloutStopped.type, RolloutFinished.type];

export interface AdvanceRolloutsParts {
  readonly store: EventStore;
  readonly operations: Pick<OperationRequests, 'request' | 'cancel'>;
  readonly agents: Pick<AgentFleet, 'updatable'>;
  readonly hints: HintBus;
}

export class AdvanceRollouts implements Subscription {
  readonly name = POLICY;
  readonly version = 1;
  readonly types = [
    RolloutStarted.type,
    RolloutWaveStarted.type,
    RolloutStopped.type,
    RolloutFinished.type,
    OperationFinished.type,
    TaskSucceeded.type,
  ];
  readonly from = 'beginning';
  readonly #with: AdvanceRolloutsParts;

  constructor(parts: AdvanceRolloutsParts) {
    this.#with = parts;
  }

  async handle(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) await this.#react(trx, event);
  }

  async afterCommit(events: readonly SequencedEvent[]): Promise<void> {
    new LiveHints(this.#with.hints).changed('releases', events.at(-1)?.position ?? null);
    return Promise.resolve();
  }

  async #react(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
    switch (event.type) {
      case RolloutStarted.type:
        return this.#started(trx, event);
      case RolloutWaveStarted.type:
        return this.#waveStarted(trx, event);
      case OperationFinished.type:
        return this.#operationFinished(trx, event);
      case TaskSucceeded.type:
        return this.#taskSucceeded(event);
    }
    if (ENDS.includes(event.type)) return this.#ended(trx, event);
  }

  async #started(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
    const { rolloutId, version, canary, step, windowSeconds, reason } = RolloutStarted.schema.parse(event.data);
    await sql`
      insert into muster.releases_rollouts (rollout_id, tenant_id, version, canary, step, window_seconds, reason, started_at)
      values (${rolloutId}, ${event.tenantId}, ${version}, ${canary}, ${step}, ${windowSeconds}, ${reason},
        ${event.recordedAt}) on conflict do nothing`.execute(trx);
    const rollout = await this.#rollout(rolloutId);
    if (rollout) await this.#record(event, rollout, nextWave(rollout, await this.#candidates(rollout, event), NONE));
  }

  async #waveStarted(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
    const { rolloutId, wave, operationId, serverIds } = RolloutWaveStarted.schema.parse(event.data);
    await sql`
      insert into muster.releases_waves (rollout_id, wave, tenant_id, operation_id, servers, started_at)
      values (${rolloutId}, ${wave}, ${event.tenantId}, ${operationId}, ${serverIds.length}, ${event.recordedAt})
      on conflict do nothing`.execute(trx);
    const rollout = await this.#rollout(rolloutId);
    if (!rollout) return;
    const { manifests, windowSeconds, version } = rollout;
    const expiresAt = new Date(event.recordedAt.getTime() + TASK_MS + windowSeconds * 1000);
    await this.#with.operations.request(
      {
        operationId,
        kind: 'releases.rollout',
        subject: `agent ${version}, wave ${wave}`,
        reason: rollout.reason,
        expiresAt,
        tasks: serverIds.map((serverId) => ({
          serverId,
          definition: InstallRelease,
          args: { manifests: [...manifests], windowSeconds },
        })),
      },
      causeOf(event),
      event.recordedAt,
    );
  }

  /** A retry ends an operation again; only the first end of a running rollout's wave is judged. */
  async #operationFinished(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
    const { operationId, succeeded, failed, expired, cancelled } = OperationFinished.schema.parse(event.data);
    const result = { proven: succeeded, failed, missed: expired + cancelled };
    const { rows } = await sql<{ rollout_id: string; wave: number }>`
      update muster.releases_waves set proven = ${result.proven}, failed = ${failed}, missed = ${result.missed}
      where operation_id = ${operationId} returning rollout_id, wave`.execute(trx);
    const [row] = rows;
    if (!row) return;
    const rollout = await this.#rollout(row.rollout_id);
    if (rollout?.ended !== null || rollout.waves.length !== row.wave) return;
    const { rows: sums } = await sql<WaveResult>`
      select sum(proven)::int as proven, sum(failed)::int as failed, sum(missed)::int as missed
      from muster.releases_waves where rollout_id = ${row.rollout_id}`.execute(trx);
    const candidates = await this.#candidates(rollout, event);
    await this.#record(event, rollout, judgeWave(rollout, { wave: row.wave, result }, candidates, sums[0] ?? NONE));
  }

  async #ended(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
    const stopped = event.type === RolloutStopped.type ? RolloutStopped.schema.parse(event.data) : null;
    const rolloutId = stopped?.rolloutId ?? RolloutFinished.schema.parse(event.data).rolloutId;
    await sql`
      update muster.releases_rollouts set state = ${stopped ? 'stopped' : 'finished'}, ended_at = ${event.recordedAt},
        because = ${stopped?.because ?? null} where rollout_id = ${rolloutId}`.execute(trx);
    const running = stopped?.because === 'person' ? (await this.#rollout(rolloutId))?.waves.at(-1) : undefined;
    if (running) await this.#with.operations.cancel(running.operationId, causeOf(event));
  }

  /** The receipt says which version, under the host's own key; the task says that a version was asked for. */
  async #taskSucceeded(event: SequencedEvent): Promise<void> {
    const { taskId, receipt: signedReceipt } = TaskSucceeded.schema.parse(event.data);
    const evidence = InstallRelease.evidence.safeParse(evidenceOf(signedReceipt));
    if (!evidence.success) return;
    const [asked] = await this.#with.store.readStream(event.streamId);
    const request = TaskRequested.schema.safeParse(asked?.data);
    if (!request.success || request.data.task !== InstallRelease.name) return;
    const { serverId } = request.data;
    const { from, version } = evidence.data;
    await this.#append(event, agentStream(serverId), 'agent', [
      eventOf(AgentUpdated, { serverId, from, version, taskId }),
    ]);
  }

  async #candidates(rollout: Rollout, event: SequencedEvent): Promise<readonly string[]> {
    return this.#with.agents.updatable(event.tenantId, rollout.version);
  }

  async #rollout(rolloutId: string): Promise<Rollout | null> {
    return rolloutFrom(await this.#with.store.readStream(rolloutStream(rolloutId)));
  }

  async #record(event: SequencedEvent, { rolloutId }: Rollout, events: NewEvent[]): Promise<void> {
    const ends = events.some(({ type }) => ENDS.includes(type));
    await this.#append(event, rolloutStream(rolloutId), 'rollout', events, ends ? [oneRollout(event.tenantId)] : []);
  }

  /** Named after its cause: who can be updated may have changed when it is tried again, what was decided stays. */
  async #append(
    event: SequencedEvent,
    streamId: string,
    streamType: string,
    events: NewEvent[],
    release: { namespace: string; key: string }[] = [],
  ): Promise<void> {
    const commandId = derivedId(POLICY, event.eventId, streamId);
    await this.#with.store.append({
      commandId,
      actor: POLICY,
      requestHash: sha256(canonicalBytes([POLICY, event.eventId])),
      tenantId: event.tenantId,
      streamId,
      streamType,
      expectedVersion: 'any',
      events,
      release,
      meta: {
        v: 1,
        actor: POLICY,
        actorKind: 'policy',
        software: SOFTWARE,
        correlation: event.meta.correlation,
        causation: event.eventId,
        tenant: event.tenantId,
      },
    });
  }
}

/** What the program on a server proved; the server's own stream says who it is. */
const agentStream = (serverId: string) => `agent-${serverId}`;
const NONE: WaveResult = { proven: 0, failed: 0, missed: 0 };

const causeOf = ({ eventId, tenantId, meta }: SequencedEvent): Cause => ({ eventId, tenantId, meta, policy: POLICY });

function evidenceOf({ body }: Signed): unknown {
  const said = receipt.safeParse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')));
  return said.data?.evidence;
}
