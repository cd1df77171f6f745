// Strangers cannot fill the ledger: refused sign-ins are counted per source and minute, and each minute is one event.
import { SignInsRefused } from '@muster/contracts/access';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, derivedId, newId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';

const POLICY = 'digest-refused-sign-ins';

@Injectable()
export class DigestRefusedSignIns extends Schedule {
  protected readonly everyMs = 20_000;

  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(EventStore) private readonly store: EventStore,
  ) {
    super();
  }

  /** Minutes that are over become events; the same minute twice is a replay. */
  async run(): Promise<void> {
    const { rows } = await sql<{ source_tag: string; minute: Date; attempts: number; accounts: number }>`
      select source_tag, minute, attempts, cardinality(accounts) as accounts from muster.access_refusals
      where not digested and minute < date_trunc('minute', now()) order by minute limit 500`.execute(this.database.db);
    for (const row of rows) {
      const event = eventOf(SignInsRefused, {
        minute: row.minute.toISOString(),
        source: row.source_tag.slice(0, 16),
        attempts: row.attempts,
        accounts: row.accounts,
      });
      await this.store.append({
        commandId: derivedId(POLICY, row.source_tag, row.minute.toISOString()),
        actor: POLICY,
        requestHash: sha256(canonicalBytes(event.data)),
        tenantId: DEFAULT_TENANT,
        streamId: `refused-sign-ins-${row.minute.toISOString().slice(0, 10)}`,
        streamType: 'refused-sign-ins',
        expectedVersion: 'any',
        events: [event],
        meta: {
          v: 1,
          actor: 'anonymous',
          actorKind: 'anonymous',
          software: SOFTWARE,
          correlation: newId(),
          tenant: DEFAULT_TENANT,
        },
      });
      await sql`
        update muster.access_refusals set digested = true
        where source_tag = ${row.source_tag} and minute = ${row.minute}`.execute(this.database.db);
    }
    await sql`delete from muster.access_refusals where digested and minute < now() - interval '1 day'`.execute(
      this.database.db,
    );
    await sql`delete from muster.access_challenges where expires_at < now() - interval '1 hour'`.execute(
      this.database.db,
    );
  }
}
