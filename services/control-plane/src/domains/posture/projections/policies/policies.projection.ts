// posture_policies: every policy pack that was taken in, with what it says.
import { PolicyImported } from '@muster/contracts/posture';
import { policyPack } from '@muster/posture/policy-pack';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';
import type { LiveHints } from '../../../../platform/realtime/live-hints.ts';
import { readModel } from '../read-model.ts';

export const POLICIES: ReadModelKey = { name: 'read-model/posture-policies', version: 1 };

export function policiesProjection(live: LiveHints): Subscription {
  return readModel(live, {
    ...POLICIES,
    of: [PolicyImported],
    project,
    tells: 'everybody',
  });
}

async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const { version, sha256, validFrom, pack } = PolicyImported.schema.parse(event.data);
  const { values } = policyPack.parse(JSON.parse(Buffer.from(pack.body, 'base64').toString('utf8')));
  await sql`
    insert into muster.posture_policies (version, tenant_id, sha256, valid_from, imported_at, values)
    values (${version}, ${event.tenantId}, ${sha256}, ${validFrom}, ${event.recordedAt}, ${JSON.stringify(values)}::jsonb)
    on conflict do nothing`.execute(trx);
}
