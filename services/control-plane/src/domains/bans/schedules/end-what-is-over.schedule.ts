// When the time of a block or of an entry is up, the ledger says so. Hosts end blocks by their own clock; ends of
// entries become tasks like any other change of the list.
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';
import { blockFrom, expire as expireBlock } from '../block.aggregate.ts';
import { expire as expireProtection, protectionFrom, protectionStream } from '../protection.aggregate.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';

const AT_ONCE = 200;
const ACTOR = 'bans.expiry';

@Injectable()
export class EndWhatIsOver extends Schedule {
  protected readonly everyMs = 1000;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
  ) {
    super();
  }

  async run(now: Date): Promise<void> {
    await this.#blocks(now);
    await this.#protections(now);
  }

  async #blocks(now: Date): Promise<void> {
    const { rows } = await sql<{ block_id: string; stream_id: string; tenant_id: string }>`
      select block_id, stream_id, tenant_id from muster.bans_blocks
      where ended_at is null and until <= ${now} order by until limit ${AT_ONCE}`.execute(this.database.db);
    await Promise.all(
      rows.map(async ({ block_id, stream_id, tenant_id }) => {
        const events = expireBlock(blockFrom(await this.store.readStream(stream_id)), block_id, now);
        if (events.length === 0) return;
        await recordFact(this.store, {
          streamId: stream_id,
          streamType: 'block',
          events,
          actor: ACTOR,
          actorKind: 'schedule',
          tenantId: tenant_id,
          commandId: derivedId(ACTOR, block_id),
        });
      }),
    );
  }

  async #protections(now: Date): Promise<void> {
    const { rows } = await sql<{ entry_id: string; tenant_id: string }>`
      select entry_id, tenant_id from muster.bans_protections
      where ended_at is null and until <= ${now} order by until limit ${AT_ONCE}`.execute(this.database.db);
    for (const { entry_id, tenant_id } of rows) {
      const streamId = protectionStream(entry_id);
      const commandId = derivedId(ACTOR, entry_id);
      const state = protectionFrom(await this.store.readStream(streamId));
      const events = expireProtection(state, derivedId('bans.operation', commandId), now);
      if (events.length === 0) continue;
      await recordFact(this.store, {
        streamId,
        streamType: 'protection',
        events,
        actor: ACTOR,
        actorKind: 'schedule',
        tenantId: tenant_id,
        commandId,
      });
    }
  }
}
