// What is known of a restore, as it may be shown. That nothing is sent at the moment concerns everybody; which server is
// waited for, and what only a server knows, is for who sees that server. Names as in 0030.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

const ALL = '(select muster.sees_all())';
const OF_SERVER = `${ALL} or server_id = any (array(select muster.visible_servers()))`;
const SHOWN_TO = { holds: 'true', journals: OF_SERVER, lost_actions: OF_SERVER } as const;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [table, shown] of Object.entries(SHOWN_TO)) {
    await run(
      db,
      `
      alter table muster.operations_${table} enable row level security;
      alter table muster.operations_${table} force row level security;
      create policy shown on muster.operations_${table} to muster_app using (${shown}) with check (${ALL});
      create policy process on muster.operations_${table}
        to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
        using (true) with check (true);
      `,
    );
  }
}
