// The database as superuser, from the environment alone: for commands that run beside it, as `migrate` does.
import { withFiles } from '@muster/control-plane/platform/config/secret-files';
import { UsageError } from './failure.ts';

const VARIABLE = 'MUSTER_DATABASE_URL_ADMIN';

export const FROM_ENVIRONMENT_HELP = `\nThe database is read from ${VARIABLE} or ${VARIABLE}_FILE; it must name a superuser.`;

export function databaseUrl(): string {
  const url = withFiles(process.env)[VARIABLE];
  if (url === undefined) throw new UsageError(`${VARIABLE} is missing: give a postgresql:// address of a superuser.`);
  return url;
}
