// Unseals an emergency account, on the host and with the superuser's rights: an account of its own with a one-time link,
// owner until a time. It goes around every rule on purpose, so it is an event before it is a right.
import { BreakGlassOpened, GrantGiven, PersonInvited } from '@muster/contracts/access';
import { newId } from '@muster/kernel/ids';
import type pg from 'pg';
import { eventOf } from '../../../platform/cqrs/event-of.ts';
import type { NewEvent } from '../../../platform/event-store/index.ts';
import type { PersonalData } from '../../../platform/personal-data/personal-data.ts';
import { grantsStream } from '../grants/grant.aggregate.ts';
import { newToken, tokenHash } from '../tokens.ts';

export interface Unseal {
  readonly pool: pg.Pool;
  readonly personal: PersonalData;
  readonly publicUrl: string;
  readonly reason: string;
  readonly now: Date;
  readonly until: Date;
  append(streamId: string, streamType: string, events: readonly NewEvent[]): Promise<void>;
}

/** Answers with the link. */
export async function unseal({ pool, personal, publicUrl, reason, now, until, append }: Unseal): Promise<string> {
  const [breakGlassId, personId, token] = [newId(), newId(), newToken()];
  const ends = until.toISOString();
  await append(`person-${personId}`, 'person', [
    eventOf(BreakGlassOpened, { breakGlassId, personId, until: ends, reason }),
    eventOf(PersonInvited, {
      personId,
      name: await personal.seal(personId, 'Emergency account'),
      email: await personal.seal(personId, `emergency-${breakGlassId}@muster.invalid`),
      role: 'owner',
      linkExpiresAt: ends,
    }),
  ]);
  await append(grantsStream(personId), 'grants', [
    eventOf(GrantGiven, {
      grantId: newId(),
      holderId: personId,
      role: 'owner',
      scope: { kind: 'fleet' },
      from: now.toISOString(),
      until: ends,
      reason,
    }),
  ]);
  await pool.query(
    `insert into muster.access_links (link_hash, person_id, purpose, reset_second_factor, made_by, expires_at)
     values ($1, $2, 'invitation', false, $2, $3)`,
    [tokenHash(token), personId, until],
  );
  return `${publicUrl}/enter#${token}`;
}
