// The `muster` command line: for the host's own operators and for whoever has to believe the ledger.
import { Command, CommanderError } from 'commander';
import { addExport } from './commands/export.command.ts';
import { explain, NO_VERDICT } from './commands/failure.ts';
import { addVerify } from './commands/verify.command.ts';

const program = new Command('muster')
  .description('Verify and export the ledger of a Muster installation')
  .exitOverride()
  .showHelpAfterError('(muster help <command> says more)');
addVerify(program);
addExport(program);
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
