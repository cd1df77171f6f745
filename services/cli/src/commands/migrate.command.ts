// `muster migrate`: brings the database to this release, and its roles to the passwords that the processes were given. What
// was applied is an event.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { databaseUrl, FROM_ENVIRONMENT_HELP } from './database-url.ts';
import { INTACT, UsageError } from './failure.ts';

const rolePasswords = z.record(z.string(), z.string().min(16));

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('Bring the database up to date; safe to run again, and from any earlier release')
    .option('--role-passwords <file>', 'JSON of role and password, as `muster setup` hands it out')
    .addHelpText('after', FROM_ENVIRONMENT_HELP)
    .action(async ({ rolePasswords: file }: { rolePasswords?: string }) => {
      process.exitCode = await migrateCommand(file);
    });
}

async function migrateCommand(file: string | undefined): Promise<number> {
  const url = databaseUrl();
  const passwords = file === undefined ? {} : await readPasswords(file);
  const [{ ensureDatabase }, { migrate }, { recordMigrations }, { HOST_OPERATOR }] = await Promise.all([
    import('../installation/database.ts'),
    import('@muster/migrations/runner'),
    import('@muster/control-plane/platform/event-store/record-migrations'),
    import('../recovery/host-ledger.ts'),
  ]);
  await ensureDatabase(url);
  const say = (sentence: string): void => console.log(sentence);
  const { applied } = await migrate(url, { passwords, say });
  await recordMigrations(url, { actor: HOST_OPERATOR, actorKind: 'break-glass' });
  say(applied.length === 0 ? 'The database is up to date.' : `${applied.length} migrations were applied.`);
  return INTACT;
}

async function readPasswords(file: string): Promise<Record<string, string>> {
  try {
    return rolePasswords.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new UsageError(`--role-passwords ${file} is not JSON of role and password.`, { cause: error });
  }
}
