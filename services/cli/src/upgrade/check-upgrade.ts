// Whether this release can take a database over: it must know everything that was applied, nothing may wait for a restore to
// end, and every event must have its position, so that what is copied is what was signed.
import { appliedVersions, knownVersions } from '@muster/migrations/runner';
import { currentHold } from '@muster/control-plane/domains/operations/recovery/dispatch-hold';
import pg from 'pg';

export interface UpgradeCheck {
  /** Sentences; none when the upgrade may begin. */
  readonly problems: readonly string[];
  /** Migrations that it would apply. */
  readonly pending: readonly string[];
  readonly bytes: number;
}

/** Longer without a position: nobody gives any. */
const STUCK_SECONDS = 30;

export async function checkUpgrade(url: string): Promise<UpgradeCheck> {
  const client = new pg.Client({ connectionString: url, application_name: 'muster-upgrade' });
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: 'muster-upgrade' });
  await client.connect();
  try {
    const [applied, known] = [await appliedVersions(client), await knownVersions()];
    if (applied.length === 0) return { problems: ['That database holds no Muster.'], pending: [], bytes: 0 };
    const foreign = applied.filter((name) => !known.includes(name));
    const problems = foreign.map((name) => `The database has ${name}, which this release does not know: it is older.`);
    if (await currentHold(pool)) problems.push('A restore is not over: muster recovery says what it waits for.');
    const { rows } = await client.query<{ stuck: number; bytes: string }>(
      `select count(*) filter (where e.recorded_at < now() - make_interval(secs => ${STUCK_SECONDS}))::int as stuck,
         pg_database_size(current_database())::text as bytes
       from es.pending p left join es.events e using (event_id)`,
    );
    const [row] = rows;
    if (row && row.stuck > 0)
      problems.push(
        `${row.stuck} events have waited for their position for ${STUCK_SECONDS} s: look at the sequencer.`,
      );
    return { problems, pending: known.filter((name) => !applied.includes(name)), bytes: Number(row?.bytes ?? 0) };
  } finally {
    await client.end();
    await pool.end();
  }
}
