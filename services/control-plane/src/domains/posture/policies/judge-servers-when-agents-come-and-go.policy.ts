// A server that falls silent reports nothing, and one that answers again may have nothing new to say: both are judged at once.
import { ServerAnswered, ServerWentSilent } from '@muster/contracts/servers';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';

export const judgeServersWhenAgentsComeAndGo: Subscription = {
  name: 'policy/judge-servers-when-agents-come-and-go',
  version: 1,
  types: [ServerWentSilent.type, ServerAnswered.type],
  from: 'now',
  async handle(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    const servers = events.flatMap(({ data }) => (typeof data['serverId'] === 'string' ? data['serverId'] : []));
    await sql`
      update muster.posture_judgements set due_at = coalesce(due_at, clock_timestamp())
      where server_id = any(${servers}::uuid[])`.execute(trx);
  },
};
