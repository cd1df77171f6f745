// An upgrade is an event: which release ran before, which runs now, and what it changed in the database.
import { MusterUpgraded } from '@muster/contracts/audit';
import { eventOf } from '@muster/control-plane/platform/cqrs/event-of';
import { appliedVersions } from '@muster/migrations/runner';
import pg from 'pg';
import { HostLedger } from '../recovery/host-ledger.ts';

export interface FinishUpgrade {
  readonly kept: string;
  readonly from: string;
  readonly to: string;
}

/** Answers the migrations that the database had not had before. */
export async function finishUpgrade(url: string, { kept, from, to }: FinishUpgrade): Promise<string[]> {
  const earlier = new URL(url);
  earlier.pathname = `/${kept}`;
  const before = await versionsIn(earlier.href);
  const migrations = (await versionsIn(url)).filter((name) => !before.includes(name));
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: 'muster-upgrade' });
  const ledger = new HostLedger(pool);
  try {
    await ledger.append('upgrades', 'upgrades', [eventOf(MusterUpgraded, { from, to, migrations })]);
    return migrations;
  } finally {
    await ledger.close();
    await pool.end();
  }
}

async function versionsIn(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'muster-upgrade' });
  await client.connect();
  try {
    return await appliedVersions(client);
  } finally {
    await client.end();
  }
}
