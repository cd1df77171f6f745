// `muster owner-link`: the first owner's one-time link, for whoever holds the host. Run it where the API runs, with the
// API's environment.
import type { Command } from 'commander';
import { INTACT, WRONG } from './failure.ts';

export function addOwnerLink(program: Command): void {
  program
    .command('owner-link')
    .description('Print a one-time link with which the first owner registers; earlier links stop working')
    .addHelpText('after', '\nIt reads the environment of an API process. Exit code 1: there is an owner already.')
    .action(async () => {
      process.exitCode = await ownerLinkCommand();
    });
}

async function ownerLinkCommand(): Promise<number> {
  const [{ needed, readSettings }, { connect }, { issueOwnerLink }] = await Promise.all([
    import('@muster/control-plane/platform/config/settings'),
    import('@muster/control-plane/platform/database/database'),
    import('@muster/control-plane/domains/access/owner-link'),
  ]);
  const settings = readSettings(process.env);
  const database = connect(needed(settings, 'MUSTER_DATABASE_URL_APP'), 'owner-link', 1);
  try {
    const link = await issueOwnerLink(database, settings.publicUrl);
    console.log(link ?? 'There is an owner already. Sign in instead.');
    return link === null ? WRONG : INTACT;
  } finally {
    await database.pool.end();
  }
}
