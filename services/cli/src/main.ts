// The `muster` command line: for the host's own operators and for whoever has to believe the ledger.
import { Command, CommanderError } from 'commander';
import { addBackup } from './commands/backup.command.ts';
import { addBreakGlass } from './commands/break-glass.command.ts';
import { addErase } from './commands/erase.command.ts';
import { addExport } from './commands/export.command.ts';
import { explain, NO_VERDICT } from './commands/failure.ts';
import { addKeys } from './commands/keys.command.ts';
import { addMigrate } from './commands/migrate.command.ts';
import { addNetworks } from './commands/networks.command.ts';
import { addOwnerLink } from './commands/owner-link.command.ts';
import { addPolicy } from './commands/policy.command.ts';
import { addRecovery } from './commands/recovery.command.ts';
import { addRestore } from './commands/restore.command.ts';
import { addSecrets } from './commands/secrets.command.ts';
import { addSetup } from './commands/setup.command.ts';
import { addUpgrade } from './commands/upgrade.command.ts';
import { addVerify } from './commands/verify.command.ts';

const program = new Command('muster')
  .description('Set up a Muster installation, and verify its ledger')
  .exitOverride()
  .showHelpAfterError('(muster help <command> says more)');
addVerify(program);
addExport(program);
addSetup(program);
addMigrate(program);
addUpgrade(program);
addOwnerLink(program);
addBackup(program);
addRestore(program);
addRecovery(program);
addNetworks(program);
addKeys(program);
addSecrets(program);
addPolicy(program);
addBreakGlass(program);
addErase(program);
for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : NO_VERDICT;
  } else {
    process.stderr.write(`muster: ${explain(error)}\n`);
    process.exitCode = NO_VERDICT;
  }
}
