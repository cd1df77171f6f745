// The one-time link with which the first owner registers. Whoever can run a program on the host with the application's
// own database role may ask for one: the local start at each start, an operator with `muster owner-link`.
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import type { AccessTables } from './tables.ts';

const LINK_HOURS = 24;

/** A fresh link; earlier ones stop working. null when there is an owner already. */
export async function issueOwnerLink({ db }: Connection, publicUrl: string): Promise<string | null> {
  if (await ownerExists({ db })) return null;
  const secret = randomBytes(24).toString('base64url');
  await sql`update muster.access_owner_links set used_at = now() where used_at is null`.execute(db);
  await db
    .withTables<AccessTables>()
    .insertInto('muster.access_owner_links')
    .values({ link_hash: linkHash(secret), expires_at: new Date(Date.now() + LINK_HOURS * 3_600_000), used_at: null })
    .execute();
  // Behind the #: browsers do not send it to proxies or write it into Referer.
  return `${publicUrl}/setup#${secret}`;
}

export async function ownerExists({ db }: Pick<Connection, 'db'>): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select 1 from muster.access_credentials) as found`.execute(db);
  return rows[0]?.found ?? false;
}

export const linkHash = (secret: string): Buffer => createHash('sha256').update(secret).digest();
