// fail2ban's own memory of past bans, read from its SQLite file without writing or locking anything.
import { existsSync } from 'node:fs';
import type { BanLogLine } from '@muster/contracts/bans';
import { fromHistory } from './ban-log.ts';

export const FAIL2BAN_DATABASE = '/var/lib/fail2ban/fail2ban.sqlite3';

/** Bans with `timeofban` after the given second, oldest first, at most `limit`. */
export function readHistory(path: string, after: number, limit: number): BanLogLine[] {
  if (!existsSync(path)) return [];
  // Loaded here: a helper that is started for a block would wait for SQLite, and never use it.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.exec('PRAGMA busy_timeout = 2000');
    return database
      .prepare(
        `SELECT jail, ip, timeofban, bantime, bancount,
                CASE WHEN json_valid(data) THEN json_extract(data, '$.failures') END AS failures
           FROM bans WHERE timeofban > ? ORDER BY timeofban, jail, ip LIMIT ?`,
      )
      .all(after, limit)
      .flatMap((row) => fromHistory({ ...row }) ?? []);
  } finally {
    database.close();
  }
}
