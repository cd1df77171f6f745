// The database that an address names, made when the server does not have it yet.
import pg from 'pg';

const THERE_ALREADY = '42P04';

export async function ensureDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  const name = decodeURIComponent(maintenance.pathname.slice(1));
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href, application_name: 'muster-migrate' });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Another one was quicker.
    if (!(error instanceof pg.DatabaseError) || error.code !== THERE_ALREADY) throw error;
  } finally {
    await client.end();
  }
}
