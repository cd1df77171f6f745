// posture_finding_notes: who took which finding and let it go, and what was said about it.
import { FindingCommented, FindingTaken } from '@muster/contracts/posture';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';
import type { LiveHints } from '../../../../platform/realtime/live-hints.ts';
import { readModel } from '../read-model.ts';

export const FINDING_NOTES: ReadModelKey = { name: 'read-model/posture-finding-notes', version: 1 };

export function findingNotesProjection(live: LiveHints): Subscription {
  return readModel(live, {
    ...FINDING_NOTES,
    of: [FindingTaken, FindingCommented],
    project,
    tells: 'servers',
  });
}

async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const { findingId, serverId, taken, comment } = noteOf(event);
  await sql`
    insert into muster.posture_finding_notes (position, tenant_id, server_id, finding_id, at, actor, taken, comment)
    values (${event.position}, ${event.tenantId}, ${serverId}, ${findingId}, ${event.recordedAt}, ${event.meta.actor},
      ${taken}, ${comment}) on conflict do nothing`.execute(trx);
}

function noteOf({ type, data }: SequencedEvent) {
  if (type === FindingCommented.type) return { ...FindingCommented.schema.parse(data), taken: null };
  const { owner, ...about } = FindingTaken.schema.parse(data);
  return { ...about, taken: owner !== null, comment: null };
}
