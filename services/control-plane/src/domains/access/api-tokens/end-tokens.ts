// Ends tokens, and closes whatever they have open.
import type { TokenEnd } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { RequestContext } from '../../../platform/cqrs/principal.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { EventStore, type Appended, type HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { SESSION_ENDED } from '../sessions.ts';
import { end, tokenFrom, tokenStream } from './token.aggregate.ts';

@Injectable()
export class EndTokens {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {}

  /** null: not in force, or somebody else's. */
  async holderOf(tokenId: string, tenantId: string): Promise<string | null> {
    const { rows } = await sql<{ holder_id: string }>`
      select holder_id from muster.access_tokens
      where token_id = ${tokenId} and tenant_id = ${tenantId} and ended_at is null`.execute(this.database.db);
    return rows[0]?.holder_id ?? null;
  }

  async one(tokenId: string, why: TokenEnd, reason: string, context: RequestContext): Promise<Appended> {
    const state = tokenFrom(await this.store.readStream(tokenStream(tokenId)));
    const appended = await this.recorder.record(
      context,
      {
        streamId: tokenStream(tokenId),
        streamType: 'token',
        expectedVersion: state.state === 'none' ? 'new' : state.version,
        events: end(state, why, reason),
        internalReason: reason,
      },
      `token ${tokenId}`,
    );
    this.hints.publish(SESSION_ENDED, { sessionId: tokenId });
    new LiveHints(this.hints).changed('people');
    return appended;
  }

  /** The events of their ends. */
  async allOf(holderId: string, why: TokenEnd, reason: string, context: RequestContext): Promise<string[]> {
    const { rows } = await sql<{ token_id: string }>`
      select token_id from muster.access_tokens where holder_id = ${holderId} and ended_at is null
      order by made_at`.execute(this.database.db);
    const eventIds: string[] = [];
    for (const { token_id } of rows) eventIds.push(...(await this.one(token_id, why, reason, context)).eventIds);
    return eventIds;
  }
}
