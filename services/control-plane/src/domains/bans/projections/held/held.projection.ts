// bans_held, from receipts: a server that carried a change out has just read back from nft what it
// holds. Between receipts its own reports say the same (ingestion/held.ingestion.ts).
import { bansEvidence } from '@muster/contracts/bans';
import { TaskSucceeded } from '@muster/contracts/operations';
import { sql } from 'kysely';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';
import { receiptOf } from '../../receipts.ts';

interface Proven {
  readonly server_id: string;
  readonly at: string;
  readonly heard_at: Date;
  readonly revision: number;
  readonly hash: string;
  readonly blocks: number;
  readonly protected: number;
}

export const HELD: ReadModelKey = { name: 'read-model/bans-held', version: 1 };

export const heldProjection: Subscription = {
  ...HELD,
  types: [TaskSucceeded.type],
  from: 'beginning',
  async handle(trx, events) {
    const proven = new Map<string, Proven>();
    for (const event of events) {
      const { receipt } = TaskSucceeded.schema.parse(event.data);
      const said = receiptOf(receipt.body);
      const evidence = bansEvidence.safeParse(said?.evidence);
      if (!said || !evidence.success) continue;
      const { revision, hash, blocks, protected: protections } = evidence.data;
      const row = {
        server_id: said.server,
        at: said.finishedAt,
        heard_at: event.recordedAt,
        revision,
        hash,
        blocks,
        protected: protections,
      };
      // One row per server in one statement; the last one counts.
      proven.set(said.server, row);
    }
    if (proven.size === 0) return;
    await sql`
      insert into muster.bans_held as h (server_id, at, heard_at, revision, hash, blocks, protected, matches)
      select server_id, at, heard_at, revision, hash, blocks, protected, true
      from json_to_recordset(${JSON.stringify([...proven.values()])}::json) as r(server_id uuid, at timestamptz,
        heard_at timestamptz, revision bigint, hash text, blocks int, protected int)
      on conflict (server_id) do update set at = excluded.at, heard_at = excluded.heard_at, revision = excluded.revision,
        hash = excluded.hash, blocks = excluded.blocks, protected = excluded.protected, matches = true,
        differs_since = null, drift_told = null
      where h.heard_at <= excluded.heard_at`.execute(trx);
  },
};
