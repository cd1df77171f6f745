// Read model of grants and own roles. Who holds what changed: pages and sockets hear of it at once.
import {
  GrantEnded,
  GrantEndingSoon,
  GrantGiven,
  RoleChanged,
  RoleDefined,
  RoleRemoved,
  scopeKey,
} from '@muster/contracts/access';
import type { EventStoreTransaction, HintBus, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';
import { GRANTS_CHANGED } from '../grants.ts';
import type { GrantTables } from '../tables.ts';

export const GRANTS: ReadModelKey = { name: 'read-model/grants', version: 1 };

export class GrantsProjection implements Subscription {
  readonly name = GRANTS.name;
  readonly version = GRANTS.version;
  readonly types = [
    GrantGiven.type,
    GrantEnded.type,
    GrantEndingSoon.type,
    RoleDefined.type,
    RoleChanged.type,
    RoleRemoved.type,
  ];
  readonly from = 'beginning';

  constructor(private readonly hints: HintBus) {}

  async handle(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) await project(trx, event);
  }

  afterCommit(events: readonly SequencedEvent[]): Promise<void> {
    const holderIds = events.flatMap(({ data }) => (typeof data['holderId'] === 'string' ? [data['holderId']] : []));
    // Whoever holds a role that changed: nobody counts them here, everybody is judged anew.
    const roles = events.some(({ type }) => type === RoleChanged.type);
    this.hints.publish(GRANTS_CHANGED, { holderIds: roles ? null : [...new Set(holderIds)] });
    return Promise.resolve();
  }
}

async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const db = trx.withTables<GrantTables>();
  switch (event.type) {
    case GrantGiven.type: {
      const data = GrantGiven.schema.parse(event.data);
      await db
        .insertInto('muster.access_grants')
        .values({
          grant_id: data.grantId,
          tenant_id: event.tenantId,
          holder_id: data.holderId,
          role: data.role,
          scope: JSON.stringify(data.scope),
          scope_key: scopeKey(data.scope),
          starts_at: new Date(data.from),
          until: data.until === null ? null : new Date(data.until),
          reason: data.reason,
          given_by: event.meta.actor,
          given_at: event.recordedAt,
          given_position: event.position,
        })
        .onConflict((conflict) => conflict.column('grant_id').doNothing())
        .execute();
      return;
    }
    case GrantEnded.type: {
      const { grantId, why } = GrantEnded.schema.parse(event.data);
      await db
        .updateTable('muster.access_grants')
        .set({ ended_at: event.recordedAt, ended_why: why })
        .where('grant_id', '=', grantId)
        .execute();
      return;
    }
    case GrantEndingSoon.type: {
      const { grantId, days } = GrantEndingSoon.schema.parse(event.data);
      await db.updateTable('muster.access_grants').set({ warned_days: days }).where('grant_id', '=', grantId).execute();
      return;
    }
    case RoleDefined.type:
    case RoleChanged.type: {
      const { roleId, name, sentence, permissions } = RoleDefined.schema.parse(event.data);
      await db
        .insertInto('muster.access_roles')
        .values({ role_id: roleId, tenant_id: event.tenantId, name, sentence, permissions })
        .onConflict((conflict) => conflict.column('role_id').doUpdateSet({ name, sentence, permissions }))
        .execute();
      return;
    }
    case RoleRemoved.type: {
      const { roleId } = RoleRemoved.schema.parse(event.data);
      await db
        .updateTable('muster.access_roles')
        .set({ removed_at: event.recordedAt })
        .where('role_id', '=', roleId)
        .execute();
      return;
    }
    default:
      throw new Error(`grants do not follow ${event.type}`);
  }
}
