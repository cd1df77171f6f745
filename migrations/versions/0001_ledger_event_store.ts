// The event store and its proof: schema es. The parts stand in the folder of the same name, in the order they build up.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';
import { appending } from './0001_ledger/appending.ts';
import { grants } from './0001_ledger/grants.ts';
import { guards } from './0001_ledger/guards.ts';
import { proof } from './0001_ledger/proof.ts';
import { schemas } from './0001_ledger/schemas.ts';
import { sequencing } from './0001_ledger/sequencing.ts';
import { subscriptions } from './0001_ledger/subscriptions.ts';
import { tables } from './0001_ledger/tables.ts';
import { ddlAlerts } from './0001_ledger/ddl-alerts.ts';

export const runsAs = 'administrator';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, schemas);
  await run(db, 'set local role muster_owner');
  for (const part of [tables, guards, appending, sequencing, proof, subscriptions, grants]) await run(db, part);
  await run(db, 'reset role');
  await run(db, ddlAlerts);
}
