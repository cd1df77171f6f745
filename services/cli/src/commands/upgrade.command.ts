// `muster upgrade …`: the database's part of an upgrade, run by the new release while nothing is sent to servers. Which
// processes stop and start when is deploy/upgrade.sh's part.
import type { Command } from 'commander';
import { INTACT, UsageError, WRONG } from './failure.ts';
import { databaseUrl, FROM_ENVIRONMENT_HELP } from './database-url.ts';

export function addUpgrade(program: Command): void {
  const upgrade = program.command('upgrade').description('Go to this release, and back when something is wrong');
  upgrade
    .command('check')
    .description('Can this release take the database over? Changes nothing')
    .addHelpText('after', FROM_ENVIRONMENT_HELP)
    .action(async () => {
      const { checkUpgrade } = await import('../upgrade/check-upgrade.ts');
      const { problems, pending, bytes } = await checkUpgrade(databaseUrl());
      for (const problem of problems) console.error(problem);
      for (const name of pending) console.log(`Will apply ${name}.`);
      console.log(`The copy that is kept needs ${Math.ceil(bytes / 1_000_000)} MB beside the database.`);
      process.exitCode = problems.length === 0 ? INTACT : WRONG;
    });
  upgrade
    .command('keep')
    .description('Copy the database under another name, and print that name; Muster’s processes are stopped')
    .addHelpText('after', FROM_ENVIRONMENT_HELP)
    .action(async () => {
      const { keepDatabase } = await import('../upgrade/kept-database.ts');
      console.log(await keepDatabase(databaseUrl(), new Date()));
    });
  upgrade
    .command('back')
    .description(
      'Put the kept copy in the place of the database; the other one is kept for whoever looks for the reason',
    )
    .requiredOption('--kept <name>', 'as `muster upgrade keep` printed it')
    .addHelpText('after', FROM_ENVIRONMENT_HELP)
    .action(async ({ kept }: { kept: string }) => {
      const { goBack } = await import('../upgrade/kept-database.ts');
      const failed = await goBack(databaseUrl(), requireKept(kept), new Date());
      console.log(`The database is what it was before the upgrade. The other one is kept as ${failed}.`);
    });
  upgrade
    .command('finish')
    .description('Write the upgrade into the ledger')
    .requiredOption('--kept <name>', 'as `muster upgrade keep` printed it')
    .requiredOption('--from <release>', 'what ran before')
    .requiredOption('--to <release>', 'what runs now')
    .addHelpText('after', FROM_ENVIRONMENT_HELP)
    .action(async ({ kept, from, to }: { kept: string; from: string; to: string }) => {
      const { finishUpgrade } = await import('../upgrade/finish-upgrade.ts');
      const migrations = await finishUpgrade(databaseUrl(), { kept: requireKept(kept), from, to });
      console.log(
        `Upgraded, with ${migrations.length} migrations. ${kept} can be dropped when you trust this release.`,
      );
    });
  for (const command of upgrade.commands) command.exitOverride();
}

function requireKept(name: string): string {
  if (!/^[a-z0-9_]+_before_upgrade_\d{14}$/.test(name)) {
    throw new UsageError(`--kept ${JSON.stringify(name.slice(0, 80))} is no name that muster upgrade keep prints.`);
  }
  return name;
}
