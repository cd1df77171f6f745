// Which tables a backup holds: all that are ours, each whole, partitions as part of their table. What the database knows
// only about itself stays out.
import type { ClientBase } from 'pg';

/** Alerts about changes of this very database's schema; a restored one is another database. */
const LEFT_OUT = new Set(['es.ddl_alerts']);

/** Makes the partition that a month's rows go to. */
const MONTHLY: Readonly<Record<string, string>> = {
  'es.events': 'es.ensure_partition',
  'muster.bans_ban_log': 'muster.bans_ensure_month',
};

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

export async function tablesOf(client: ClientBase): Promise<Table[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select n.nspname || '.' || c.relname as name,
       array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = '') as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
     where n.nspname in ('es', 'vault', 'muster') and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped
     group by 1 order by 1`,
  );
  return rows.filter(({ name }) => !LEFT_OUT.has(name));
}

/** Throws for a partitioned table that nobody has said how to restore. */
export async function monthsOf(client: ClientBase): Promise<Record<string, string[]>> {
  const { rows } = await client.query<{ name: string; partition: string }>(
    `select n.nspname || '.' || p.relname as name, c.relname as partition
     from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
     join pg_namespace n on n.oid = p.relnamespace
     where n.nspname in ('es', 'vault', 'muster') and p.relkind = 'p' order by 1, 2`,
  );
  const months: Record<string, string[]> = {};
  for (const { name, partition } of rows) {
    if (MONTHLY[name] === undefined) throw new Error(`${name} is partitioned, and a backup does not know how`);
    const [, year, month] = /_(\d{4})_(\d{2})$/.exec(partition) ?? [];
    if (year !== undefined && month !== undefined) (months[name] ??= []).push(`${year}-${month}-01`);
  }
  return months;
}

export async function ensureMonths(
  client: ClientBase,
  months: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  for (const [name, days] of Object.entries(months)) {
    const ensure = MONTHLY[name];
    if (ensure === undefined) throw new Error(`${name} is partitioned, and this release does not know how`);
    for (const day of days) await client.query(`select ${ensure}($1::date)`, [day]);
  }
}

export async function sequencesOf(client: ClientBase): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; last: string }>(
    `select schemaname || '.' || sequencename as name, last_value::text as last from pg_sequences
     where schemaname in ('es', 'vault', 'muster') and last_value is not null`,
  );
  const kept = rows.filter(({ name }) => ![...LEFT_OUT].some((table) => name.startsWith(`${table}_`)));
  return Object.fromEntries(kept.map(({ name, last }) => [name, last]));
}

export const quoted = (client: ClientBase, name: string): string =>
  name
    .split('.')
    .map((part) => client.escapeIdentifier(part))
    .join('.');
