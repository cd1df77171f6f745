// `muster restore`: a backup takes the place of the database, in a new epoch of the ledger, with dispatch held.
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { INTACT, UsageError, WRONG } from './failure.ts';
import { adminUrl, onInstallation, readRootKey, type InstallationFlags } from './installation.ts';

interface Flags extends InstallationFlags {
  from: string;
  rootKey?: string;
  replace?: true;
  epoch: string;
}

export function addRestore(program: Command): void {
  onInstallation(
    program
      .command('restore')
      .description(
        'Verify a backup, put it in the place of the database, and hold dispatch until servers have answered',
      ),
  )
    .requiredOption('--from <folder>', 'the backup')
    .option('--root-key <file>', 'key file, or a file with the 24 words; else keys/root.key of the installation')
    .option('--replace', 'the database exists; it is kept under another name')
    .option('--epoch <number>', 'at least this epoch, when a later restore ran with another copy of the keys', '2')
    .addHelpText(
      'after',
      '\nStop Muster’s processes first. Exit code: 0 restored, 1 the backup is not intact, 2 it could not be tried.',
    )
    .action(async (flags: Flags) => {
      process.exitCode = await restoreCommand(flags);
    });
}

async function restoreCommand({ installation, from, rootKey, replace, epoch }: Flags): Promise<number> {
  if (!/^\d{1,9}$/.test(epoch)) throw new UsageError(`--epoch is a number, not ${JSON.stringify(epoch.slice(0, 40))}.`);
  const keys = join(installation, 'keys');
  const { NotIntact, restore, rolePasswordsOf } = await import('../recovery/restore.ts');
  const say = (sentence: string): void => console.log(sentence);
  try {
    const restored = await restore({
      from: resolve(from),
      url: adminUrl(installation),
      keys,
      root: await readRootKey(rootKey ?? join(keys, 'root.key')),
      passwords: rolePasswordsOf(installation),
      replace: replace ?? false,
      atLeastEpoch: Number(epoch),
      now: new Date(),
      say,
    });
    const { rewrapSecrets } = await import('../recovery/secret-keys.ts');
    const opened = await rewrapSecrets(adminUrl(installation), installation);
    if (opened !== null) say(`The backup was sealed under ${opened}; the present secrets.key opens it now.`);
    say(`Restored: ${restored.size} events, epoch ${restored.epoch} of the ledger.`);
    if (restored.kept !== null) say(`The database that was replaced is kept as ${restored.kept}.`);
    say('Hand out the new keyset (muster setup, or the next npm start) and start Muster. Everybody signs in anew.');
    say('Nothing is sent to servers until each has shown its journal; muster recovery says who is missing.');
    return INTACT;
  } catch (error) {
    if (!(error instanceof NotIntact)) throw error;
    console.error(error.message);
    return WRONG;
  }
}
