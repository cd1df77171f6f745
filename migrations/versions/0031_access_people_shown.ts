// People, as they may be shown: who sees a part of the fleet sees himself. The API's own work, which asks for nobody (who
// signs in is not known yet), sees all of them.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table muster.access_people enable row level security;
    alter table muster.access_people force row level security;
    create policy shown on muster.access_people to muster_app using (
      (select muster.sees_all()) or person_id::text = (select muster.asking())
      or ((select muster.asking()) = '' and cardinality((select muster.scope_list())::text[]) = 0));
    create policy process on muster.access_people
      to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
      using (true) with check (true);
    `,
  );
}
