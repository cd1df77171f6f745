// A token whose time is up opens nothing by the clock; soon after, the ledger says so and its open connections close. A
// service account whose review is due is said to be, once.
import { ServiceAccountFlagged } from '@muster/contracts/access';
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { WORKER_STORE } from '../../../../platform/composition/tokens.ts';
import { eventOf } from '../../../../platform/cqrs/event-of.ts';
import { recordFact } from '../../../../platform/cqrs/recorded-fact.ts';
import { WORKER_DATABASE, type Connection } from '../../../../platform/database/database.ts';
import type { EventStore, HintBus, NewEvent } from '../../../../platform/event-store/index.ts';
import { HINTS } from '../../../../platform/hints/hints.ts';
import { Schedule } from '../../../../platform/schedules/schedule.ts';
import { serviceAccountStream } from '../../service-accounts/service-account.aggregate.ts';
import { SESSION_ENDED } from '../../sessions.ts';
import { expire, tokenFrom, tokenStream } from '../token.aggregate.ts';

const AT_ONCE = 200;
const ACTOR = 'access.token-ends';

@Injectable()
export class EndTokensWhenOver extends Schedule {
  protected readonly everyMs = 500;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {
    super();
  }

  async run(now: Date): Promise<void> {
    const { rows: over } = await sql<{ token_id: string; tenant_id: string }>`
      select token_id, tenant_id from muster.access_tokens
      where ended_at is null and expires_at <= ${now} order by expires_at limit ${AT_ONCE}`.execute(this.database.db);
    for (const { token_id, tenant_id } of over) {
      const events = expire(tokenFrom(await this.store.readStream(tokenStream(token_id))), now);
      await this.#record(tenant_id, { streamId: tokenStream(token_id), streamType: 'token' }, events, token_id);
      this.hints.publish(SESSION_ENDED, { sessionId: token_id });
    }
    const { rows: due } = await sql<{ account_id: string; tenant_id: string; review_by: Date }>`
      select account_id, tenant_id, review_by from muster.access_service_accounts
      where retired_at is null and review_by <= ${now} and not flags @> array['review-due'] limit ${AT_ONCE}`.execute(
      this.database.db,
    );
    for (const { account_id: accountId, tenant_id, review_by } of due) {
      const stream = { streamId: serviceAccountStream(accountId), streamType: 'service-account' };
      const flagged = eventOf(ServiceAccountFlagged, { accountId, why: 'review-due' });
      await this.#record(tenant_id, stream, [flagged], `${accountId} ${review_by.toISOString()}`);
    }
  }

  async #record(
    tenantId: string,
    stream: { streamId: string; streamType: string },
    events: readonly NewEvent[],
    once: string,
  ): Promise<void> {
    if (events.length === 0) return;
    const commandId = derivedId(ACTOR, once);
    await recordFact(this.store, { ...stream, events, actor: ACTOR, actorKind: 'schedule', tenantId, commandId });
  }
}
