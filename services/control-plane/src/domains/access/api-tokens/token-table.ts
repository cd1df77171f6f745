// Tokens, service accounts and their policy as they stand: written inside the append's transaction, so that a token that
// was ended opens nothing from that very moment, in any process.
import {
  ServiceAccountCreated,
  ServiceAccountFlagged,
  ServiceAccountRetired,
  ServiceAccountReviewed,
  TokenEnded,
  TokenIssued,
  TokenPolicySet,
} from '@muster/contracts/access';
import { sql } from 'kysely';
import type { EventStoreTransaction, InlineProjection, StoredEvent } from '../../../platform/event-store/index.ts';

export const tokenTables: InlineProjection = {
  types: [
    TokenIssued,
    TokenEnded,
    TokenPolicySet,
    ServiceAccountCreated,
    ServiceAccountReviewed,
    ServiceAccountFlagged,
    ServiceAccountRetired,
  ].map(({ type }) => type),
  async apply(trx, events) {
    // A handful at a time: one statement each.
    for (const event of events) await applyOne(trx, event);
  },
};

async function applyOne(trx: EventStoreTransaction, event: StoredEvent): Promise<void> {
  const { tenantId, recordedAt } = event;
  switch (event.type) {
    case TokenIssued.type: {
      const issued = TokenIssued.schema.parse(event.data);
      await sql`
        insert into muster.access_tokens
          (token_id, tenant_id, holder_id, holder_kind, name, may, networks, made_by, made_at, expires_at)
        values (${issued.tokenId}, ${tenantId}, ${issued.holderId}, ${issued.holderKind}, ${issued.name},
          ${JSON.stringify(issued.may)}::jsonb, ${issued.networks}::text[], ${event.meta.actor}, ${recordedAt},
          ${issued.expiresAt})`.execute(trx);
      return;
    }
    case TokenEnded.type: {
      const { tokenId, why } = TokenEnded.schema.parse(event.data);
      await sql`
        update muster.access_tokens set ended_at = ${recordedAt}, ended_why = ${why}
        where token_id = ${tokenId} and ended_at is null`.execute(trx);
      return;
    }
    case TokenPolicySet.type: {
      const policy = JSON.stringify(TokenPolicySet.schema.parse(event.data));
      await sql`
        insert into muster.access_token_policy (tenant_id, policy) values (${tenantId}, ${policy}::jsonb)
        on conflict (tenant_id) do update set policy = excluded.policy`.execute(trx);
      return;
    }
    case ServiceAccountCreated.type: {
      const made = ServiceAccountCreated.schema.parse(event.data);
      await sql`
        insert into muster.access_service_accounts
          (account_id, tenant_id, name, purpose, owner_id, created_at, review_by, reviewed_at)
        values (${made.accountId}, ${tenantId}, ${made.name}, ${made.purpose}, ${made.ownerId}, ${recordedAt},
          ${made.reviewBy}, ${recordedAt})`.execute(trx);
      return;
    }
    case ServiceAccountReviewed.type: {
      const seen = ServiceAccountReviewed.schema.parse(event.data);
      await sql`
        update muster.access_service_accounts set name = ${seen.name}, purpose = ${seen.purpose},
          owner_id = ${seen.ownerId}, review_by = ${seen.reviewBy}, reviewed_at = ${recordedAt}, flags = '{}'
        where account_id = ${seen.accountId}`.execute(trx);
      return;
    }
    case ServiceAccountFlagged.type: {
      const { accountId, why } = ServiceAccountFlagged.schema.parse(event.data);
      await sql`
        update muster.access_service_accounts set flags = array_append(flags, ${why})
        where account_id = ${accountId} and not flags @> array[${why}]`.execute(trx);
      return;
    }
    case ServiceAccountRetired.type: {
      const { accountId } = ServiceAccountRetired.schema.parse(event.data);
      await sql`
        update muster.access_service_accounts set retired_at = ${recordedAt}
        where account_id = ${accountId}`.execute(trx);
    }
  }
}
