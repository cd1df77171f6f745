// The signer decides by events alone: it needs no table of another domain, and no key of a person.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    revoke select on muster.servers_servers, muster.servers_capabilities, muster.servers_groups,
      muster.servers_group_members from muster_signer;
    revoke all on vault.subject_keys from muster_signer;
    revoke usage on schema vault from muster_signer;
  `,
  );
}
