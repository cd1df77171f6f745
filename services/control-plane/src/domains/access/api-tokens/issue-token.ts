// Makes a token: the event first, then the hash of what is shown once. Should the process die in between, the token is in
// the list and opens nothing.
import { TokenIssued } from '@muster/contracts/access';
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { HeldGrant, RequestContext } from '../../../platform/cqrs/principal.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { EventStore, type HintBus } from '../../../platform/event-store/index.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { Roles } from '../grants/roles.ts';
import { tokenHash } from '../tokens.ts';
import { TokenPolicies } from './token-policy.ts';
import { TokenRights } from './token-rights.ts';
import { newTokenText } from './token-text.ts';
import { issue, tokenStream, type TokenWish } from './token.aggregate.ts';

interface Made {
  readonly eventIds: readonly string[];
  readonly replayed: boolean;
  readonly answer: { tokenId: string; token: string | null; expiresAt: string };
}

@Injectable()
export class IssueToken {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(TokenPolicies) private readonly policies: TokenPolicies,
    @Inject(TokenRights) private readonly rights: TokenRights,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {}

  /** `bounds`: what maker and holder have; the token may only what each of them may. */
  async make(
    wish: Omit<TokenWish, 'tokenId'>,
    bounds: readonly (readonly HeldGrant[])[],
    context: RequestContext,
  ): Promise<Made> {
    const { actor, tenantId } = context.principal;
    const tokenId = derivedId('access.token', actor, context.commandId);
    const [before] = await this.store.readStream(tokenStream(tokenId));
    if (before) {
      // A repeat after the answer was lost: the token was shown, or never will be.
      const { expiresAt } = TokenIssued.schema.parse(before.data);
      return { eventIds: [before.eventId], replayed: true, answer: { tokenId, token: null, expiresAt } };
    }
    const known = new Set((await this.roles.all(tenantId)).map(({ role }) => role));
    if (wish.may.some(({ role }) => !known.has(role))) throw notFound('role');
    const beyond = await Promise.all(
      wish.may.map(async (one) =>
        (await Promise.all(bounds.map((held) => this.rights.beyond(one, held)))).flatMap((more) => more),
      ),
    );
    const events = issue(
      { ...wish, tokenId },
      await this.policies.of(tenantId),
      (one) => beyond[wish.may.indexOf(one)] ?? [],
      new Date(),
    );
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: tokenStream(tokenId),
      streamType: 'token',
      expectedVersion: 'new',
      events,
    });
    const [issued] = events.map(({ data }) => TokenIssued.schema.parse(data));
    if (!issued) throw new Error('nothing was issued');
    const token = newTokenText();
    await sql`
      insert into muster.access_token_keys (token_id, token_hash)
      values (${tokenId}, ${tokenHash(token)})`.execute(this.database.db);
    new LiveHints(this.hints).changed('people');
    return { eventIds, replayed, answer: { tokenId, token, expiresAt: issued.expiresAt } };
  }
}
