// `muster backup`: the database as one moment saw it, while Muster goes on working.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { INTACT, UsageError } from './failure.ts';
import { adminUrl, onInstallation, type InstallationFlags } from './installation.ts';

interface Flags extends InstallationFlags {
  to: string;
}

export function addBackup(program: Command): void {
  onInstallation(
    program.command('backup').description('Write a backup of the database; Muster goes on working meanwhile'),
  )
    .requiredOption('--to <folder>', 'where to; it must not exist yet')
    .addHelpText(
      'after',
      `
The backup holds no private key. Keep a copy of the installation's folder, which has the key of personal fields, apart
from it; without that key the names of people in it cannot be read.`,
    )
    .action(async (flags: Flags) => {
      process.exitCode = await backupCommand(flags);
    });
}

async function backupCommand({ installation, to }: Flags): Promise<number> {
  if (existsSync(to)) throw new UsageError(`--to ${to} exists; a backup is written into a folder of its own.`);
  const { backUp } = await import('../recovery/back-up.ts');
  const taken = await backUp({ url: adminUrl(installation), installation, to: resolve(to), now: new Date() });
  console.log(
    `${to} holds ${taken.rows} rows in ${taken.bytes} bytes, and the ledger up to its ${taken.size} signed events.`,
  );
  return INTACT;
}
